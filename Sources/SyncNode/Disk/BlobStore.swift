package import Base
package import Crypto
internal import Glibc
package import Kernel

/// Attachments by digest: `blobs/ab/cd/<64 digits>`, each complete and proven when it stands
/// there; `blobs/parts/` holds what is still coming. All of them lie sealed under a key of this
/// node; digests, sizes and places are those of the content. Blocking.
///
/// Safe from any thread for different blobs; one blob is received by one caller at a time.
package final class BlobStore: Sendable {
    let path: String
    private let cover: FileCover
    private let faults: IOFaults?

    /// Makes the folders where they are missing.
    package init(
        directory: StoreDirectory, cover: FileCover, faults: IOFaults? = nil
    ) throws(JournalError) {
        path = directory.blobs
        self.cover = cover
        self.faults = faults
        try StoreDirectory.makeFolder(path)
        try StoreDirectory.makeFolder(path + "/parts")
    }

    /// Bytes of a complete blob; nil where it is not here.
    package func size(of digest: Digest) throws(JournalError) -> Int64? {
        try Self.size(place(of: digest))
    }

    /// Seconds since a complete blob got its name here, by the machine's own calendar; nil where
    /// it is not here.
    package func age(of digest: Digest) throws(JournalError) -> Int64? {
        guard let facts = try Self.facts(place(of: digest)) else { return nil }
        return Int64(time(nil)) - Int64(facts.st_mtim.tv_sec)
    }

    /// Bytes received so far of a blob that is not complete; 0 where nothing is.
    package func received(of digest: Digest) throws(JournalError) -> Int64 {
        try Self.size(part(of: digest)) ?? 0
    }

    /// Which of some blobs are not here, in the order given; at most `Limits.blobListMax`.
    package func missing(of digests: [Digest]) throws(JournalError) -> [Digest] {
        var missing: [Digest] = []
        for digest in digests where missing.count < Limits.blobListMax {
            if try size(of: digest) == nil { missing.append(digest) }
        }
        return missing
    }

    /// A piece of a complete blob; shorter at its end, nil where the blob is not here.
    ///
    /// - Parameter count: At most `Limits.blobChunkBytesMax`.
    /// - Throws: `damaged` where it was altered on the disk.
    package func read(
        _ digest: Digest, at offset: Int64, count: Int
    ) throws(JournalError) -> [UInt8]? {
        invariant(count <= Limits.blobChunkBytesMax, "a chunk keeps its limit")
        guard try size(of: digest) != nil else { return nil }
        return try open(place(of: digest), of: digest).read(count, at: offset)
    }

    /// Takes the next piece of a blob.
    ///
    /// - Returns: Bytes received after it. Where `offset` is not the end of what is here, the
    ///   piece is passed over, and the answer says where to go on.
    /// - Throws: `full` beyond `Limits.blobBytesMax` or `Limits.blobPartsBytesMax`.
    package func append(
        _ bytes: [UInt8], to digest: Digest, at offset: Int64
    ) throws(JournalError) -> Int64 {
        let held = try received(of: digest)
        guard offset == held else { return held }
        let end = held + Int64(bytes.count)
        guard end <= Int64(Limits.blobBytesMax) else { throw .full }
        if held == 0 {
            guard try partsBytes() + end <= Limits.blobPartsBytesMax else { throw .full }
        }
        do throws(JournalError) {
            let file = try SealedFile(
                part(of: digest), of: digest, under: cover, isNew: true, faults: faults)
            return try file.append(bytes, at: offset)
        } catch .damaged {
            // A crash left no head: begun anew.
            discard(digest)
            return 0
        }
    }

    /// Proves a received blob, makes it durable and puts it in its place. A blob that does not
    /// have its digest is thrown away.
    ///
    /// - Parameter suite: The one that it is named by; nil where either will do.
    /// - Returns: Whether the blob is here now.
    package func finish(_ digest: Digest, suite: Suite? = nil) throws(JournalError) -> Bool {
        if try size(of: digest) != nil {
            discard(digest)
            return true
        }
        let part = part(of: digest)
        guard try Self.size(part) != nil else { return false }
        guard try isProven(digest, in: part, suite) else {
            discard(digest)
            return false
        }
        let place = try Self.makePlace(for: digest, in: path)
        if let number = faults?.error(at: .blobRename) {
            throw .system(number, doing: "rename \(part)")
        }
        guard rename(part, place) == 0 else {
            throw .system(errno, doing: "rename \(part)")
        }
        let folder = path + "/" + digest.hex.prefix(2)
        let inner = folder + "/" + digest.hex.dropFirst(2).prefix(2)
        for one in [inner, folder, path] { try syncFolder(one) }
        return true
    }

    /// Stores a whole blob of this node.
    package func put(_ bytes: [UInt8], suite: Suite) throws(JournalError) -> Digest {
        let digest = Hash.digest(bytes, suite: suite)
        if try size(of: digest) != nil { return digest }
        discard(digest)
        _ = try append(bytes, to: digest, at: 0)
        guard try finish(digest, suite: suite) else {
            throw .damaged("blob \(digest.hex) was not written as given")
        }
        return digest
    }

    /// Throws away what was received of a blob. Nothing there is as good as thrown away.
    package func discard(_ digest: Digest) { unlink(part(of: digest)) }

    /// Removes a complete blob: after an erasure.
    package func remove(_ digest: Digest) throws(JournalError) {
        discard(digest)
        guard unlink(place(of: digest)) != 0, errno != ENOENT else { return }
        throw .system(errno, doing: "remove \(place(of: digest))")
    }

    /// Whether a complete blob still has its digest; nil where it is not here. Reads it whole.
    package func isSound(_ digest: Digest, suite: Suite) throws(JournalError) -> Bool? {
        let place = place(of: digest)
        guard try Self.size(place) != nil else { return nil }
        do throws(JournalError) {
            return try open(place, of: digest).digest(suite) == digest
        } catch .damaged {
            return false
        }
    }

    /// Where a complete blob stands, its folders made.
    static func makePlace(for digest: Digest, in path: String) throws(JournalError) -> String {
        let folder = path + "/" + digest.hex.prefix(2)
        try StoreDirectory.makeFolder(folder)
        try StoreDirectory.makeFolder(folder + "/" + digest.hex.dropFirst(2).prefix(2))
        return place(of: digest, in: path)
    }

    static func place(of digest: Digest, in path: String) -> String {
        let name = digest.hex
        return "\(path)/\(name.prefix(2))/\(name.dropFirst(2).prefix(2))/\(name)"
    }

    private func place(of digest: Digest) -> String { Self.place(of: digest, in: path) }

    private func part(of digest: Digest) -> String { "\(path)/parts/\(digest.hex)" }

    /// Bytes of the content.
    private static func size(_ path: String) throws(JournalError) -> Int64? {
        try facts(path).map { SealedFile.plainBytes(stored: Int64($0.st_size)) }
    }

    private static func facts(_ path: String) throws(JournalError) -> stat? {
        var facts = stat()
        if stat(path, &facts) == 0 { return facts }
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw .system(errno, doing: "stat \(path)")
    }

    /// Bytes of all parts together.
    private func partsBytes() throws(JournalError) -> Int64 {
        let folder = path + "/parts"
        var sum: Int64 = 0
        for name in try Self.names(in: folder) {
            sum += try Self.size(folder + "/" + name) ?? 0
        }
        return sum
    }

    private func open(
        _ path: String, of digest: Digest
    ) throws(JournalError) -> SealedFile {
        try SealedFile(path, of: digest, under: cover, faults: faults)
    }

    /// Makes a received blob durable and reads it whole.
    private func isProven(
        _ digest: Digest, in part: String, _ suite: Suite?
    ) throws(JournalError) -> Bool {
        do throws(JournalError) {
            let file = try SealedFile(
                part, of: digest, under: cover, isNew: true, faults: faults)
            try file.sync()
            for one in suite.map({ [$0] }) ?? Suite.allCases
            where try file.digest(one) == digest { return true }
            return false
        } catch .damaged {
            return false
        }
    }

    private func syncFolder(_ path: String) throws(JournalError) {
        let folder = try OpenFile(
            path: path, flags: O_RDONLY | O_DIRECTORY, site: .blobOpen, faults: faults)
        try folder.syncFolder(.blobFolderSync)
    }
}
