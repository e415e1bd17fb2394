import Base
import Change
import Domain
import Foundation
import Kernel
import Support
import Testing

@testable import Store

/// What readers see beside a writer.
@Suite struct ReaderTests {
    let fixture: StoreFixture
    let journal: SQLiteJournal
    let pool: ReadPool

    init() throws {
        fixture = try StoreFixture()
        try fixture.inService()
        journal = try fixture.open()
        pool = ReadPool(directory: fixture.directory)
    }

    private func fill(_ forges: [ChainForge], rounds: Int) throws {
        for round in 0..<rounds {
            try journal.begin()
            for (index, forge) in forges.enumerated() where (round + index) % 3 != 0 {
                let others = forges.filter { $0 !== forge }.compactMap(\.dependency)
                for step in 0...(round % 4) {
                    let next = forge.next(
                        deps: step == 0 ? others.sorted { $0.actor < $1.actor } : [],
                        bodyBytes: round * 7)
                    try journal.append(next.change, founding: next.genesis)
                }
                if let signed = forge.signed() { try journal.sign(signed, in: forge.scope.id) }
            }
            try journal.commit()
        }
    }

    private func vector(_ heads: [ChainHead], _ old: [Dot]) -> [Dot] {
        old.filter { dot in !heads.contains { $0.actor == dot.actor } }
            + heads.map { Dot(actor: $0.actor, seq: $0.seq) }
    }

    /// The encoded run is, byte for byte, the batch of the decoded one; for few chains, where
    /// statements walk side by side, and for many.
    @Test(arguments: [1, 3, 12])
    func wireRunsAreTheBatchesOfRuns(chains: Int) throws {
        let forges = try (0..<chains).map {
            try ChainForge(
                scope: fixture.scope, seed: UInt8($0 + 20),
                suite: $0 % 2 == 0 ? .sha256Ed25519 : .sm3SM2)
        }
        try fill(forges, rounds: 90)
        let scope = fixture.scope.id
        var known: [Dot] = []
        var total = 0
        while true {
            let run = try journal.run(of: scope, after: known, except: [])
            let wire = try pool.read { (reader) throws(JournalError) in
                try reader.wireRun(of: scope, after: known, except: [])
            }
            #expect(wire.count == run.changes.count)
            #expect(wire.more == run.more)
            #expect(wire.heads == run.heads.map(\.head))
            #expect(wire.storedBytes == run.changes.reduce(0) { $0 + $1.bytes.count })
            guard wire.count > 0 else { break }
            var reader = ByteReader(wire.bytes)
            let batch = try ChangeBatch.decode(from: &reader)
            try reader.finish("batch")
            #expect(batch.changes == run.changes)
            #expect(
                batch.heads.sorted { $0.head.actor < $1.head.actor } == run.heads)
            var writer = ByteWriter()
            batch.encode(to: &writer)
            #expect(writer.bytes == wire.bytes)
            known = vector(wire.heads, known)
            total += wire.count
        }
        let stored = try journal.chains(of: scope).reduce(0) { $0 + Int($1.head.seq.rawValue) }
        #expect(total == stored)
        #expect(total > 200 * min(chains, 3) / 3)
    }

    /// A payload that was erased travels as its hash.
    @Test func anErasedPayloadTravels() throws {
        let forge = try ChainForge(scope: fixture.scope, seed: 30)
        try journal.begin()
        for _ in 0..<3 {
            let next = forge.next()
            let elided = next.genesis == nil ? ChangeCodec.elided(next.change) : next.change
            try journal.append(elided, founding: next.genesis)
        }
        if let signed = forge.signed() { try journal.sign(signed, in: fixture.scope.id) }
        try journal.commit()
        let own = Dot(actor: fixture.town.actor, seq: Seq(99))
        let wire = try pool.read { (reader) throws(JournalError) in
            try reader.wireRun(of: fixture.scope.id, after: [own], except: [])
        }
        var reader = ByteReader(wire.bytes)
        let batch = try ChangeBatch.decode(from: &reader)
        #expect(batch.changes.map(\.hasPayload) == [true, false, false])
        #expect(batch.changes.last?.head == forge.head)
    }

    /// Where no prefix is clean, both ways give what can be sent all the same.
    @Test func anUnsignedChainDoesNotHoldUpTheOthers() throws {
        let quiet = try ChainForge(scope: fixture.scope, seed: 31)
        let loud = try ChainForge(scope: fixture.scope, seed: 32)
        let leaning = try ChainForge(scope: fixture.scope, seed: 33)
        try journal.begin()
        for forge in [quiet, loud, leaning] {
            let next = forge.next()
            try journal.append(next.change, founding: next.genesis)
            let deps = forge === leaning ? [quiet.dependency].compactMap { $0 } : []
            try journal.append(forge.next(deps: deps).change, founding: nil)
            if forge !== quiet, let signed = forge.signed() {
                try journal.sign(signed, in: fixture.scope.id)
            }
        }
        try journal.commit()
        let own = Dot(actor: fixture.town.actor, seq: Seq(99))
        let run = try journal.run(of: fixture.scope.id, after: [own], except: [])
        // `leaning` is signed at its second change only, which rests on the unsigned one.
        #expect(run.changes.map(\.header.actor) == [loud.actor, loud.actor])
        #expect(!run.more)
        let wire = try pool.read { (reader) throws(JournalError) in
            try reader.wireRun(of: fixture.scope.id, after: [own], except: [])
        }
        #expect(wire.heads == run.heads.map(\.head))
        #expect(wire.count == 2)
    }

    @Test func leavesAndReadsAgreeWithTheWriter() throws {
        let forges = try (0..<3).map { try ChainForge(scope: fixture.scope, seed: UInt8($0 + 40)) }
        try fill(forges, rounds: 10)
        try pool.read { (reader) throws(JournalError) in
            let leaves = try reader.leaves()
            #expect(leaves.map(\.record) == (try journal.scopes()))
            #expect(
                leaves.first?.heads == (try journal.chains(of: fixture.scope.id).map(\.head)))
            #expect(
                try reader.chains(of: fixture.scope.id)
                    == (try journal.chains(of: fixture.scope.id)))
            let dot = Dot(actor: forges[0].actor, seq: Seq(2))
            #expect(
                try reader.change(at: dot, in: fixture.scope.id)
                    == (try journal.change(at: dot, in: fixture.scope.id)))
            let figures = try reader.figures()
            #expect(figures.scopes == 1)
            #expect(figures.chains == 4)
            #expect(figures.position == leaves.first?.record.position)
        }
    }

    @Test func aReaderSeesOneCommitThroughout() throws {
        try pool.read { (reader) throws(JournalError) in
            let before = try reader.figures()
            do {
                try fixture.grow(journal, by: 2)
            } catch {
                Issue.record(error)
            }
            #expect(try reader.figures() == before)
        }
        try pool.read { (reader) throws(JournalError) in
            #expect(try reader.figures().changes == 5)
        }
    }

    @Test func readersAreBounded() async throws {
        let running = Counter()
        let pool = pool
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<24 {
                group.addTask {
                    await withCheckedContinuation { continuation in
                        Thread.detachNewThread {
                            do {
                                try pool.read { (reader) throws(JournalError) in
                                    running.enter()
                                    usleep(2000)
                                    _ = try reader.figures()
                                    running.leave()
                                }
                            } catch {
                                Issue.record(error)
                            }
                            continuation.resume()
                        }
                    }
                }
            }
        }
        #expect(running.most <= Limits.storeReadersMax)
        #expect(running.all == 24)
    }

    @Test func aReaderRefusesANewerSchema() throws {
        let other = try StoreFixture()
        try other.inService()
        try Database(path: other.directory.database, mode: .write)
            .execute("PRAGMA user_version = 99")
        #expect(throws: JournalError.self) {
            try ReadPool(directory: other.directory).read { (reader) throws(JournalError) in
                _ = try reader.scopes()
            }
        }
    }
}

/// Counts threads inside, and the most at one time.
final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private var now = 0
    private(set) var most = 0
    private(set) var all = 0

    func enter() {
        lock.withLock {
            now += 1
            all += 1
            most = max(most, now)
        }
    }

    func leave() { lock.withLock { now -= 1 } }
}
