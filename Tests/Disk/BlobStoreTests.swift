import Base
import Crypto
import Foundation
import Kernel
import Support
import Testing

@testable import Disk

/// Attachments: chunked, resumable, proven.
@Suite struct BlobStoreTests {
    let folder: TemporaryFolder
    let lever = Switch()
    let blobs: BlobStore
    let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }

    init() throws {
        folder = try TemporaryFolder()
        try folder.directory.create()
        blobs = try BlobStore(directory: folder.directory, faults: lever.faults)
    }

    private func chunk(_ offset: Int64) -> [UInt8] {
        Array(bytes[Int(offset)..<min(bytes.count, Int(offset) + Limits.blobChunkBytesMax)])
    }

    @Test(arguments: Suite.allCases)
    func arrivesInPiecesAndGoesOnWhereItStopped(suite: Suite) throws {
        let digest = Hash.digest(bytes, suite: suite)
        #expect(try blobs.missing(of: [digest]) == [digest])
        var offset = try blobs.append(chunk(0), to: digest, at: 0)
        #expect(try blobs.finish(digest, suite: suite) == false, "not whole: thrown away")
        #expect(try blobs.received(of: digest) == 0)
        offset = try blobs.append(chunk(0), to: digest, at: 0)
        // Another process, later; a piece that comes twice; one that comes too early.
        let later = try BlobStore(directory: folder.directory)
        #expect(try later.received(of: digest) == offset)
        #expect(try later.append(chunk(0), to: digest, at: 0) == offset)
        #expect(try later.append(chunk(0), to: digest, at: offset + 5) == offset)
        while offset < bytes.count {
            offset = try later.append(chunk(offset), to: digest, at: offset)
        }
        #expect(try later.size(of: digest) == nil, "not yet proven")
        #expect(try later.finish(digest, suite: suite))
        #expect(try later.size(of: digest) == Int64(bytes.count))
        #expect(try later.missing(of: [digest, .zero]) == [.zero])
        #expect(try later.received(of: digest) == 0)
        #expect(try later.read(digest, at: 100, count: 50) == Array(bytes[100..<150]))
        #expect(try later.read(digest, at: 199_990, count: 50)?.count == 10)
        #expect(try later.read(.zero, at: 0, count: 50) == nil)
        #expect(try later.finish(digest, suite: suite), "again is harmless")
        #expect(try later.isSound(digest, suite: suite) == true)
    }

    @Test func aWrongBlobIsThrownAway() throws {
        let digest = Hash.digest([1], suite: .sha256Ed25519)
        _ = try blobs.append([2], to: digest, at: 0)
        #expect(try blobs.finish(digest, suite: .sha256Ed25519) == false)
        #expect(try blobs.received(of: digest) == 0)
        #expect(try blobs.size(of: digest) == nil)
    }

    @Test func damageIsSeenAndRemoved() throws {
        let digest = try blobs.put(bytes, suite: .sha256Ed25519)
        let name = digest.hex
        let path =
            folder.directory.blobs + "/\(name.prefix(2))/\(name.dropFirst(2).prefix(2))/\(name)"
        var data = try Data(contentsOf: URL(fileURLWithPath: path))
        data[77] ^= 1
        try data.write(to: URL(fileURLWithPath: path))
        #expect(try blobs.isSound(digest, suite: .sha256Ed25519) == false)
        try blobs.remove(digest)
        try blobs.remove(digest)
        #expect(try blobs.isSound(digest, suite: .sha256Ed25519) == nil)
    }

    @Test func anEmptyBlobIsABlob() throws {
        let digest = try blobs.put([], suite: .sha256Ed25519)
        #expect(try blobs.size(of: digest) == 0)
        #expect(try blobs.put([], suite: .sha256Ed25519) == digest)
    }

    @Test func aLargeBlobIsRefusedAtItsLimit() throws {
        let digest = Digest(words: (9, 9, 9, 9))
        _ = try blobs.append([1], to: digest, at: 0)
        let path = folder.directory.blobs + "/parts/" + digest.hex
        #expect(truncate(path, Limits.blobBytesMax) == 0)
        #expect(throws: JournalError.full) {
            try blobs.append([1], to: digest, at: Int64(Limits.blobBytesMax))
        }
    }

    /// A call that fails leaves nothing that passes for a blob, and the next attempt succeeds.
    @Test(arguments: [
        IOSite.blobOpen, .blobWrite, .blobSync, .blobRead, .blobRename, .blobFolderSync,
    ])
    func everyFaultIsSurvived(site: IOSite) throws {
        lever.fail([site])
        #expect(throws: JournalError.self) { try blobs.put(bytes, suite: .sha256Ed25519) }
        lever.fail([])
        let digest = try blobs.put(bytes, suite: .sha256Ed25519)
        #expect(try blobs.isSound(digest, suite: .sha256Ed25519) == true)
        #expect(lever.calls.contains(site))
    }
}
