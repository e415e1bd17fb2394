import Base
import Change
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

/// Rows of fork proofs.
final class ForkTable {
    private let insert: Statement
    private let all: Statement
    private let replace: Statement
    private let delete: Statement
    private let deleteAbove: Statement

    init(_ database: Database) {
        insert = Statement(
            database,
            """
            INSERT OR IGNORE INTO fork (scope, actor, seq, held, other, evidence)
            VALUES (?, ?, ?, ?, ?, ?)
            """)
        all = Statement(
            database, "SELECT scope, actor, seq, held, other, evidence FROM fork")
        replace = Statement(
            database,
            "UPDATE fork SET evidence = ? WHERE scope = ? AND actor = ? AND seq = ? AND other = ?")
        delete = Statement(database, "DELETE FROM fork WHERE scope = ?")
        deleteAbove = Statement(
            database, "DELETE FROM fork WHERE scope = ? AND actor = ? AND seq > ?")
    }

    func add(_ fork: ForkRecord) throws(JournalError) {
        try insert.bind(1, fork.scope.rawValue)
        try insert.bind(2, fork.dot.actor.rawValue)
        try insert.bind(3, fork.dot.seq.rawValue)
        try insert.bind(4, fork.held.bytes)
        try insert.bind(5, fork.other.bytes)
        try insert.run(6, blob: fork.evidence)
    }

    func replaceEvidence(_ fork: ForkRecord) throws(JournalError) {
        try replace.bind(1, fork.evidence)
        try replace.bind(2, fork.scope.rawValue)
        try replace.bind(3, fork.dot.actor.rawValue)
        try replace.bind(4, fork.dot.seq.rawValue)
        try replace.bind(5, fork.other.bytes)
        try replace.run()
    }

    /// By scope, then dot, then the other hash: numbers stand in SQLite with a sign, so the
    /// order is made here.
    func load() throws(JournalError) -> [ForkRecord] {
        var forks: [ForkRecord] = []
        defer { all.reset() }
        while try all.step() {
            guard all.unsigned(2) <= Limits.seqMax else { throw .damaged("seq of a fork") }
            let dot = Dot(actor: ActorID(all.unsigned(1)), seq: Seq(all.unsigned(2)))
            forks.append(
                ForkRecord(
                    scope: ScopeID(all.unsigned(0)), dot: dot, held: try all.digest(3),
                    other: try all.digest(4), evidence: all.bytes(5)))
        }
        return forks.sorted { ($0.scope, $0.dot, $0.other) < ($1.scope, $1.dot, $1.other) }
    }

    func remove(scope: ScopeID) throws(JournalError) {
        try delete.bind(1, scope.rawValue)
        try delete.run()
    }

    /// - Returns: Whether any of the chain's is left, at or below `seq`.
    func remove(
        of actor: ActorID, in scope: ScopeID, above seq: Seq
    ) throws(JournalError) -> Bool {
        try deleteAbove.bind(1, scope.rawValue)
        try deleteAbove.bind(2, actor.rawValue)
        try deleteAbove.bind(3, seq.rawValue)
        try deleteAbove.run()
        return try load().contains { $0.scope == scope && $0.dot.actor == actor }
    }
}

/// Answers kept for replays, the newest ones by number: no clock has a say in what is dropped.
final class ReplyTable {
    private let select: Statement
    private let insert: Statement
    private let delete: Statement

    init(_ database: Database) {
        select = Statement(
            database, "SELECT request, answer FROM reply WHERE author = ? AND key = ?")
        insert = Statement(
            database, "INSERT INTO reply (author, key, request, answer) VALUES (?, ?, ?, ?)")
        delete = Statement(
            database, "DELETE FROM reply WHERE no <= (SELECT max(no) FROM reply) - ?")
    }

    func read(author: UInt64, key: String) throws(JournalError) -> StoredReply? {
        defer { select.reset() }
        try select.bind(1, author)
        try select.bind(2, key)
        guard try select.step() else { return nil }
        let request = StateTag(rawValue: select.unsigned(0))
        return StoredReply(
            author: author, key: ReplayKey(key, request: request), answer: select.bytes(1))
    }

    func write(_ reply: StoredReply) throws(JournalError) {
        try insert.bind(1, reply.author)
        try insert.bind(2, reply.key.text)
        try insert.bind(3, reply.key.request.rawValue)
        try insert.bind(4, reply.answer)
        try insert.run()
        try delete.bind(1, Int64(Limits.repliesKept))
        try delete.run()
    }
}

/// Which attachments the changes of which scopes name.
final class AttachmentTable {
    private let insert: Statement
    private let ofScope: Statement
    private let ofDigest: Statement
    private let page: Statement
    private let delete: Statement
    private let deleteOne: Statement

    init(_ database: Database) {
        insert = Statement(
            database, "INSERT OR IGNORE INTO attachment (digest, scope) VALUES (?, ?)")
        ofScope = Statement(
            database, "SELECT digest FROM attachment WHERE scope = ? ORDER BY digest")
        ofDigest = Statement(database, "SELECT scope FROM attachment WHERE digest = ?")
        page = Statement(
            database,
            """
            SELECT digest, scope FROM attachment WHERE (digest, scope) > (?, ?)
            ORDER BY digest, scope LIMIT ?
            """)
        delete = Statement(database, "DELETE FROM attachment WHERE scope = ?")
        deleteOne = Statement(
            database, "DELETE FROM attachment WHERE digest = ? AND scope = ?")
    }

    func add(_ digest: Digest, in scope: ScopeID) throws(JournalError) {
        try insert.bind(1, digest.bytes)
        try insert.bind(2, scope.rawValue)
        try insert.run()
    }

    func remove(_ digest: Digest, in scope: ScopeID) throws(JournalError) {
        try deleteOne.bind(1, digest.bytes)
        try deleteOne.bind(2, scope.rawValue)
        try deleteOne.run()
    }

    /// Scans the table.
    func digests(of scope: ScopeID) throws(JournalError) -> [Digest] {
        defer { ofScope.reset() }
        try ofScope.bind(1, scope.rawValue)
        var digests: [Digest] = []
        while try ofScope.step() { digests.append(try ofScope.digest(0)) }
        return digests
    }

    func scopes(of digest: Digest) throws(JournalError) -> [ScopeID] {
        defer { ofDigest.reset() }
        try ofDigest.bind(1, digest.bytes)
        var scopes: [ScopeID] = []
        while try ofDigest.step() { scopes.append(ScopeID(ofDigest.unsigned(0))) }
        return scopes.sorted()
    }

    func read(after last: NamedBlob?, limit: Int) throws(JournalError) -> [NamedBlob] {
        defer { page.reset() }
        try page.bind(1, last?.digest.bytes ?? [])
        try page.bind(2, last?.scope.rawValue ?? 0)
        try page.bind(3, Int64(limit))
        var found: [NamedBlob] = []
        while try page.step() {
            found.append(NamedBlob(try page.digest(0), in: ScopeID(page.unsigned(1))))
        }
        return found
    }

    func remove(scope: ScopeID) throws(JournalError) {
        try delete.bind(1, scope.rawValue)
        try delete.run()
    }
}
