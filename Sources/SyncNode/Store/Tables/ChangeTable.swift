import Base
import Change
import Crypto
import Kernel

/// Rows of changes, clustered by chain and seq.
final class ChangeTable {
    private let insert: Statement
    private let select: Statement
    private let selectBytes: Statement
    private let setSignature: Statement
    private let lastSigned: Statement
    private let position: Statement
    private let delete: Statement
    private let back: Statement
    private let rewrite: Statement
    private let mention: Statement

    init(_ database: Database) {
        insert = Statement(database, "INSERT INTO change (id, position, bytes) VALUES (?, ?, ?)")
        select = Statement(
            database, "SELECT bytes FROM change WHERE id BETWEEN ? AND ? ORDER BY id")
        selectBytes = Statement(database, "SELECT bytes FROM change WHERE id = ?")
        setSignature = Statement(database, "UPDATE change SET signature = ? WHERE id = ?")
        lastSigned = Statement(
            database,
            """
            SELECT id, signature FROM change
            WHERE id BETWEEN ? AND ? AND signature IS NOT NULL ORDER BY id DESC LIMIT 1
            """)
        position = Statement(database, "SELECT position FROM change WHERE id = ?")
        back = Statement(
            database,
            "SELECT position, bytes FROM change WHERE id BETWEEN ? AND ? ORDER BY id DESC")
        delete = Statement(database, "DELETE FROM change WHERE id BETWEEN ? AND ?")
        rewrite = Statement(database, "UPDATE change SET bytes = ? WHERE id = ?")
        mention = Statement(
            database,
            "SELECT 1 FROM change WHERE id BETWEEN ? AND ? AND instr(bytes, ?) > 0 LIMIT 1")
    }

    func add(key: Int64, position: Int64, bytes: [UInt8]) throws(JournalError) {
        try insert.bind(1, key)
        try insert.bind(2, position)
        try insert.run(3, blob: bytes)
    }

    func read(key: Int64) throws(JournalError) -> [UInt8]? {
        defer { selectBytes.reset() }
        try selectBytes.bind(1, key)
        return try selectBytes.step() ? selectBytes.bytes(0) : nil
    }

    /// The changes of one chain from `first` to `last`, decoded.
    func read(
        _ chain: StoredChain, from first: Seq, to last: Seq
    ) throws(JournalError) -> [Change] {
        var changes: [Change] = []
        defer { select.reset() }
        try select.bind(1, chain.key(first))
        try select.bind(2, chain.key(last))
        while try select.step() {
            changes.append(try Self.decode(select.bytes(0), suite: chain.state.suite))
        }
        return changes
    }

    /// Calls `body` with the changes of a chain from its head back, until it returns false.
    func eachBack(
        _ chain: StoredChain, _ body: (Int64, () -> [UInt8]) throws(JournalError) -> Bool
    ) throws(JournalError) {
        defer { back.reset() }
        try back.bind(1, chain.key(Seq(1)))
        try back.bind(2, chain.key(chain.state.head.seq))
        while try back.step() {
            guard try body(back.integer(0), { back.bytes(1) }) else { return }
        }
    }

    func sign(key: Int64, _ signature: [UInt8]) throws(JournalError) {
        try setSignature.bind(2, key)
        try setSignature.run(1, blob: signature)
    }

    /// The last signed seq of a chain at or below `seq`, with its signature.
    func lastSigned(
        _ chain: StoredChain, upTo seq: Seq
    ) throws(JournalError) -> (seq: Seq, signature: [UInt8])? {
        defer { lastSigned.reset() }
        try lastSigned.bind(1, chain.key(Seq(1)))
        try lastSigned.bind(2, chain.key(seq))
        guard try lastSigned.step() else { return nil }
        return (Seq(lastSigned.unsigned(0) & Limits.seqMax), lastSigned.bytes(1))
    }

    /// Puts other bytes in a change's place: those without its payload.
    func replace(key: Int64, bytes: [UInt8]) throws(JournalError) {
        try rewrite.bind(2, key)
        try rewrite.run(1, blob: bytes)
    }

    /// Whether a change of a chain holds some ASCII text. Reads the chain.
    func isMentioned(_ text: String, in chain: StoredChain) throws(JournalError) -> Bool {
        defer { mention.reset() }
        try mention.bind(1, chain.key(Seq(1)))
        try mention.bind(2, chain.key(Seq(Limits.seqMax)))
        try mention.bind(3, Array(text.utf8))
        return try mention.step()
    }

    func remove(_ chain: StoredChain, above seq: Seq) throws(JournalError) {
        try delete.bind(1, chain.key(seq) + 1)
        try delete.bind(2, chain.key(Seq(Limits.seqMax)))
        try delete.run()
    }

    /// - Throws: `damaged`: what was stored was a change.
    static func decode(_ bytes: [UInt8], suite: Suite) throws(JournalError) -> Change {
        do throws(DecodeError) {
            return try ChangeCodec.decode(bytes, suite: suite)
        } catch {
            throw .damaged("stored change: \(error.reason.rawValue) in \(error.field)")
        }
    }
}
