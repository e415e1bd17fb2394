package import Base
package import Change

/// One request or one answer: frames one after another, nothing around them.
package struct Message: Sendable {
    package var frames: [Frame]

    package init(_ frames: [Frame] = []) { self.frames = frames }

    /// At most `Limits.messageBytesMax`: whoever composes a message keeps it.
    package func encode() -> [UInt8] {
        var writer = ByteWriter(capacity: 256)
        for frame in frames { frame.encode(to: &writer) }
        return writer.bytes
    }

    /// Reads a whole message. Any flipped or missing byte inside a frame is a typed error; a
    /// message cut exactly between two frames is a shorter message.
    ///
    /// - Throws: `limit` for a message that is too long, and what `Frame.decode` throws.
    package static func decode(_ bytes: [UInt8]) throws(DecodeError) -> Message {
        guard bytes.count <= Limits.messageBytesMax else {
            throw DecodeError(.limit, field: "message", offset: 0)
        }
        var reader = ByteReader(bytes)
        var message = Message()
        var seen = 0
        while reader.remaining > 0 {
            seen += 1
            guard seen <= Limits.messageFramesMax else {
                throw reader.fail(.limit, "message.frames")
            }
            if let frame = try Frame.decode(from: &reader) { message.frames.append(frame) }
        }
        return message
    }

    /// The HELLO in it, of which only the first frame may be one.
    package var hello: Hello? {
        guard case .hello(let hello)? = frames.first else { return nil }
        return hello
    }

    /// The FAST in it.
    package var fast: Fast? {
        for frame in frames {
            if case .fast(let fast) = frame { return fast }
        }
        return nil
    }

    /// Whom a request is for, where a node answers many: a new or returning incarnation, or a
    /// link that already stands.
    package enum Route: Hashable, Sendable {
        case incarnation(IncarnationKey)
        case link(Digest16)
        case nowhere
    }

    /// Taken from the HELLO, else from FAST.
    package var route: Route {
        if let hello { return .incarnation(hello.key) }
        return fast.map { .link($0.link) } ?? .nowhere
    }

    /// Which of a link's two lanes it goes by.
    package var lane: Lane {
        fast?.flags.contains(.pollLane) == true ? .poll : .push
    }

    /// Changes in it.
    package var changeCount: Int {
        frames.reduce(0) { sum, frame in
            if case .range(let batch) = frame { return sum + batch.changes.count }
            return sum
        }
    }
}

/// A link has two lanes, so that a change can go up while a long poll waits for one to come
/// down. Within a lane a request follows the answer to the one before.
package enum Lane: Int, Hashable, Sendable, CaseIterable {
    case push = 0
    case poll = 1
}
