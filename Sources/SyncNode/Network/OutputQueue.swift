internal import Base
internal import Glibc

/// Bytes on their way out of a socket: small ones gathered in one buffer, large ones as they are.
struct OutputQueue {
    /// From here on a body is queued as it is instead of being copied behind its head.
    private static let largeBytes = 32 * 1024
    /// Room that an idle connection may keep.
    private static let keptBytes = 16 * 1024

    private var ready: [[UInt8]] = []
    private var offset = 0
    /// Where heads and small bodies are written.
    var buffer: [UInt8] = []
    private var readyBytes = 0

    /// Bytes that have not left yet.
    var count: Int { readyBytes + buffer.count - (ready.isEmpty ? offset : 0) }

    var isEmpty: Bool { ready.isEmpty && buffer.count == offset }

    mutating func append(_ bytes: [UInt8]) {
        guard bytes.count >= Self.largeBytes else {
            buffer.append(contentsOf: bytes)
            return
        }
        if !buffer.isEmpty {
            // A buffer that has partly left takes its place in front with its offset.
            readyBytes += buffer.count - (ready.isEmpty ? offset : 0)
            ready.append(buffer)
            buffer = []
        }
        readyBytes += bytes.count
        ready.append(bytes)
    }

    /// What a turn of sending came to.
    enum Progress: Equatable {
        case emptied
        case blocked
        /// The other end is gone.
        case broken
    }

    /// Sends until nothing is left or the socket takes no more.
    ///
    /// - Parameter sent: Grows by the bytes that left.
    mutating func send(to socket: Int32, sent: inout Int) -> Progress {
        while !ready.isEmpty {
            let more = ready.count > 1 || !buffer.isEmpty
            let count = Self.write(ready[0], from: offset, to: socket, more: more)
            guard count >= 0 else { return errno == EAGAIN ? .blocked : .broken }
            sent += count
            offset += count
            readyBytes -= count
            if offset == ready[0].count {
                ready.removeFirst()
                offset = 0
            }
        }
        while offset < buffer.count {
            let count = Self.write(buffer, from: offset, to: socket, more: false)
            guard count >= 0 else { return errno == EAGAIN ? .blocked : .broken }
            sent += count
            offset += count
        }
        offset = 0
        buffer.removeAll(keepingCapacity: buffer.capacity <= Self.keptBytes)
        return .emptied
    }

    /// Hands over up to `count` bytes, for a cipher.
    mutating func take(_ count: Int) -> [UInt8] {
        invariant(count > 0, "something is taken")
        let source = ready.first ?? buffer
        let end = min(source.count, offset + count)
        let piece = Array(source[offset..<end])
        offset = end
        if !ready.isEmpty { readyBytes -= piece.count }
        guard end == source.count else { return piece }
        offset = 0
        if ready.isEmpty {
            buffer.removeAll(keepingCapacity: buffer.capacity <= Self.keptBytes)
        } else {
            ready.removeFirst()
        }
        return piece
    }

    /// One call of send. MSG_NOSIGNAL: a caller that hung up is an answer, not a signal.
    private static func write(
        _ bytes: [UInt8], from offset: Int, to socket: Int32, more: Bool
    ) -> Int {
        let flags = Int32(MSG_NOSIGNAL) | (more ? Int32(MSG_MORE) : 0)
        return bytes.withUnsafeBytes { raw in
            // The pointer lives as long as the call; the rest of the array starts at `offset`.
            let rest = UnsafeRawBufferPointer(rebasing: raw[offset...])
            while true {
                let count = Glibc.send(socket, rest.baseAddress, rest.count, flags)
                if count >= 0 || errno != EINTR { return count }
            }
        }
    }
}
