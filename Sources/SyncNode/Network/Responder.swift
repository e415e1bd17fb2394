internal import Base
package import HTTP
internal import Synchronization

/// The right to answer one request, once, from any thread.
///
/// On the thread of the handler the answer is written at once; elsewhere it is handed to the
/// loop. Dropping it without an answer gives 500 and ends the connection.
package final class Responder: Sendable {
    private let connection: Connection
    private let ticket: UInt64
    private let isAnswered = Atomic<Bool>(false)

    init(_ connection: Connection, _ ticket: UInt64) {
        self.connection = connection
        self.ticket = ticket
    }

    /// Answers with a whole body. Traps where the request was already answered.
    package func respond(_ response: HTTPResponse) {
        take()
        if connection.loop.isCurrent {
            connection.respond(ticket, response)
        } else {
            connection.loop.post(.respond(connection, ticket: ticket, response))
        }
    }

    /// Answers with a body that is written piece by piece: events, a range of a blob.
    ///
    /// - Parameters:
    ///   - response: Status and headers; its body must be empty.
    ///   - length: Bytes that will be written; nil where that is not known.
    ///   - onSignal: Called on the loop's thread; must not block.
    package func start(
        _ response: HTTPResponse, length: Int? = nil,
        onSignal: @escaping @Sendable (ResponseStream.Signal) -> Void = { _ in }
    ) -> ResponseStream {
        invariant(response.body.isEmpty, "the body of a stream is written to the stream")
        take()
        let state = StreamState(onSignal)
        let encoded = length.map(ResponseEncoder.Length.known) ?? .unknown
        if connection.loop.isCurrent {
            connection.startStream(ticket, response, encoded, state)
        } else {
            connection.loop.post(.start(connection, ticket: ticket, response, encoded, state))
        }
        return ResponseStream(connection, ticket, state, length: length)
    }

    private func take() {
        let wasAnswered = isAnswered.exchange(true, ordering: .relaxed)
        invariant(!wasAnswered, "a request is answered once")
    }

    deinit {
        guard !isAnswered.load(ordering: .relaxed) else { return }
        // Handed over even on the loop's own thread: its turn for this request is not over.
        connection.loop.post(.end(connection, ticket: ticket, isWhole: false))
    }
}
