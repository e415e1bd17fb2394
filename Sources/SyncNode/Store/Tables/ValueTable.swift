import Kernel

/// Small named values of the node itself.
final class ValueTable {
    private let select: Statement
    private let replace: Statement

    init(_ database: Database) {
        select = Statement(database, "SELECT bytes FROM value WHERE name = ?")
        replace = Statement(database, "INSERT OR REPLACE INTO value (name, bytes) VALUES (?, ?)")
    }

    func read(_ name: String) throws(JournalError) -> [UInt8]? {
        defer { select.reset() }
        try select.bind(1, name)
        return try select.step() ? select.bytes(0) : nil
    }

    func write(_ name: String, _ bytes: [UInt8]) throws(JournalError) {
        try replace.bind(1, name)
        try replace.bind(2, bytes)
        try replace.run()
    }
}
