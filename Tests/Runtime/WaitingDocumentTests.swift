import API
import Base
import Board
import Disk
import Domain
import Foundation
import Host
import Kernel
import Synchronization
import Testing

@testable import Runtime
@testable import Store
@testable import Tally

/// Documents that wait behind the log (docs/decisions/0011), in a store on disk.
@Suite struct WaitingDocumentTests {
    private let folder: ScratchFolder
    private let county: Station

    /// A county at rest that has published an item.
    init() async throws {
        folder = try ScratchFolder()
        county = try await Station("370124000000", "平阴县", in: folder)
        try await county.start()
        try await county.publish(County.item)
        await county.stop()
    }

    @Test func verifyTakesTheLogAsFarAsDocumentsHaveCome() throws {
        let number = try crash()
        #expect(try states(number).isEmpty, "its document waited")
        let report = try Verification.run(data: county.data)
        #expect(report.isSound, "\(report.json)")
    }

    @Test func theNextStartStoresThem() throws {
        let number = try crash()
        _ = try NodeRuntime.kernel(of: county.data)
        #expect(try states(number).count == 1)
        #expect(try Verification.run(data: county.data).isSound)
    }

    /// Whoever reads after an acknowledgement finds what was acknowledged, while many write.
    @Test func aReaderFindsWhatWasAcknowledged() async throws {
        let data = county.data
        let writer = Writer(
            board: KnowledgeBoard(), clock: NodeClock(),
            open: { () throws(JournalError) in try NodeRuntime.kernel(of: data) }, opened: { _ in })
        let pool = ReadPool(directory: StoreDirectory(path: data))
        pool.beforeDocuments { writer.freshen() }
        for round in 0..<12 {
            let submissions = try (0..<16).map { index in
                Submission.command(try receive(round * 16 + index), author: 0, replayKey: nil)
            }
            for ticket in writer.hand(submissions) {
                let number = try number(in: try await ticket.outcome())
                let found = try pool.read { (reader) throws(JournalError) in
                    try reader.states(.caseFile, label: number)
                }
                #expect(found.count == 1)
            }
        }
        writer.stop()
    }

    /// Where the queue is full, whoever reads waits for room: once it was told that there is
    /// no case of a number that had just been given.
    @Test func aReaderWaitsWhereTheQueueIsFull() async throws {
        let data = county.data
        let writer = Writer(
            board: KnowledgeBoard(), clock: NodeClock(),
            open: { () throws(JournalError) in try NodeRuntime.kernel(of: data) }, opened: { _ in })
        let pool = ReadPool(directory: StoreDirectory(path: data))
        pool.beforeDocuments { writer.freshen() }
        let (first, last) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let given = Mutex("")
        // The writer stands still in a reply: twice, so that sixteen come in one batch.
        writer.submit(.open([])) { _ in first.wait() }
        for index in 0..<16 {
            writer.submit(.command(try receive(index), author: 0, replayKey: nil)) { result in
                guard index == 15, case .success(.done(let answer, _)) = result else { return }
                given.withLock { $0 = JSON.orNull(answer)["number"]?.text ?? "" }
                last.wait()
            }
        }
        first.signal()
        while given.withLock({ $0.isEmpty }) { try await Task.sleep(for: .milliseconds(1)) }
        let isFull = Mutex(false)
        while isFull.withLock({ !$0 }) {
            writer.submit(.open([])) { result in
                if case .failure(.busy) = result { isFull.withLock { $0 = true } }
            }
        }
        let number = given.withLock { $0 }
        #expect(writer.holdsDocuments)
        async let found = Blocking.run { () throws(JournalError) in
            try pool.read { (reader) throws(JournalError) in
                try reader.states(.caseFile, label: number)
            }
        }
        // Time for a reader that does not wait to come back without it.
        try await Task.sleep(for: .milliseconds(50))
        last.signal()
        #expect(try await found.count == 1)
        writer.stop()
    }

    /// A listener hears of documents that are stored behind their commit when they are, not with
    /// the next commit, which may never come.
    @Test(.timeLimit(.minutes(20))) func aListenerIsWokenForThem() async throws {
        let data = county.data
        let board = KnowledgeBoard()
        let writer = Writer(
            board: board, clock: NodeClock(),
            open: { () throws(JournalError) in try NodeRuntime.kernel(of: data) }, opened: { _ in })
        let start = writer.events.last
        let submissions = try (0..<16).map { index in
            Submission.command(try receive(index), author: 0, replayKey: nil)
        }
        for ticket in writer.hand(submissions) { _ = try await ticket.outcome() }
        var told = 0
        while told < 16 {
            let version = board.version
            let news = try #require(writer.events.since(start, limit: 100))
            told = Set(news.keys.filter { $0.collection == .caseFile }).count
            if told < 16 { await board.waitForChange(after: version) }
        }
        writer.stop()
    }

    /// A case whose change is seen before its document is counted once that is there: figures
    /// once left it out for good.
    @Test func figuresWaitForTheDocument() throws {
        let kernel = try NodeRuntime.kernel(of: county.data)
        let own = kernel.identity.region
        let tally = TallyKeeper(
            path: county.data + "/figures.db", identity: [1], own: own,
            readers: ReadPool(directory: StoreDirectory(path: county.data)))
        func counted() throws -> [Int] {
            try tally.look(kernel.directory) { (figured, source) throws(JournalError) in
                [try source.openCases(of: County.item)?.total ?? -1, figured.missing]
            }
        }
        _ = try receiveFive(kernel)
        try kernel.settle()
        #expect(try counted() == [5, 0])
        _ = try receiveFive(kernel)
        #expect(kernel.isBehind)
        #expect(try counted() == [5, 5], "five are known to be missing")
        try kernel.settle()
        #expect(try counted() == [10, 0])
    }

    /// On a full disk, and while another program holds the file, figures are lent as they were:
    /// the board once answered 500.
    @Test func figuresAreReadWhereTheyCannotBeWritten() throws {
        let kernel = try NodeRuntime.kernel(of: county.data)
        let path = county.data + "/figures.db"
        let tally = TallyKeeper(
            path: path, identity: [1], own: kernel.identity.region,
            readers: ReadPool(directory: StoreDirectory(path: county.data)))
        func counted() throws -> [Int] {
            try tally.look(kernel.directory) { (figured, source) throws(JournalError) in
                [try source.openCases(of: County.item)?.total ?? -1, figured.missing]
            }
        }
        _ = try receiveFive(kernel)
        try kernel.settle()
        #expect(try counted() == [5, 0])
        let other = try Database(path: path, mode: .write)
        try other.execute("BEGIN IMMEDIATE")
        _ = try receiveFive(kernel)
        try kernel.settle()
        for _ in 0..<2 { #expect(try counted() == [5, 5], "five are known to be missing") }
        try other.execute("ROLLBACK")
        #expect(try counted() == [10, 0])
    }

    /// What passes by itself is 503, not a failure of the node.
    @Test func aPassingErrorIsNoFailure() {
        #expect(ViewError(.locked("every reader is busy"), at: "read") == .busy)
        #expect(ViewError(.full, at: "queue") == .full)
        #expect(ViewError(.fenced("a copy"), at: "read") == .closed)
        #expect(ViewError(.damaged("a page"), at: "read") == .failed)
    }

    /// Cases in the log that no document shows, as a crash leaves them; the last one's number.
    private func crash() throws -> String {
        try receiveFive(try NodeRuntime.kernel(of: county.data))
    }

    private func receiveFive(_ kernel: Kernel<SQLiteJournal>) throws -> String {
        kernel.deferral = 1
        var last = ""
        for index in 1...5 {
            let (outcomes, _) = try kernel.commit(
                [.command(try receive(index), author: 0, replayKey: nil)], at: SystemClock.now(),
                entropy: SystemRandom.digest)
            last = try number(in: outcomes[0])
        }
        #expect(kernel.isBehind)
        return last
    }

    private func receive(_ index: Int) throws -> Command {
        try Command(
            json: [
                "command": "case.receive", "item": .text(County.item),
                "applicant": ["name": .text("第\(index)")], "materials": ["M1"],
            ])
    }

    private func number(in outcome: Outcome) throws -> String {
        guard case .done(let answer, _) = outcome else {
            Issue.record("\(outcome)")
            return ""
        }
        return try #require(try JSON(parsing: answer)["number"]?.text)
    }

    private func states(_ number: String) throws -> [[UInt8]] {
        try ReadPool(directory: StoreDirectory(path: county.data)).read {
            (reader) throws(JournalError) in try reader.states(.caseFile, label: number)
        }
    }
}
