import Base
import Change
import Crypto
import Kernel

/// Rows of carried scopes.
final class ScopeTable {
    private let all: Statement
    private let insert: Statement
    private let setEpoch: Statement
    private let delete: Statement

    init(_ database: Database) {
        all = Statement(database, "SELECT family, region, other, year, epoch, id FROM scope")
        insert = Statement(
            database,
            """
            INSERT INTO scope (id, family, region, other, year, epoch) VALUES (?, ?, ?, ?, ?, ?)
            """)
        setEpoch = Statement(database, "UPDATE scope SET epoch = ? WHERE id = ?")
        delete = Statement(database, "DELETE FROM scope WHERE id = ?")
    }

    /// Every scope, its position still zero: chains know it. In no order.
    func load() throws(JournalError) -> [ScopeRecord] {
        var records: [ScopeRecord] = []
        defer { all.reset() }
        while try all.step() {
            let region = RegionID(all.unsigned(1))
            let other = RegionID(all.unsigned(2))
            let number = UInt8(truncatingIfNeeded: all.integer(0))
            guard let family = ScopeName.Family(rawValue: number),
                let year = UInt16(exactly: all.integer(3)),
                let name = ScopeName(family: family, region: region, other: other, year: year),
                name.id.rawValue == all.unsigned(5)
            else { throw .damaged("scope \(ScopeID(all.unsigned(5)).hex)") }
            records.append(ScopeRecord(name: name, epoch: all.unsigned(4), position: 0))
        }
        return records
    }

    func add(_ record: ScopeRecord) throws(JournalError) {
        try insert.bind(1, record.id.rawValue)
        try insert.bind(2, Int64(record.name.family.rawValue))
        try insert.bind(3, record.name.region.rawValue)
        try insert.bind(4, record.name.other.rawValue)
        try insert.bind(5, Int64(record.name.year))
        try insert.bind(6, record.epoch)
        try insert.run()
    }

    func setEpoch(_ epoch: UInt64, of scope: ScopeID) throws(JournalError) {
        try setEpoch.bind(1, epoch)
        try setEpoch.bind(2, scope.rawValue)
        try setEpoch.run()
    }

    func remove(_ scope: ScopeID) throws(JournalError) {
        try delete.bind(1, scope.rawValue)
        try delete.run()
    }
}

extension ScopeName {
    /// A name from its parts; nil where they do not make one. By way of the canonical bytes, so
    /// that only one place knows what is well formed.
    init?(family: Family, region: RegionID, other: RegionID, year: UInt16) {
        var writer = ByteWriter(capacity: 20)
        writer.write(byte: 1)
        writer.write(byte: family.rawValue)
        writer.write(region.rawValue)
        writer.write(other.rawValue)
        writer.write(UInt64(year), count: 2)
        var reader = ByteReader(writer.bytes)
        do throws(DecodeError) {
            self = try ScopeName.decode(from: &reader)
        } catch {
            return nil
        }
    }
}

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
