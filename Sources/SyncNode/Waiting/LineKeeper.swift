package import Base
import Civil
package import Domain
package import Kernel
import Store
import Synchronization

/// Keeps a place's line (排队叫号) in a file of its own in the data directory (`queue.db`): what is
/// done with a number is on the disk before it is answered, and goes to no other node. The file
/// is opened at the first look.
package final class LineKeeper: Sendable {
    private struct State {
        var file: LineFile?
        var line: WaitingLine?
        /// Numbers by the key of the wish that they answered.
        var answered: [String: String] = [:]
    }

    private let path: String
    private let state = Mutex(State())

    /// - Parameter path: Of the file.
    package init(path: String) { self.path = path }

    /// Looks at the line of a moment's day, and does what is wished.
    ///
    /// - Parameters:
    ///   - order: nil for a look.
    ///   - key: A wish under a key that was heard before is answered, not done again.
    /// - Throws: `locked`, `full` … where the file cannot be written; nothing was done then.
    /// - Blocks for one synced commit: never on the cooperative pool.
    package func look(
        _ order: QueueOrder?, key: String?, at now: Instant
    ) throws(JournalError) -> LineAnswer {
        try state.withLock { (state) throws(JournalError) -> LineAnswer in
            let day = CivilDate(of: now)
            let (file, line) = try current(&state, day)
            guard let order else { return LineAnswer(line) }
            if let key, let number = state.answered[key] {
                return LineAnswer(line, ticket: line.tickets.first { $0.number == number })
            }
            var next = line
            let ticket: WaitingLine.Ticket
            do throws(RuleRefusal) {
                ticket = try next.apply(order, at: now)
            } catch {
                return LineAnswer(line, refusal: error)
            }
            try file.add(day, key ?? "", order.bytes(at: now))
            state.line = next
            if let key { state.answered[key] = ticket.number }
            return LineAnswer(next, ticket: ticket)
        }
    }

    /// What an earlier day came to; nil where nobody took a number.
    package func counts(of day: CivilDate, at now: Instant) throws(JournalError) -> QueueCounts? {
        try state.withLock { (state) throws(JournalError) -> QueueCounts? in
            let (file, line) = try current(&state, CivilDate(of: now))
            let wanted = day == line.day ? line : try Self.replay(file, day).line
            return wanted.tickets.isEmpty ? nil : wanted.counts
        }
    }

    private func current(
        _ state: inout State, _ day: CivilDate
    ) throws(JournalError) -> (LineFile, WaitingLine) {
        let file: LineFile
        if let open = state.file { file = open } else { file = try LineFile(path) }
        state.file = file
        if let line = state.line, line.day == day { return (file, line) }
        try file.forget(before: day.advanced(by: -Limits.queueDaysKept))
        let (line, answered) = try Self.replay(file, day)
        state.line = line
        state.answered = answered
        return (file, line)
    }

    /// A day as its wishes left it.
    private static func replay(
        _ file: LineFile, _ day: CivilDate
    ) throws(JournalError) -> (line: WaitingLine, answered: [String: String]) {
        var line = WaitingLine(day: day)
        var answered: [String: String] = [:]
        for (key, body) in try file.wishes(of: day) {
            do throws(JSONError) {
                let json = try JSON(parsing: body)
                let at = Instant(millis: json["at"]?.int ?? day.start.millis)
                let number = Self.apply(json, at: at, to: &line)
                if !key.isEmpty { answered[key] = number }
            } catch {
                throw .damaged("a wish in queue.db is no JSON")
            }
        }
        return (line, answered)
    }

    /// nil where a newer program wrote it: it changes nothing here.
    private static func apply(
        _ json: JSON, at moment: Instant, to line: inout WaitingLine
    ) -> String? {
        do throws(RuleRefusal) {
            return try line.apply(try QueueOrder(json: json), at: moment).number
        } catch {
            return nil
        }
    }
}

/// The wishes of some days, in their order.
private final class LineFile {
    private let database: Database
    private let insert: Statement
    private let select: Statement
    private let delete: Statement

    private static let schema = """
        CREATE TABLE wish (
            no INTEGER PRIMARY KEY,
            day INTEGER NOT NULL,
            key TEXT NOT NULL,
            body BLOB NOT NULL
        );
        CREATE INDEX wish_day ON wish (day, no);
        PRAGMA user_version = 1;
        """

    init(_ path: String) throws(JournalError) {
        database = try Database(path: path, mode: .write)
        try database.execute(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 2000;")
        switch try database.number("PRAGMA user_version") {
        case 0: try database.execute("BEGIN IMMEDIATE; \(Self.schema) COMMIT;")
        case 1: break
        case let version: throw .failed("\(path) has version \(version): install a newer program")
        }
        insert = Statement(database, "INSERT INTO wish (day, key, body) VALUES (?, ?, ?)")
        select = Statement(database, "SELECT key, body FROM wish WHERE day = ? ORDER BY no")
        delete = Statement(database, "DELETE FROM wish WHERE day < ?")
    }

    func add(_ day: CivilDate, _ key: String, _ body: [UInt8]) throws(JournalError) {
        try insert.bind(1, Int64(day.daysSince1970))
        try insert.bind(2, key)
        try insert.bind(3, body)
        try insert.run()
    }

    func wishes(of day: CivilDate) throws(JournalError) -> [(key: String, body: [UInt8])] {
        defer { select.reset() }
        try select.bind(1, Int64(day.daysSince1970))
        var found: [(key: String, body: [UInt8])] = []
        while try select.step() { found.append((select.text(0), select.bytes(1))) }
        return found
    }

    func forget(before day: CivilDate) throws(JournalError) {
        try delete.bind(1, Int64(day.daysSince1970))
        try delete.run()
    }
}
