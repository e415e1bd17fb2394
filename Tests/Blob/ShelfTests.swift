import API
import Base
import Change
import Crypto
import Disk
import Glibc
import Kernel
import Replication
import Store
import Support
import Testing

@testable import Blob

/// The shelf over a real store: what is wanted, from whom it may come, and who may have it.
@Suite struct ShelfTests {
    let folder: TemporaryFolder
    let journal: SQLiteJournal
    let shelf: BlobShelf
    let cases = ScopeName.cases(RegionID(7), year: 2026)
    let other = ScopeName.cases(RegionID(8), year: 2026)
    let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 7) }
    let town = RegionID(1)
    let village = RegionID(2)

    let cover = FileCover(key: Array(repeating: 7, count: 32)) { count in
        (0..<count).map { _ in UInt8.random(in: 0...255) }
    }

    init() throws {
        folder = try TemporaryFolder()
        journal = try SQLiteJournal(
            directory: folder.directory, machine: Hash.digest([1], suite: .sha256Ed25519))
        shelf = try BlobShelf(directory: folder.directory, cover: cover)
    }

    var digest: Digest { Hash.digest(bytes, suite: .sm3SM2) }

    private func name(_ digest: Digest, in scope: ScopeName) throws {
        try journal.begin()
        try journal.openScope(scope)
        try journal.nameBlobs([digest], in: scope.id)
        try journal.commit()
        shelf.note([NamedBlob(digest, in: scope.id)])
    }

    private func peer(_ region: RegionID, _ scopes: ScopeName...) -> BlobShelf.Peer {
        let ids = scopes.map(\.id)
        return BlobShelf.Peer(
            region: region, gives: { ids.contains($0) }, has: { ids.contains($0) })
    }

    private func piece(_ offset: Int, of bytes: [UInt8], as digest: Digest) -> BlobChunk {
        let end = min(bytes.count, offset + Limits.blobChunkBytesMax)
        return BlobChunk(
            digest: digest, offset: offset, total: bytes.count, bytes: Array(bytes[offset..<end]))
    }

    private func wants(_ peer: BlobShelf.Peer) throws -> [BlobWant] {
        try shelf.missing(for: peer, but: [], limit: 8)
    }

    /// A disk that fails for a moment while it is looked at: what a commit named was once
    /// forgotten until the next start, and nobody was asked for it.
    @Test func whatCouldNotBeLookedAtIsLookedAtAgain() throws {
        let place = folder.directory.blobs + "/" + digest.hex.prefix(2)
        #expect(symlink(place, place) == 0, "whoever looks there goes round in a circle")
        try name(digest, in: cases)
        try name(Hash.digest([2], suite: .sm3SM2), in: cases)
        #expect(throws: JournalError.self) { try shelf.countWanted() }
        #expect(unlink(place) == 0)
        #expect(try shelf.countWanted() == 2)
    }

    @Test func whatIsNamedIsWantedAndComesInPieces() throws {
        #expect(try wants(peer(town, cases)).isEmpty)
        try name(digest, in: cases)
        #expect(try wants(peer(town, cases)) == [BlobWant(digest: digest, offset: 0)])
        var offset = 0
        while offset < bytes.count {
            let taking = try shelf.take(piece(offset, of: bytes, as: digest), from: town)
            offset += Limits.blobChunkBytesMax
            guard offset < bytes.count else {
                #expect(taking == .arrived(wasAskedFor: false))
                break
            }
            #expect(taking == .stored)
            #expect(try wants(peer(town, cases)).first?.offset == offset)
            #expect(try wants(peer(town, cases)).count == (bytes.count - offset + 65535) / 65536)
            #expect(try shelf.size(of: digest) == nil, "not said to be here before it is proven")
        }
        #expect(try wants(peer(town, cases)).isEmpty && shelf.countWanted() == 0)
        #expect(try shelf.size(of: digest) == bytes.count)
        #expect(try shelf.store.isSound(digest, suite: .sm3SM2) == true)
    }

    /// After a restart the part that is here is not asked for again.
    @Test func aRestartGoesOnWhereItStopped() throws {
        try name(digest, in: cases)
        _ = try shelf.take(piece(0, of: bytes, as: digest), from: town)
        let later = try BlobShelf(directory: folder.directory, cover: cover)
        try later.load()
        let wants = try later.missing(for: peer(village, cases), but: [], limit: 8)
        #expect(wants == [BlobWant(digest: digest, offset: Limits.blobChunkBytesMax)])
    }

    /// I6 for attachments: neither asked of nor given to anyone outside of the audience.
    @Test func aBlobStaysInsideItsAudience() throws {
        try name(digest, in: cases)
        #expect(try wants(peer(town, other)).isEmpty)
        #expect(shelf.put(bytes, as: digest).isAwaited)
        let want = BlobWant(digest: digest, offset: 0)
        #expect(try shelf.chunk(want, for: peer(town, other)) == nil)
        #expect(try !shelf.holds(digest, for: peer(town, other)))
        #expect(try shelf.chunk(want, for: peer(town, cases))?.total == bytes.count)
        // What nobody names goes nowhere.
        let unnamed = Hash.digest([9], suite: .sha256Ed25519)
        _ = shelf.put([9], as: unnamed)
        #expect(
            try shelf.chunk(BlobWant(digest: unnamed, offset: 0), for: peer(town, cases)) == nil)
        // A second scope that names it opens it to that scope's audience too.
        try name(digest, in: other)
        #expect(try shelf.chunk(want, for: peer(town, other)) != nil)
    }

    @Test func aWrongContentIsThrownAwayAndItsGiverPassedOver() throws {
        try name(digest, in: cases)
        var wrong = bytes
        wrong[70_000] ^= 1
        var last = BlobShelf.Taking.stored
        for offset in stride(from: 0, to: bytes.count, by: Limits.blobChunkBytesMax) {
            last = try shelf.take(piece(offset, of: wrong, as: digest), from: town)
        }
        #expect(last == .wrong)
        #expect(try shelf.size(of: digest) == nil)
        #expect(try shelf.store.received(of: digest) == 0)
        #expect(try wants(peer(town, cases)).isEmpty)
        #expect(try shelf.take(piece(0, of: bytes, as: digest), from: town) == .passedOver)
        #expect(try wants(peer(village, cases)) == [BlobWant(digest: digest, offset: 0)])
        for offset in stride(from: 0, to: bytes.count, by: Limits.blobChunkBytesMax) {
            last = try shelf.take(piece(offset, of: bytes, as: digest), from: village)
        }
        #expect(last == .arrived(wasAskedFor: false))
    }

    @Test func whatIsNotWantedOrNotNextIsPassedOver() throws {
        #expect(try shelf.take(piece(0, of: bytes, as: digest), from: town) == .passedOver)
        try name(digest, in: cases)
        #expect(try shelf.take(piece(65536, of: bytes, as: digest), from: town) == .passedOver)
        #expect(try shelf.take(piece(0, of: bytes, as: digest), from: town) == .stored)
        #expect(try shelf.take(piece(0, of: bytes, as: digest), from: town) == .passedOver)
        #expect(
            try shelf.take(piece(65536, of: bytes, as: digest), from: village) == .passedOver,
            "one source at a time")
        #expect(try wants(peer(village, cases)).isEmpty)
    }

    /// A size that changes on the way is a lie: it begins anew.
    @Test func aSizeThatChangesBeginsAnew() throws {
        try name(digest, in: cases)
        _ = try shelf.take(piece(0, of: bytes, as: digest), from: town)
        let lie = BlobChunk(
            digest: digest, offset: 65536, total: 65537, bytes: [bytes[65536]])
        #expect(try shelf.take(lie, from: town) == .passedOver)
        #expect(try wants(peer(town, cases)) == [BlobWant(digest: digest, offset: 0)])
        #expect(try shelf.size(of: digest) == nil)
    }

    @Test(arguments: Suite.allCases) func putProvesAndKeeps(suite: Suite) throws {
        let digest = Hash.digest(bytes, suite: suite)
        #expect(shelf.put(Array(bytes.dropLast()), as: digest).outcome == .wrongDigest)
        #expect(shelf.put([], as: digest).outcome == .empty)
        #expect(try shelf.store.all().isEmpty, "nothing of it was kept")
        #expect(shelf.put(bytes, as: digest).outcome == .stored(bytes: bytes.count))
        #expect(shelf.put(bytes, as: digest).outcome == .known(bytes: bytes.count))
        #expect(try shelf.store.isSound(digest, suite: suite) == true)
    }

    /// A bundle takes what its changes name; a receipt says what is still lacking.
    @Test func cargoCarriesWhatIsNamedAndAsked() throws {
        try name(digest, in: cases)
        let cargo = BlobCargo(shelf, for: peer(town, cases))
        #expect(try cargo.wants().count == 1)
        _ = shelf.put(bytes, as: digest)
        #expect(try cargo.wants().isEmpty)
        let rest = [BlobWant(digest: digest, offset: 200_000)]
        func size(_ frames: [Frame]) -> Int {
            frames.reduce(0) { sum, frame in
                if case .blobChunk(let chunk) = frame { sum + chunk.bytes.count } else { sum }
            }
        }
        let frames = try cargo.frames(with: [], wants: rest, roomBytes: 1_000_000)
        #expect(size(frames) == 100_000)
        #expect(try cargo.frames(with: [], wants: rest, roomBytes: 60_000).isEmpty)
        let outside = BlobCargo(shelf, for: peer(town, other))
        #expect(try outside.frames(with: [], wants: rest, roomBytes: 1_000_000).isEmpty)
    }

    // A scope that is given up: what it names is asked for behind its last byte.
    @Test func whatGoesIsConfirmedByACarrierFirst() throws {
        try journal.begin()
        try journal.openScope(other)
        try journal.commit()
        _ = shelf.put(bytes, as: digest)
        try name(digest, in: cases)
        let end = BlobWant(digest: digest, offset: bytes.count)
        #expect(try wants(peer(town, cases)).isEmpty)
        #expect(try shelf.leave(cases.id))
        #expect(try !shelf.leave(cases.id), "asked once")
        #expect(!shelf.isConfirmed(cases.id, by: town))
        #expect(try wants(peer(town, cases)) == [end])
        #expect(try wants(peer(town, other)).isEmpty, "nobody else is asked")

        // The carrier has it, and says so to who did carry it; its bytes are not for that one.
        let former = BlobShelf.Peer(region: village, gives: { $0 == cases.id }, has: { _ in false })
        let word = try #require(try shelf.chunk(end, for: former))
        #expect(word.bytes.isEmpty && word.total == bytes.count)
        #expect(try shelf.chunk(BlobWant(digest: digest, offset: 0), for: former) == nil)

        let lie = BlobChunk(digest: digest, offset: 5, total: 5, bytes: [])
        #expect(try shelf.take(lie, from: town) == .passedOver)
        #expect(try shelf.take(word, from: town) == .confirmed)
        #expect(try shelf.take(word, from: town) == .passedOver, "said once")
        #expect(shelf.isConfirmed(cases.id, by: town))
        #expect(!shelf.isConfirmed(cases.id, by: village))
        #expect(try wants(peer(town, cases)).isEmpty)

        try journal.begin()
        try journal.dropScope(cases.id)
        try journal.commit()
        try shelf.left(cases.id)
        #expect(try shelf.size(of: digest) == nil)
    }

    @Test func whatAnotherScopeNamesStays() throws {
        _ = shelf.put(bytes, as: digest)
        try name(digest, in: cases)
        try name(digest, in: other)
        _ = try shelf.leave(cases.id)
        try journal.begin()
        try journal.dropScope(cases.id)
        try journal.commit()
        try shelf.left(cases.id)
        #expect(try shelf.size(of: digest) == bytes.count)
    }

    /// What nothing names goes once it is a day old and what would name it had time to come.
    @Test func whatNothingNamesGoesAfterADay() throws {
        let young = Hash.digest([1], suite: .sha256Ed25519)
        let old = Hash.digest([2], suite: .sha256Ed25519)
        let used = Hash.digest([3], suite: .sha256Ed25519)
        for (byte, digest) in [(UInt8(1), young), (2, old), (3, used)] {
            #expect(shelf.put([byte], as: digest).outcome == .stored(bytes: 1))
        }
        for digest in [old, used] { try makeOld(digest) }
        let later = try BlobShelf(directory: folder.directory, cover: cover)
        try later.load()
        try later.countUnnamed()
        #expect(try later.removeUnnamed(after: 1000) == 0, "it may still be named in this run")
        // The change that names it comes back behind the count at the start.
        try name(used, in: cases)
        #expect(try later.removeUnnamed(after: 0) == 1)
        #expect(try later.size(of: old) == nil)
        #expect(try later.size(of: young) == 1)
        #expect(try later.size(of: used) == 1)
        #expect(try later.removeUnnamed(after: 0) == 0)
    }

    /// Sets a file's time back by a day and a second.
    private func makeOld(_ digest: Digest) throws {
        let name = digest.hex
        let path =
            folder.directory.blobs
            + "/\(name.prefix(2))/\(name.dropFirst(2).prefix(2))/\(name)"
        var times = [timespec(), timespec()]
        for index in times.indices {
            times[index].tv_sec = time(nil) - Int(Limits.unnamedBlobSeconds) - 1
        }
        try #require(utimensat(AT_FDCWD, path, &times, 0) == 0)
    }
}
