package import Base
import Change
package import Domain
package import Kernel

extension SQLiteJournal {
    /// One read, two where the document has words.
    package func document(_ key: DocumentKey) throws(JournalError) -> StoredDocument? {
        let found = try documentTable.known(key, words: words)
        known.remember(found.map { .stored($0.facts, search: $0.document.search) }, of: key)
        return found?.document
    }

    /// One write, and one read where the document was not read lately; indexes and words only
    /// where they changed.
    package func putDocument(_ document: StoredDocument) throws(JournalError) {
        invariant(isInTransaction, "the journal is written in a transaction")
        invariant(carried[document.scope] != nil, "a document's scope is carried")
        invariant(document.state.count <= Limits.documentBytesMax, "a document keeps its limit")
        let before = try knownDocument(document.key)
        let row = try putWords(document, before)
        if before == nil { counts.documents += 1 }
        let facts = try documentTable.write(
            document, words: row, replacing: before?.facts, row: counts.documents)
        known.remember(.stored(facts, search: document.search), of: document.key)
    }

    /// What stands in the store under a key: from memory, where it was read or written lately.
    private func knownDocument(
        _ key: DocumentKey
    ) throws(JournalError) -> KnownDocuments.Entry? {
        if let known = known[key] { return known.facts == nil ? nil : known }
        guard let facts = try documentTable.facts(key) else { return nil }
        return .stored(facts, search: facts.words == 0 ? "" : try words.read(facts.words))
    }

    /// The row of the document's words, written only where they are others than before.
    private func putWords(
        _ document: StoredDocument, _ before: KnownDocuments.Entry?
    ) throws(JournalError) -> Int64 {
        if let old = before?.facts?.words, old != 0 {
            if before?.search == document.search { return old }
            try words.remove(old, isIndexed: old <= counts.wordsIndexed)
        }
        guard !document.search.isEmpty else { return 0 }
        counts.words += 1
        try words.add(counts.words, document.key, document.search)
        return counts.words
    }

    /// One read and one delete.
    package func removeDocument(_ key: DocumentKey) throws(JournalError) {
        invariant(isInTransaction, "the journal is written in a transaction")
        guard let old = try documentTable.facts(key) else { return }
        if old.words != 0 {
            try words.remove(old.words, isIndexed: old.words <= counts.wordsIndexed)
        }
        try documentTable.remove(key)
        known.remember(nil, of: key)
    }

    /// Scans the documents: rare, as a fold from the start is.
    package func removeDocuments(of scope: ScopeID) throws(JournalError) {
        invariant(isInTransaction, "the journal is written in a transaction")
        for (key, row) in try documentTable.keys(of: scope) {
            if row != 0 { try words.remove(row, isIndexed: row <= counts.wordsIndexed) }
            try documentTable.remove(key)
        }
        known.forgetAll()
    }

    /// One walk of the label index.
    package func documents(
        _ collection: Collection, label: String
    ) throws(JournalError) -> [DocumentKey] {
        try documentTable.keys(collection, label: label)
    }

    /// One walk of an index of those that owe something.
    package func attention(
        after key: DocumentKey?, limit: Int
    ) throws(JournalError) -> [DocumentKey] {
        try documentTable.attention(after: key, limit: limit)
    }

    /// One row an attachment.
    package func nameBlobs(_ blobs: [Digest], in scope: ScopeID) throws(JournalError) {
        _ = try touch(scope)
        for digest in blobs { try attachmentTable.add(digest, in: scope) }
    }

    /// Scans the table of attachments.
    package func namedBlobs(in scope: ScopeID) throws(JournalError) -> [Digest] {
        try attachmentTable.digests(of: scope)
    }

    /// One read and one write.
    package func elide(_ dot: Dot, in scope: ScopeID) throws(JournalError) {
        invariant(isInTransaction, "the journal is written in a transaction")
        guard let change = try change(at: dot, in: scope),
            let chain = stored(dot.actor, in: scope)
        else { return }
        try changes.replace(
            key: chain.key(dot.seq), bytes: ChangeCodec.elided(change).bytes)
    }

    /// Reads every change of the scope.
    package func isNamed(_ blob: Digest, in scope: ScopeID) throws(JournalError) -> Bool {
        for chain in carried[scope]?.chains ?? [] {
            if try changes.isMentioned(blob.hex, in: chain) { return true }
        }
        return false
    }

    /// One row out, one walk of an index.
    package func unnameBlob(
        _ blob: Digest, in scope: ScopeID
    ) throws(JournalError) -> Bool {
        _ = try touch(scope)
        try attachmentTable.remove(blob, in: scope)
        return try attachmentTable.scopes(of: blob).isEmpty
    }

    /// Writes the database anew without its free pages, and the log into it.
    package func scrub() throws(JournalError) {
        invariant(!isInTransaction, "a store is cleaned between transactions")
        try database.execute("VACUUM")
        guard try database.number("PRAGMA wal_checkpoint(TRUNCATE)") == 0 else {
            throw .locked("a reader keeps the log of the store")
        }
    }

    /// One row; the same proof again changes nothing.
    package func recordFork(_ fork: ForkRecord) throws(JournalError) {
        _ = try touch(fork.scope)
        try forkTable.add(fork)
    }

    /// One row.
    package func replaceEvidence(_ fork: ForkRecord) throws(JournalError) {
        _ = try touch(fork.scope)
        try forkTable.replaceEvidence(fork)
    }

    /// Reads all of them.
    package func forks() throws(JournalError) -> [ForkRecord] { try forkTable.load() }

    /// One read.
    package func value(_ name: String) throws(JournalError) -> [UInt8]? {
        try values.read(name)
    }

    /// One row.
    package func setValue(_ name: String, _ value: [UInt8]) throws(JournalError) {
        invariant(isInTransaction, "the journal is written in a transaction")
        invariant(value.count <= Limits.valueBytesMax, "a value keeps its limit")
        invariant(
            name != StoreValue.incarnation && name != StoreValue.base,
            "these are the store's own values")
        try values.write(name, value)
    }

    /// One read of an index.
    package func reply(author: UInt64, key: String) throws(JournalError) -> StoredReply? {
        try replyTable.read(author: author, key: key)
    }

    /// One row in, at most one out.
    package func keepReply(_ reply: StoredReply) throws(JournalError) {
        invariant(isInTransaction, "the journal is written in a transaction")
        try replyTable.write(reply)
    }
}

/// What the journal has lately seen of documents' rows: a fold reads a document before it writes
/// it, so that the write needs no second look. As large as a transaction needs; between two of
/// them all is forgotten once there is much.
struct KnownDocuments {
    /// One document's row.
    struct Entry {
        /// nil where there is no row.
        let facts: DocumentTable.Facts?
        /// Its words.
        let search: String

        static func stored(_ facts: DocumentTable.Facts, search: String) -> Entry {
            Entry(facts: facts, search: search)
        }
    }

    private var entries: [DocumentKey: Entry] = [:]

    /// nil where nothing is known.
    subscript(key: DocumentKey) -> Entry? { entries[key] }

    /// - Parameter entry: nil where the store has no such document.
    mutating func remember(_ entry: Entry?, of key: DocumentKey) {
        entries[key] = entry ?? Entry(facts: nil, search: "")
    }

    /// After a commit: what it wrote stays known as long as there is little of it.
    mutating func settle() {
        guard entries.count > Limits.storeKnownDocumentsMax else { return }
        entries.removeAll(keepingCapacity: entries.count < 8 * Limits.storeKnownDocumentsMax)
    }

    /// After a rollback, and where rows went without being named.
    mutating func forgetAll() { entries = [:] }
}
