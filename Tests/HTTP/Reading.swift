import HTTP

/// What our parser makes of some bytes.
struct Reading: Equatable {
    enum Verdict: String {
        /// Every byte was read, and the last message is whole.
        case accept
        /// A valid beginning.
        case more
        case reject
    }

    var verdict: Verdict
    var reason: HTTPError.Reason?
    var bodies: [[UInt8]] = []
    var targets: [String] = []
    var headerCounts: [Int] = []

    /// - Parameter step: How many bytes are given at a time.
    static func requests(_ bytes: [UInt8], step: Int, atEnd: Bool) -> Reading {
        var parser = RequestParser()
        var reading = Reading(verdict: .accept)
        do throws(HTTPError) {
            var start = 0
            while start < bytes.count {
                let end = min(start + step, bytes.count)
                let piece = Array(bytes[start..<end])
                var cursor = 0
                pieces: while true {
                    switch try parser.next(piece, &cursor, piece.count) {
                    case .more: break pieces
                    case .head: try parser.allowBody(bytesMax: 1 << 20)
                    case .request(let request):
                        reading.bodies.append(request.body)
                        reading.targets.append(request.target)
                        reading.headerCounts.append(request.headers.count)
                    }
                }
                start = end
            }
            do throws(HTTPError) {
                try parser.finish()
            } catch {
                if atEnd { throw error }
                reading.verdict = .more
            }
        } catch {
            reading.verdict = .reject
            reading.reason = error.reason
        }
        return reading
    }

    /// The same for responses.
    static func responses(_ bytes: [UInt8], step: Int, atEnd: Bool) -> Reading {
        var parser = ResponseParser()
        var reading = Reading(verdict: .accept)
        do throws(HTTPError) {
            var start = 0
            while start < bytes.count {
                let end = min(start + step, bytes.count)
                let piece = Array(bytes[start..<end])
                var cursor = 0
                while case .response(let response) = try parser.next(piece, &cursor, piece.count) {
                    reading.bodies.append(response.body)
                    reading.headerCounts.append(response.headers.count)
                }
                start = end
            }
            do throws(HTTPError) {
                if let last = try parser.finish() {
                    reading.verdict = atEnd ? .accept : .more
                    reading.bodies.append(last.body)
                    reading.headerCounts.append(last.headers.count)
                }
            } catch {
                if atEnd { throw error }
                reading.verdict = .more
            }
        } catch {
            reading.verdict = .reject
            reading.reason = error.reason
        }
        return reading
    }
}
