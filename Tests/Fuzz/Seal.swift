import Base
import Change

/// Puts right what only a digest says is wrong, so that mutations reach the readers behind it.
enum Seal {
    /// Bytes of the digest that ends a frame.
    private static let digestLength = 4

    /// The message with every frame's digest as it must be, as far as lengths can be followed.
    static func message(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        var at = 0
        while let next = sealFrame(&bytes, at: at, end: bytes.count) { at = next }
        return bytes
    }

    /// The bundle with the digests of its frames and of the whole.
    static func bundle(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        let end = bytes.count - 32
        guard end >= 0 else { return bytes }
        var reader = ByteReader(bytes, from: 0, to: end)
        do throws(DecodeError) {
            try reader.skip(18 + 1 + 16 + 1, "head")
            try reader.skip(try reader.readCount("key", limit: 128) + 8, "key")
            for _ in 0..<2 {
                for _ in 0..<(try reader.readCount("frames", limit: Limits.messageFramesMax)) {
                    guard let next = sealFrame(&bytes, at: reader.offset, end: end) else { break }
                    try reader.skip(next - reader.offset, "frame")
                }
            }
        } catch {
            // What cannot be followed is left as it is; the whole is sealed all the same.
        }
        let digest = ExchangeHash.digest(bytes, from: 0, to: end).bytes
        bytes.replaceSubrange(end..., with: digest)
        return bytes
    }

    /// - Returns: Where the frame ends; nil where there is none.
    private static func sealFrame(_ bytes: inout [UInt8], at start: Int, end: Int) -> Int? {
        guard start < end else { return nil }
        var reader = ByteReader(bytes, from: start, to: end)
        do throws(DecodeError) {
            try reader.skip(2, "mark")
            try reader.skip(try reader.readCount("length", limit: end), "payload")
            let stop = reader.offset
            try reader.skip(digestLength, "digest")
            let digest = ExchangeHash.digest(bytes, from: start, to: stop).bytes
            bytes.replaceSubrange(stop..<(stop + digestLength), with: digest[..<digestLength])
            return reader.offset
        } catch {
            return nil
        }
    }
}
