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

    let cover = FileCover(key: Array(repeating: 7, count: 32)) { count in
        (0..<count).map { _ in UInt8.random(in: 0...255) }
    }

    init() throws {
        folder = try TemporaryFolder()
        try folder.directory.create()
        blobs = try BlobStore(
            directory: folder.directory, cover: cover, faults: lever.faults)
    }

    private func file(of digest: Digest) -> String {
        BlobStore.place(of: digest, in: folder.directory.blobs)
    }

    private func part(of digest: Digest) -> String {
        folder.directory.blobs + "/parts/" + digest.hex
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
        let later = try BlobStore(directory: folder.directory, cover: cover)
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
        let path = file(of: digest)
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
        let stored = SealedFile.storedBytes(plain: Int64(Limits.blobBytesMax))
        #expect(truncate(part(of: digest), Int(stored)) == 0)
        #expect(throws: JournalError.full) {
            try blobs.append([1], to: digest, at: Int64(Limits.blobBytesMax))
        }
    }

    @Test func nothingOfItLiesOnTheDiskInTheClear() throws {
        let line = Array("身份证 370124194401011234，".utf8)
        let scan = (0..<9_000).flatMap { _ in line }
        let digest = Hash.digest(scan, suite: .sha256Ed25519)
        _ = try blobs.append(Array(scan[..<70_000]), to: digest, at: 0)
        #expect(!(try Data(contentsOf: URL(fileURLWithPath: part(of: digest)))).contains(line))
        _ = try blobs.append(Array(scan[70_000...]), to: digest, at: 70_000)
        #expect(try blobs.finish(digest))
        let data = try Data(contentsOf: URL(fileURLWithPath: file(of: digest)))
        #expect(data.count > scan.count && !data.contains(line))
        #expect(try blobs.read(digest, at: 69_990, count: 40) == Array(scan[69_990..<70_030]))
        let other = try BlobStore(
            directory: folder.directory,
            cover: FileCover(key: Array(repeating: 8, count: 32)) { Array(repeating: 1, count: $0) }
        )
        #expect(try other.isSound(digest, suite: .sha256Ed25519) == false)
        #expect(throws: JournalError.self) { try other.read(digest, at: 0, count: 10) }
    }

    /// Two pieces that changed places, and one that was cut off.
    @Test func piecesKeepTheirPlaces() throws {
        let digest = try blobs.put(bytes, suite: .sha256Ed25519)
        let good = try Data(contentsOf: URL(fileURLWithPath: file(of: digest)))
        let (head, box) = (20, Limits.blobChunkBytesMax + 28)
        var swapped = good
        swapped.replaceSubrange(head..<head + box, with: good[head + box..<head + 2 * box])
        swapped.replaceSubrange(head + box..<head + 2 * box, with: good[head..<head + box])
        for bad in [swapped, good.prefix(head + box), good.dropLast(1), good.prefix(7)] {
            try bad.write(to: URL(fileURLWithPath: file(of: digest)))
            #expect(try blobs.isSound(digest, suite: .sha256Ed25519) == false)
        }
        try good.write(to: URL(fileURLWithPath: file(of: digest)))
        #expect(try blobs.isSound(digest, suite: .sha256Ed25519) == true)
    }

    /// What a crash leaves of the last piece, or of the head, is thrown away, and no more.
    @Test func aTornEndIsTakenAgain() throws {
        let digest = Hash.digest(bytes, suite: .sha256Ed25519)
        _ = try blobs.append(Array(bytes[..<100_000]), to: digest, at: 0)
        let whole = try Data(contentsOf: URL(fileURLWithPath: part(of: digest)))
        var torn = whole
        torn[whole.count - 1] ^= 1
        try torn.write(to: URL(fileURLWithPath: part(of: digest)))
        var held = try blobs.append(Array(bytes[100_000...]), to: digest, at: 100_000)
        #expect(held == Int64(Limits.blobChunkBytesMax))
        held = try blobs.append(Array(bytes[Int(held)...]), to: digest, at: held)
        #expect(try blobs.finish(digest))
        #expect(try blobs.isSound(digest, suite: .sha256Ed25519) == true)
        try blobs.remove(digest)
        try Data(repeating: 0, count: 200).write(to: URL(fileURLWithPath: part(of: digest)))
        let there = try blobs.received(of: digest)
        #expect(try blobs.append(bytes, to: digest, at: there) == 0)
        #expect(try blobs.append(bytes, to: digest, at: 0) == Int64(bytes.count))
        #expect(try blobs.finish(digest))
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

extension Data {
    fileprivate func contains(_ bytes: [UInt8]) -> Bool { range(of: Data(bytes)) != nil }
}
