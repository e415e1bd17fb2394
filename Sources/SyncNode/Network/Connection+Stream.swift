internal import Base
internal import HTTP

/// Answers that are written piece by piece.
extension Connection {
    func startStream(
        _ ticket: UInt64, _ response: HTTPResponse, _ length: ResponseEncoder.Length,
        _ state: StreamState
    ) {
        guard isAwaiting(ticket), let exchange, exchange.outcome == nil else {
            return state.close()
        }
        var response = response
        if loop.isDraining { response.closes = true }
        let outcome = ResponseEncoder.encodeHead(
            response, length: length, for: exchange.context, date: loop.date,
            into: &output.buffer)
        self.exchange?.outcome = outcome
        self.exchange?.stream = state
        loop.resumeLater(self)
        if loop.isDraining { state.signal(.draining) }
    }

    func writeStream(_ ticket: UInt64, _ bytes: [UInt8]) {
        guard isAwaiting(ticket), let outcome = exchange?.outcome else { return }
        if outcome.hasBody {
            if outcome.isChunked {
                ResponseEncoder.encodeChunkHead(bytes.count, into: &output.buffer)
                output.append(bytes)
                ResponseEncoder.encodeChunkEnd(into: &output.buffer)
            } else {
                output.append(bytes)
            }
        }
        exchange?.stream?.queued(bytes.count)
        loop.resumeLater(self)
    }

    /// - Parameter isWhole: Whether all was written; else the caller must see a cut.
    func endStream(_ ticket: UInt64, isWhole: Bool) {
        guard isAwaiting(ticket) else { return }
        guard let outcome = exchange?.outcome, isWhole else {
            if exchange?.outcome == nil {
                exchange = nil
                answerAndEnd(
                    .problem(
                        status: 500, type: "/problems/internal", title: "内部错误",
                        rule: "unanswered"))
                return loop.resumeLater(self)
            }
            return close()
        }
        if outcome.hasBody, outcome.isChunked {
            ResponseEncoder.encodeLastChunk(into: &output.buffer)
        }
        exchange?.stream?.finish()
        finishExchange(keepAlive: outcome.keepAlive)
        loop.resumeLater(self)
    }
}
