package import Base

extension Change {
    /// The attachments (附件) that the body names: the value of every member `blob` that is 64
    /// lower-case hexadecimal digits, as writers without white space have it. In any scope and of
    /// any kind, so that a relay fetches what it cannot read. One pass over the body.
    ///
    /// - Returns: Each once, in the order of the body; at most `Limits.changeBlobsMax`.
    package var namedBlobs: [Digest] {
        var found: [Digest] = []
        let range = bodyRange
        let length = Self.blobMember.count + 65
        var place = range.lowerBound + Self.blobMember.count - 1
        while place + 66 <= range.upperBound, found.count < Limits.changeBlobsMax {
            // The member ends with a quote, as does its key: elsewhere eight bytes are no match.
            guard bytes[place] == Self.quote else {
                place += Self.steps[Int(bytes[place])]
                continue
            }
            let start = place - Self.blobMember.count + 1
            guard let digest = Self.digest(after: start, in: bytes) else {
                place += Self.steps[Int(Self.quote)]
                continue
            }
            if !found.contains(digest) { found.append(digest) }
            place += length
        }
        return found
    }

    private static let quote = UInt8(ascii: "\"")
    private static let blobMember = Array("\"blob\":\"".utf8)

    /// How far the search may go on where the pattern's last byte would stand on another one.
    private static let steps: [Int] = {
        var steps = Array(repeating: blobMember.count, count: 256)
        for (index, byte) in blobMember.dropLast().enumerated() {
            steps[Int(byte)] = blobMember.count - 1 - index
        }
        return steps
    }()

    /// The digest of a member that begins at `start`; nil where there is none.
    private static func digest(after start: Int, in bytes: [UInt8]) -> Digest? {
        for (index, byte) in blobMember.enumerated() where bytes[start + index] != byte {
            return nil
        }
        let first = start + blobMember.count
        guard bytes[first + 64] == quote else { return nil }
        var words: [UInt64] = [0, 0, 0, 0]
        for index in 0..<64 {
            let digit: UInt64
            switch bytes[first + index] {
            case let byte where (0x30...0x39).contains(byte): digit = UInt64(byte - 0x30)
            case let byte where (0x61...0x66).contains(byte): digit = UInt64(byte - 0x57)
            default: return nil
            }
            words[index / 16] = words[index / 16] << 4 | digit
        }
        return Digest(words: (words[0], words[1], words[2], words[3]))
    }
}
