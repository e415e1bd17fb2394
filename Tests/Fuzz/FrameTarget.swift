import Base
import Replication

/// First byte: whether the digests are put right before the rest is read.
enum FrameTarget {
    static func feed(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let rest = Array(bytes.dropFirst())
        read(first & 1 == 0 ? Seal.message(rest) : rest)
    }

    private static func read(_ bytes: [UInt8]) {
        do throws(DecodeError) {
            let message = try Message.decode(bytes)
            _ = (message.route, message.lane, message.changeCount)
            let written = message.encode()
            // Optional frames of unknown types are stepped over, so that less may be written.
            invariant(written.count <= bytes.count, "nothing is added")
            if written.count == bytes.count {
                invariant(written == bytes, "encode after decode is identity")
            }
            let again = try Message.decode(written)
            invariant(again.encode() == written, "decode after encode is identity")
        } catch {
            invariant(error.offset >= 0 && error.offset <= bytes.count, "an error has a place")
        }
    }

    static var seeds: [[UInt8]] {
        let frames = Samples.frames()
        return frames.map { [0] + Message([$0]).encode() } + [
            [1] + Message(frames).encode(), [0] + Message(frames).encode(),
        ]
    }
}

/// First byte: whether the digests are put right before the rest is read.
enum BundleTarget {
    static func feed(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let rest = Array(bytes.dropFirst())
        read(first & 1 == 0 ? Seal.bundle(rest) : rest)
    }

    private static func read(_ bytes: [UInt8]) {
        do throws(DecodeError) {
            let bundle = try Bundle.decode(bytes)
            let written = bundle.encode()
            invariant(written.count <= bytes.count, "nothing is added")
            if written.count == bytes.count {
                invariant(written == bytes, "encode after decode is identity")
            }
            let again = try Bundle.decode(written)
            invariant(again.encode() == written, "decode after encode is identity")
            _ = bundle.statements
        } catch {
            invariant(error.offset >= 0 && error.offset <= bytes.count, "an error has a place")
        }
    }

    static var seeds: [[UInt8]] {
        let batch = Samples.run(suite: .sha256Ed25519, changes: 2)
        let empty = bundle(.changes, assumed: [], frames: [])
        let full = bundle(
            .changes, assumed: [Samples.vector()],
            frames: [.vector(Samples.vector()), .range(batch)])
        let receipt = bundle(.receipt, assumed: [], frames: [.vector(Samples.vector())])
        return [empty, full, receipt].flatMap { [[0] + $0.encode(), [1] + $0.encode()] }
    }

    private static func bundle(
        _ purpose: Bundle.Purpose, assumed: [VectorStatement], frames: [Frame]
    ) -> Bundle {
        Bundle(
            purpose: purpose, from: Samples.names[0].region, to: Samples.names[1].region,
            key: Samples.key, created: Instant(millis: .max), assumed: assumed, frames: frames)
    }
}
