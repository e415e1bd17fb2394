import Base
import Change
import Crypto
import Kernel

/// One chain as the store keeps it in memory.
struct StoredChain {
    /// Its number: the upper bits of its changes' row keys.
    let no: Int64
    /// Row of its incarnation.
    let incarnation: Int64
    var state: ChainState
    /// Arrival position of its last change, in the node's one counter.
    var position: Int64
    /// Other actor → seq last cited. Sorted by actor.
    var cited: [Dot]
    /// Whether the row must be written before commit.
    var isDirty = false
    /// Whether the row is not there yet.
    var isNew = false

    /// The row key of one of its changes.
    func key(_ seq: Seq) -> Int64 { no << 40 | Int64(seq.rawValue) }

    mutating func cite(_ deps: [Dependency]) {
        for dep in deps {
            let dot = Dot(actor: dep.actor, seq: dep.seq)
            var index = 0
            while index < cited.count, cited[index].actor < dep.actor { index += 1 }
            if index < cited.count, cited[index].actor == dep.actor {
                cited[index] = dot
            } else {
                cited.insert(dot, at: index)
            }
        }
    }
}

/// Rows of chains.
final class ChainTable {
    private let all: Statement
    private let ofScope: Statement
    private let heads: Statement
    private let insert: Statement
    private let update: Statement
    private let delete: Statement

    init(_ database: Database) {
        let columns = """
            SELECT no, scope, actor, incarnation, seq, position, hash, quarantined, cited
            FROM chain
            """
        all = Statement(database, columns)
        ofScope = Statement(database, columns + " WHERE scope = ?")
        heads = Statement(database, "SELECT scope, actor, seq, hash, position FROM chain")
        insert = Statement(
            database,
            """
            INSERT INTO chain
                (seq, position, hash, quarantined, cited, no, scope, actor, incarnation)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        update = Statement(
            database,
            """
            UPDATE chain SET seq = ?, position = ?, hash = ?, quarantined = ?, cited = ?
            WHERE no = ?
            """)
        delete = Statement(database, "DELETE FROM chain WHERE no = ?")
    }

    /// Calls `body` with each chain and its scope, in the order of their numbers.
    func each(
        _ incarnations: [Int64: Incarnation],
        _ body: (ScopeID, StoredChain) throws(JournalError) -> Void
    ) throws(JournalError) {
        defer { all.reset() }
        while try all.step() {
            guard let incarnation = incarnations[all.integer(3)] else {
                throw .damaged("incarnation of chain \(all.integer(0))")
            }
            try body(ScopeID(all.unsigned(1)), try Self.chain(all, incarnation))
        }
    }

    /// The chains of one scope, in no order.
    ///
    /// - Parameter incarnation: Finds the incarnation of a row.
    func read(
        _ scope: ScopeID, _ incarnation: (Int64) throws(JournalError) -> Incarnation?
    ) throws(JournalError) -> [StoredChain] {
        defer { ofScope.reset() }
        try ofScope.bind(1, scope.rawValue)
        var chains: [StoredChain] = []
        while try ofScope.step() {
            guard let known = try incarnation(ofScope.integer(3)) else {
                throw .damaged("incarnation of chain \(ofScope.integer(0))")
            }
            chains.append(try Self.chain(ofScope, known))
        }
        return chains
    }

    /// Calls `body` with the scope, head and position of each chain.
    func eachHead(
        _ body: (ScopeID, ChainHead, Int64) throws(JournalError) -> Void
    ) throws(JournalError) {
        defer { heads.reset() }
        while try heads.step() {
            guard heads.unsigned(2) <= Limits.seqMax else { throw .damaged("seq of a chain") }
            let head = ChainHead(
                actor: ActorID(heads.unsigned(1)), seq: Seq(heads.unsigned(2)),
                hash: try heads.digest(3))
            try body(ScopeID(heads.unsigned(0)), head, heads.integer(4))
        }
    }

    private static func chain(
        _ row: Statement, _ incarnation: Incarnation
    ) throws(JournalError) -> StoredChain {
        guard row.unsigned(4) <= Limits.seqMax else {
            throw .damaged("seq of chain \(row.integer(0))")
        }
        let head = ChainHead(
            actor: ActorID(row.unsigned(2)), seq: Seq(row.unsigned(4)), hash: try row.digest(6))
        let state = ChainState(
            key: incarnation.key, node: incarnation.node, head: head,
            quarantined: row.integer(7) != 0)
        return StoredChain(
            no: row.integer(0), incarnation: incarnation.id, state: state,
            position: row.integer(5), cited: try decode(cited: row.bytes(8)))
    }

    func write(_ chain: StoredChain, of scope: ScopeID) throws(JournalError) {
        let statement = chain.isNew ? insert : update
        let head = chain.state.head
        try statement.bind(1, head.seq.rawValue)
        try statement.bind(2, chain.position)
        try statement.bind(3, head.hash.bytes)
        try statement.bind(4, chain.state.quarantined ? 1 : 0 as Int64)
        try statement.bind(5, Self.encode(cited: chain.cited))
        try statement.bind(6, chain.no)
        if chain.isNew {
            try statement.bind(7, scope.rawValue)
            try statement.bind(8, head.actor.rawValue)
            try statement.bind(9, chain.incarnation)
        }
        try statement.run()
    }

    func remove(_ no: Int64) throws(JournalError) {
        try delete.bind(1, no)
        try delete.run()
    }

    /// Actor and seq, again and again.
    static func encode(cited: [Dot]) -> [UInt8] {
        guard !cited.isEmpty else { return [] }
        var writer = ByteWriter(capacity: cited.count * 11)
        for dot in cited {
            writer.write(dot.actor)
            writer.write(dot.seq)
        }
        return writer.bytes
    }

    static func decode(cited bytes: [UInt8]) throws(JournalError) -> [Dot] {
        guard !bytes.isEmpty else { return [] }
        var reader = ByteReader(bytes)
        var dots: [Dot] = []
        do throws(DecodeError) {
            while reader.remaining > 0 {
                let actor = try reader.readActor("cited")
                dots.append(Dot(actor: actor, seq: try reader.readSeq("cited")))
            }
        } catch {
            throw .damaged("citations of a chain")
        }
        return dots
    }
}
