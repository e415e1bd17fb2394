import Base
import Change
import Kernel

/// A stretch of one chain that a range read walks.
struct RangeStretch {
    let chain: StoredChain
    /// The first seq wanted.
    let first: Seq
}

/// One row of a range read. Its bytes are SQLite's, valid until the body returns.
struct RangeRow {
    /// Index of its stretch.
    let stretch: Int
    let seq: Seq
    /// In the node's order of arrival.
    let position: Int64
    let statement: Statement
    /// Column of the signature; the bytes stand in the next.
    let column: Int32

    var isSigned: Bool { !statement.isNull(column) }
    /// Empty where it is not signed.
    var signature: [UInt8] { isSigned ? statement.bytes(column) : [] }
    var bytes: UnsafeRawBufferPointer { statement.borrowed(column + 1) }
}

/// Reads changes of several chains in arrival order: the merge of their rows by position.
final class RangeCursors {
    private let database: Database
    /// One a chain that is walked side by side with others; made when first needed.
    private var walks: [Statement] = []
    private let order: Statement
    private let single: Statement

    init(_ database: Database) {
        self.database = database
        order = Statement(
            database,
            "SELECT id, position FROM change WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?")
        single = Statement(database, "SELECT signature, bytes FROM change WHERE id = ?")
    }

    /// Calls `body` with each row until it returns false or none is left.
    /// - Returns: Whether every row was given.
    func each(
        _ stretches: [RangeStretch], upTo count: Int,
        _ body: (RangeRow) throws(JournalError) -> Bool
    ) throws(JournalError) -> Bool {
        if stretches.isEmpty { return true }
        if stretches.count > Limits.storeRangeCursorsMax {
            return try eachByOrder(stretches, upTo: count, body)
        }
        while walks.count < stretches.count {
            walks.append(
                Statement(
                    database,
                    """
                    SELECT id, position, signature, bytes FROM change WHERE id BETWEEN ? AND ?
                    ORDER BY id
                    """))
        }
        defer { for index in stretches.indices { walks[index].reset() } }
        var positions: [Int64] = []
        for (index, stretch) in stretches.enumerated() {
            try walks[index].bind(1, stretch.chain.key(stretch.first))
            try walks[index].bind(2, stretch.chain.key(stretch.chain.state.head.seq))
            positions.append(try walks[index].step() ? walks[index].integer(1) : .max)
        }
        while let next = Self.least(positions) {
            let walk = walks[next]
            let row = RangeRow(
                stretch: next, seq: Seq(walk.unsigned(0) & Limits.seqMax),
                position: positions[next], statement: walk, column: 2)
            guard try body(row) else { return false }
            positions[next] = try walk.step() ? walk.integer(1) : .max
        }
        return true
    }

    /// For many chains, as where incarnations have come and gone: first the order, then the
    /// rows, with one statement each.
    private func eachByOrder(
        _ stretches: [RangeStretch], upTo count: Int,
        _ body: (RangeRow) throws(JournalError) -> Bool
    ) throws(JournalError) -> Bool {
        var found: [(position: Int64, stretch: Int, seq: Seq)] = []
        for (index, stretch) in stretches.enumerated() {
            defer { order.reset() }
            try order.bind(1, stretch.chain.key(stretch.first))
            try order.bind(2, stretch.chain.key(stretch.chain.state.head.seq))
            try order.bind(3, Int64(count + 1))
            while try order.step() {
                let seq = Seq(order.unsigned(0) & Limits.seqMax)
                found.append((order.integer(1), index, seq))
            }
        }
        found.sort { $0.position < $1.position }
        for entry in found {
            defer { single.reset() }
            try single.bind(1, stretches[entry.stretch].chain.key(entry.seq))
            guard try single.step() else { throw .damaged("a change is missing") }
            let row = RangeRow(
                stretch: entry.stretch, seq: entry.seq, position: entry.position,
                statement: single, column: 0)
            guard try body(row) else { return false }
        }
        return found.count <= count
    }

    /// The row with this key; nil where there is none.
    func row(at key: Int64) throws(JournalError) -> SingleRow? {
        defer { single.reset() }
        try single.bind(1, key)
        guard try single.step() else { return nil }
        return SingleRow(
            signature: single.isNull(0) ? [] : single.bytes(0), bytes: single.bytes(1))
    }

    private static func least(_ positions: [Int64]) -> Int? {
        var best = 0
        for index in positions.indices where positions[index] < positions[best] { best = index }
        return positions[best] == .max ? nil : best
    }
}
