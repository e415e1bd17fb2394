import Base
import Change
import Crypto
import Domain
import Foundation
import Kernel
import Store
import Support
import Testing
import Threads

@testable import Disk
@testable import Runtime

/// docs/decisions/0003: a writer out of work makes the sentinel durable.
@Suite struct WriterIdleTests {
    private static let machine = Digest(words: (1, 2, 3, 4))
    private static let patienceMicros = 30_000_000

    private let folder: TemporaryFolder
    private let identity: Identity
    private let signer: IncarnationSigner
    /// The sentinel's calls, as they come.
    private let calls = Mailbox<IOSite>(capacity: 10_000)

    init() throws {
        folder = try TemporaryFolder()
        signer = IncarnationSigner(
            try SigningKey(suite: .sha256Ed25519, seed: [UInt8](repeating: 5, count: 32)))
        identity = Identity(region: RegionID(7), node: Digest(words: (7, 7, 7, 7)), signer: signer)
    }

    @Test func afterAnIdleMomentTheSentinelOnDiskEqualsTheDatabase() throws {
        let writer = try start()
        try waitForSettling()
        var before: UInt64 = 0
        for round in 1...3 {
            try write(round, writer)
            // The last touch of the file is the flush: nothing is written after it.
            let since = try waitForSettling()
            #expect(since.contains(.sentinelWrite))
            let count = try recordOnDisk().own.count
            #expect(count > before)
            before = count
        }
        let settled = try recordOnDisk()
        writer.stop()
        calls.close()
        #expect(calls.take(upTo: 9, expecting: 1, delayMicros: 0) == [])
        let journal = try SQLiteJournal(directory: folder.directory, machine: Self.machine)
        #expect(journal.fence == nil)
        let chains = try journal.scopes().flatMap { try journal.chains(of: $0.id) }
        #expect(chains.reduce(0) { $0 + $1.head.seq.rawValue } == settled.own.count)
        #expect(chains.map(\.head.hash) == [settled.own.hash])
    }

    @Test func stoppingSettlesToo() throws {
        let writer = try start()
        try write(1, writer)
        writer.stop()
        calls.close()
        let all = calls.take(upTo: 10_000, expecting: 1, delayMicros: 0)
        #expect(all.last == .sentinelSettle)
    }

    private func start() throws -> Writer {
        let (calls, identity, key) = (calls, identity, signer.key)
        let directory = folder.directory
        let seat = SeatRecord(
            region: identity.region, epoch: 1, key: key, node: identity.node, grant: .zero)
        let opened = Mailbox<JournalError?>(capacity: 1)
        let writer = Writer(
            board: KnowledgeBoard(), clock: NodeClock(),
            open: { () throws(JournalError) in
                let faults = IOFaults { site in
                    if !calls.push(site) { Issue.record("too many calls") }
                    return nil
                }
                let journal = try SQLiteJournal(
                    directory: directory, machine: Self.machine, faults: faults)
                try journal.adopt(key, storeEpoch: 9)
                return try Kernel(journal: journal, identity: identity, root: seat)
            },
            opened: { error in
                if !opened.push(error) { Issue.record("told twice") }
            })
        let failure = opened.take(upTo: 1, expecting: 1, delayMicros: 0)
        #expect(failure == [nil])
        return writer
    }

    /// One own change, committed.
    private func write(_ round: Int, _ writer: Writer) throws {
        let replies = Mailbox<Bool>(capacity: 1)
        let draft = Draft(
            scope: .cases(identity.region, year: 2026), kind: ChangeKind(rawValue: 0x7f01),
            body: Array("round \(round)".utf8))
        writer.submit(.write([draft])) { result in
            var isDone = false
            if case .success = result { isDone = true }
            if !replies.push(isDone) { Issue.record("answered twice") }
        }
        try #require(replies.take(upTo: 1, expecting: 1, delayMicros: 0) == [true])
    }

    /// - Returns: The calls up to the flush.
    @discardableResult
    private func waitForSettling() throws -> [IOSite] {
        var seen: [IOSite] = []
        while seen.last != .sentinelSettle {
            try #require(calls.hasNext(withinMicros: Self.patienceMicros), "never settled")
            seen += calls.take(upTo: 1, expecting: 1, delayMicros: 0)
        }
        return seen
    }

    /// The younger of the file's two slots.
    private func recordOnDisk() throws -> SentinelRecord {
        let bytes = [UInt8](
            try Data(contentsOf: URL(fileURLWithPath: folder.directory.sentinel)))
        let size = SentinelRecord.slotBytes
        let slots = stride(from: 0, to: bytes.count, by: size).compactMap { start in
            let slot = Array(bytes[start..<start + size])
            let read = Result { () throws(DecodeError) in try SentinelRecord.decode(slot) }
            if case .success(let record) = read { return record }
            return nil as SentinelRecord?
        }
        return try #require(slots.max { $0.generation < $1.generation })
    }
}
