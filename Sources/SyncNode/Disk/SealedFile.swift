import Base
import Crypto
internal import Glibc
import Kernel

/// A file whose content is sealed in pieces of `Limits.blobChunkBytesMax`, as many bytes as a
/// piece of the exchange, so that any part of it is read without the rest:
///
///     magic "SNA1" · salt 16 · then for each piece: nonce 12 · ciphertext · tag 16
///
/// AES-256-GCM under a key of this file; each piece is bound to its place. What it holds in all is
/// proven by its digest, which is its name.
struct SealedFile: ~Copyable {
    static let saltBytes = 16
    private static let magic = Array("SNA1".utf8)
    private static let headBytes = Int64(magic.count + saltBytes)
    private static let pieceBytes = Int64(Limits.blobChunkBytesMax)
    private static let boxBytes = pieceBytes + Int64(FieldCipher.overhead)

    private let file: OpenFile
    private let cover: FileCover
    private let key: [UInt8]

    /// Bytes of the content of a file of so many bytes. A piece that was cut holds nothing.
    static func plainBytes(stored: Int64) -> Int64 {
        let body = max(0, stored - headBytes)
        let rest = body % boxBytes
        return body / boxBytes * pieceBytes + max(0, rest - Int64(FieldCipher.overhead))
    }

    /// Bytes of the file of a content of so many bytes.
    static func storedBytes(plain: Int64) -> Int64 {
        let rest = plain % pieceBytes
        let last = rest == 0 ? 0 : rest + Int64(FieldCipher.overhead)
        return headBytes + plain / pieceBytes * boxBytes + last
    }

    /// - Parameter isNew: Makes the file where there is none, or less than its head.
    /// - Throws: `damaged` where it is no such file.
    init(
        _ path: String, of name: Digest, under cover: FileCover, isNew: Bool = false,
        faults: IOFaults?
    ) throws(JournalError) {
        let file = try OpenFile(
            path: path, flags: isNew ? O_RDWR | O_CREAT : O_RDONLY, site: .blobOpen,
            faults: faults)
        var head: [UInt8]
        if isNew, try file.size() < Self.headBytes {
            head = Self.magic + cover.salt()
            try file.write(head, at: 0, .blobWrite)
        } else {
            head = try file.read(Int(Self.headBytes), at: 0, .blobRead)
        }
        guard head.count == Self.headBytes, head.starts(with: Self.magic) else {
            throw .damaged("\(path) is no attachment of this node")
        }
        key = cover.fileKey(name.bytes, salt: Array(head[Self.magic.count...]))
        self.file = file
        self.cover = cover
    }

    /// A piece; shorter at the end, empty beyond it, nil where it does not open.
    borrowing func piece(_ index: Int64) throws(JournalError) -> [UInt8]? {
        let box = try file.read(
            Int(Self.boxBytes), at: Self.headBytes + index * Self.boxBytes, .blobRead)
        return box.isEmpty ? [] : cover.open(box, key, at: index)
    }

    /// Puts content at the end, which the caller knows.
    ///
    /// - Returns: Where the content ends now. Short of `end`, with nothing taken, where the piece
    ///   at the end was torn by a crash: it is thrown away.
    borrowing func append(_ bytes: [UInt8], at end: Int64) throws(JournalError) -> Int64 {
        var index = end / Self.pieceBytes
        let inLast = Int(end % Self.pieceBytes)
        var next = bytes[...]
        var front: [UInt8] = []
        if inLast > 0 {
            guard let last = try piece(index), last.count == inLast else {
                let whole = index * Self.pieceBytes
                try file.truncate(to: Self.storedBytes(plain: whole), .blobWrite)
                return whole
            }
            front = last
        }
        while !next.isEmpty {
            let taken = next.prefix(Limits.blobChunkBytesMax - front.count)
            next = next.dropFirst(taken.count)
            try file.write(
                cover.seal(front + taken, key, at: index),
                at: Self.headBytes + index * Self.boxBytes, .blobWrite)
            front = []
            index += 1
        }
        return end + Int64(bytes.count)
    }

    /// Part of the content; shorter at its end.
    ///
    /// - Throws: `damaged` where a piece of it does not open.
    borrowing func read(_ count: Int, at offset: Int64) throws(JournalError) -> [UInt8] {
        var found: [UInt8] = []
        var place = offset
        while found.count < count {
            guard let piece = try piece(place / Self.pieceBytes) else {
                throw .damaged("\(file.path) was altered")
            }
            let rest = piece.dropFirst(Int(place % Self.pieceBytes)).prefix(count - found.count)
            if rest.isEmpty { break }
            found += rest
            place += Int64(rest.count)
            if piece.count < Limits.blobChunkBytesMax { break }
        }
        return found
    }

    /// The digest of the content; nil where a piece of it does not open.
    borrowing func digest(_ suite: Suite) throws(JournalError) -> Digest? {
        var stream = HashStream(suite: suite)
        var index: Int64 = 0
        while true {
            guard let piece = try piece(index) else { return nil }
            stream.take(piece)
            if piece.count < Limits.blobChunkBytesMax { return stream.finish() }
            index += 1
        }
    }

    /// Makes the content durable.
    borrowing func sync() throws(JournalError) { try file.sync(.blobSync) }
}
