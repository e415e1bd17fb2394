import Base
import Board
import Change
import Civil
import Crypto
import Disk
import Domain
import Host
import Kernel
import Runtime
import Store
import Tally

/// What a clerk and an inspector wait for, with few cases in the database and with many: accept,
/// lists, searches, the board; and the fold of a long case.
enum CaseBench {
    private static let few = 2_000
    private static let turns = 7
    /// Cases that are received and wait, however many there are: what lies on a clerk's desk.
    private static let waiting = 60

    /// What was measured at one size.
    private struct Course {
        let data: String
        let cases: Int
        /// One a turn.
        var accept: [Samples] = []
        var lists: [Samples] = []
        var searches: [Samples] = []
        var board = Samples()
    }

    static func run(_ place: Bench.Place) async throws -> [Figure] {
        let many = max(few * 2, place.changes)
        var small = try await measure(place, "few", cases: few)
        var large = try await measure(place, "many", cases: many)
        // In turns, so that what else goes on meets both alike.
        for _ in 0..<turns {
            try look(&small)
            try look(&large)
        }
        for turn in 0..<turns {
            if turn.isMultiple(of: 2) { small.accept.append(try await accepts(small.data)) }
            large.accept.append(try await accepts(large.data))
            if !turn.isMultiple(of: 2) { small.accept.append(try await accepts(small.data)) }
        }
        let bare = try bareMillis(place)
        let fold = try await foldMillis(place)
        let (accept, before) = (middle(large.accept), middle(small.accept))
        let (lists, listsBefore) = (middle(large.lists), middle(small.lists))
        let (found, foundBefore) = (middle(large.searches), middle(small.searches))
        let (board, boardBefore) = (large.board.millis(0.9), small.board.millis(0.9))
        let size = "\(many) cases"
        return [
            Figure(
                "case.accept", accept, "ms, p99, \(size)", beside: "one bare FULL commit", bare,
                must: .atMost(30)),
            Figure(
                "case.accept.growth", accept, "ms, p99, \(size)", beside: "with 2,000", before,
                must: .atMost(1.3)),
            Figure(
                "case.lists", lists, "ms, p99, \(size)", beside: "bound", 20,
                must: .valueAtMost(20)),
            Figure(
                "case.lists.growth", lists, "ms, p99, \(size)", beside: "with 2,000",
                listsBefore, must: .atMost(1.5)),
            Figure(
                "case.searches", found, "ms, p99, \(size)", beside: "bound", 20,
                must: .valueAtMost(20)),
            Figure(
                "case.searches.growth", found, "ms, p99, \(size)", beside: "with 2,000",
                foundBefore, must: .atMost(1.5)),
            Figure(
                "case.board", board, "ms, p90, \(size)", beside: "bound", 100,
                must: .valueAtMost(100)),
            Figure(
                "case.board.growth", board, "ms, p90, \(size)", beside: "with 2,000", boardBefore,
                must: .atMost(1.3)),
            Figure(
                "case.fold", fold, "ms, 200 events", beside: "bound", 1, must: .valueAtMost(1)),
        ]
    }

    private static func measure(
        _ place: Bench.Place, _ name: String, cases: Int
    ) async throws -> Course {
        let data = try await BenchWorld.makeCounty(place.folder, named: name)
        let directory = try fill(data, cases: cases)
        var course = Course(data: data, cases: cases)
        try boards(data, directory, &course.board)
        // As a node that has been at work for long: nothing is made up for beside its clerks.
        let node = try await BenchWorld.start(data)
        while try !node.isAbreast() { try await Task.sleep(for: .milliseconds(20)) }
        await node.stop()
        return course
    }

    private static func look(_ course: inout Course) throws {
        var (lists, searches) = (Samples(), Samples())
        try Self.lists(course.data, &lists)
        try Self.searches(course.data, cases: course.cases, &searches)
        course.lists.append(lists)
        course.searches.append(searches)
    }

    /// The p99 of the turn in the middle, in milliseconds.
    private static func middle(_ turns: [Samples]) -> Double {
        let found = turns.map { $0.millis(0.99) }.sorted()
        return found[found.count / 2]
    }

    // MARK: filling

    /// Cases over thirty days, each received, accepted, and two of three decided. The days lie
    /// ahead: the item that they are about is in force from today on.
    private static func fill(_ data: String, cases: Int) throws -> Directory {
        let kernel = try NodeRuntime.kernel(of: data)
        let start = SystemClock.now()
        var made = 0
        while made < cases {
            let count = min(256, cases - made)
            let now = start.advanced(byMillis: Int64(made) * 30 * 86_400_000 / Int64(cases))
            func submission(_ json: String) throws -> Submission {
                .command(try BenchWorld.command(json), author: 0, replayKey: nil)
            }
            let received = try commit(
                try (0..<count).map { try submission(BenchWorld.receive(made + $0)) }, kernel,
                at: now)
            let numbers = try received.map { try BenchWorld.number(in: $0) }
            try locate(received, from: made, kernel, at: now)
            let accepted = numbers.enumerated()
                .filter { (made + $0.offset) % (cases / waiting) > 0 }.map(\.element)
            _ = try commit(
                try accepted.map {
                    try submission("{\"command\":\"case.accept\",\"case\":\"\($0)\"}")
                }, kernel, at: now)
            let decided = accepted.enumerated().filter { $0.offset % 3 > 0 }.map(\.element)
            _ = try commit(
                try decided.map {
                    try submission(
                        "{\"command\":\"case.decide\",\"case\":\"\($0)\",\"outcome\":\"grant\"}")
                }, kernel, at: now)
            made += count
        }
        try kernel.settle()
        return kernel.directory
    }

    /// Makes cases findable, as a running node does behind the writer.
    private static func locate(
        _ answers: [[UInt8]], from first: Int, _ kernel: Kernel<SQLiteJournal>, at now: Instant
    ) throws {
        var finds: [Locations.Find] = []
        for (index, answer) in answers.enumerated() {
            guard let id = try JSON(parsing: answer)["case"]?.text.flatMap(Digest16.init(hex:))
            else { throw BenchWorld.Failure(sentence: "an answer without a case") }
            finds.append(Locations.Find(id: id, tokens: tokens(first + index)))
        }
        _ = try kernel.commit(
            [.locate(Locations(cases: finds, row: 0))], at: now, entropy: SystemRandom.digest)
    }

    private static func commit(
        _ batch: [Submission], _ kernel: Kernel<SQLiteJournal>, at now: Instant
    ) throws -> [[UInt8]] {
        guard !batch.isEmpty else { return [] }
        let (outcomes, _) = try kernel.commit(
            batch, at: now, entropy: SystemRandom.digest)
        return try outcomes.map(BenchWorld.done)
    }

    // MARK: measuring

    /// 收件 comes first and is not counted; the time is that of 受理, from the order to the answer.
    private static func accepts(_ data: String) async throws -> Samples {
        var samples = Samples()
        let node = try await BenchWorld.start(data)
        for index in 0..<320 {
            guard let receive = await node.sealed(try BenchWorld.command(BenchWorld.receive(index)))
            else { throw BenchWorld.Failure(sentence: "a case could not be sealed") }
            let received = try await node.carryOut(
                .command(receive, author: 0, replayKey: nil))
            let number = try BenchWorld.number(in: BenchWorld.done(received))
            let accept = try BenchWorld.command(
                "{\"command\":\"case.accept\",\"case\":\"\(number)\"}")
            let start = SystemClock.monotonicNanos()
            _ = try BenchWorld.done(
                await node.carryOut(.command(accept, author: 0, replayKey: nil)))
            // The first bring statements into memory.
            if index >= 20 { samples.add(SystemClock.monotonicNanos() - start) }
        }
        await node.stop()
        return samples
    }

    /// Pages of the newest, of a state that a third has, of one that sixty cases have, and of what
    /// lies far back.
    private static func lists(_ data: String, _ samples: inout Samples) throws {
        let readers = ReadPool(directory: StoreDirectory(path: data))
        try readers.read { (reader) throws(JournalError) in
            for status in [nil, "accepted", "received"] as [String?] {
                var query = PageQuery(.caseFile, limit: Limits.listDefault)
                query.status = status
                for index in 0..<200 {
                    if index % 40 == 0 { query.after = nil }
                    let start = SystemClock.monotonicNanos()
                    let page = try reader.documents(query)
                    samples.add(SystemClock.monotonicNanos() - start)
                    query.after = page.next
                }
            }
        }
    }

    /// Cases by number, by name, identity number and telephone (as blind tokens, the case opened
    /// behind each), and by words of their item, which all of them have.
    private static func searches(
        _ data: String, cases: Int, _ samples: inout Samples
    ) throws {
        let readers = ReadPool(directory: StoreDirectory(path: data))
        var labels: [String] = []
        try readers.read { (reader) throws(JournalError) in
            var query = PageQuery(.caseFile, limit: Limits.listRowsMax)
            while labels.count < 2_000 {
                let page = try reader.documents(query)
                labels += page.documents.map(\.label)
                guard let next = page.next else { break }
                query.after = next
            }
        }
        try readers.read { (reader) throws(JournalError) in
            for index in 0..<200 {
                let start = SystemClock.monotonicNanos()
                _ = try reader.states(.caseFile, label: labels[index * labels.count / 200])
                samples.add(SystemClock.monotonicNanos() - start)
                for token in tokens(index * (cases / 200)) {
                    let start = SystemClock.monotonicNanos()
                    for id in try reader.located(token, limit: Limits.listDefault) {
                        _ = try reader.document(DocumentKey(collection: .caseFile, id: id))
                    }
                    samples.add(SystemClock.monotonicNanos() - start)
                }
            }
            let words = BenchWorld.item
            for index in 0..<200 {
                let piece = words.dropFirst(index % 4).prefix(3 + index % 6)
                let start = SystemClock.monotonicNanos()
                let keys = try reader.search(String(piece), in: nil, limit: Limits.listDefault)
                for key in keys { _ = try reader.document(key) }
                samples.add(SystemClock.monotonicNanos() - start)
            }
        }
    }

    /// What a case is found by, as the vault makes it: one keyed hash for each.
    private static func tokens(_ index: Int) -> [UInt64] {
        let person = BenchWorld.person(index)
        return [person.name, person.idNumber ?? "", person.phone ?? ""].map {
            Hash.digest(Array($0.utf8), suite: .sha256Ed25519).words.0
        }
    }

    /// Metrics and lights of the county and this month, from figures that are kept up.
    private static func boards(
        _ data: String, _ directory: Directory, _ samples: inout Samples
    ) throws {
        guard let code = RegionCode(BenchWorld.county), let own = directory.region(code: code)
        else { throw BenchWorld.Failure(sentence: "the county is not known") }
        let keeper = TallyKeeper(
            path: data + "/figures.db", identity: [1], own: own.id,
            readers: ReadPool(directory: StoreDirectory(path: data)))
        while try keeper.catchUp(directory, steps: 100) {}
        let now = SystemClock.now().advanced(byMillis: 20 * 86_400_000)
        let today = CivilDate(of: now)
        let period = today.firstOfMonth...today.lastOfMonth
        for kind in [BoardKind.metrics, .lights, .month, .ranking] {
            for _ in 0..<15 {
                let start = SystemClock.monotonicNanos()
                let sheet = try keeper.look(directory) { (figured, source) throws(JournalError) in
                    try BoardMaker(
                        own: own.id, directory: directory, now: now, source: source,
                        figured: figured
                    ).sheet(BoardQuestion(kind, period: period))
                }
                samples.add(SystemClock.monotonicNanos() - start)
                guard sheet != nil else {
                    throw BenchWorld.Failure(sentence: "the board has no \(kind.rawValue)")
                }
            }
        }
    }

    /// The middle of two hundred commits of one row.
    private static func bareMillis(_ place: Bench.Place) throws -> Double {
        let bare = try BareTable(place.folder + "/bare.db")
        var samples = Samples()
        for _ in 0..<200 {
            let start = SystemClock.monotonicNanos()
            try bare.commit([[UInt8](repeating: 0x5a, count: 600)])
            samples.add(SystemClock.monotonicNanos() - start)
        }
        return samples.millis(0.5)
    }

    /// A case of two hundred events judged from the start.
    private static func foldMillis(_ place: Bench.Place) async throws -> Double {
        let data = try await BenchWorld.makeCounty(place.folder, named: "fold")
        let kernel = try NodeRuntime.kernel(of: data)
        let number = try BenchWorld.number(
            in: BenchWorld.done(kernel.say(BenchWorld.receive(0))))
        for _ in 0..<199 {
            _ = try BenchWorld.done(kernel.say(BenchWorld.note(on: number, bytes: 100)))
        }
        try kernel.settle()
        let readers = ReadPool(directory: StoreDirectory(path: data))
        let found = try readers.read { (reader) throws(JournalError) in
            try reader.documents(.caseFile, label: number).first.flatMap {
                (key) throws(JournalError) in try reader.document(key)
            }
        }
        guard let found else { throw BenchWorld.Failure(sentence: "the long case is not there") }
        let source = OneDocument(key: found.key, held: try Content.decode(found))
        let desk = Desk(
            region: kernel.identity.region, key: kernel.identity.signer.key,
            directory: kernel.directory, author: 0, now: SystemClock.now(), entropy: .zero)
        var samples = Samples()
        for _ in 0..<200 {
            let start = SystemClock.monotonicNanos()
            let writes = Fold.judgeAgain(found.key, at: desk, from: source)
            samples.add(SystemClock.monotonicNanos() - start)
            guard !writes.isEmpty else {
                throw BenchWorld.Failure(sentence: "the long case was not folded")
            }
        }
        return samples.millis(0.5)
    }
}

/// A source of one document in memory.
private struct OneDocument: DocumentSource {
    typealias Failure = Never

    let key: DocumentKey
    let held: Content

    func content(_ wanted: DocumentKey) -> Content? { wanted == key ? held : nil }
    func find(_ collection: Collection, label: String) -> [DocumentKey] { [] }
    func change(at dot: Dot, in scope: ScopeID) -> Change? { nil }
}
