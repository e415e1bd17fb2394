import Base
import Crypto
import Kernel

/// A key that writes chains, held once however many chains it has: to accept one costs a check
/// of the curve, 30 µs.
struct Incarnation {
    let id: Int64
    let key: PublicKey
    let node: Digest
}

/// Rows of incarnations.
final class IncarnationTable {
    private let all: Statement
    private let insert: Statement

    init(_ database: Database) {
        all = Statement(database, "SELECT id, suite, key, node FROM incarnation")
        insert = Statement(
            database, "INSERT INTO incarnation (id, suite, key, node) VALUES (?, ?, ?, ?)")
    }

    func load() throws(JournalError) -> [Int64: Incarnation] {
        var found: [Int64: Incarnation] = [:]
        defer { all.reset() }
        while try all.step() {
            let id = all.integer(0)
            guard let suite = Suite(rawValue: UInt8(truncatingIfNeeded: all.integer(1))) else {
                throw .damaged("suite of incarnation \(id)")
            }
            do throws(CryptoError) {
                let key = try PublicKey(suite: suite, bytes: all.bytes(2))
                found[id] = Incarnation(id: id, key: key, node: .zero)
            } catch {
                throw .damaged("key of incarnation \(id)")
            }
            if let known = found[id] {
                found[id] = Incarnation(id: id, key: known.key, node: try all.digest(3))
            }
        }
        return found
    }

    func add(_ incarnation: Incarnation) throws(JournalError) {
        try insert.bind(1, incarnation.id)
        try insert.bind(2, Int64(incarnation.key.suite.rawValue))
        try insert.bind(3, incarnation.key.bytes)
        try insert.bind(4, incarnation.node.bytes)
        try insert.run()
    }
}
