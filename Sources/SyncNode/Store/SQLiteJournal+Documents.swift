package import Base
package import Domain
package import Kernel

extension SQLiteJournal {
    package func document(_ key: DocumentKey) throws(JournalError) -> StoredDocument? {
        try documentTable.read(key, words: words)
    }

    package func putDocument(_ document: StoredDocument) throws(JournalError) {
        invariant(isInTransaction, "the journal is written in a transaction")
        invariant(carried[document.scope] != nil, "a document's scope is carried")
        invariant(document.state.count <= Limits.documentBytesMax, "a document keeps its limit")
        let old = try documentTable.facts(document.key)
        let row = try putWords(document, old?.words ?? 0)
        try documentTable.write(document, words: row, replacing: old)
    }

    /// The row of the document's words, written only where they are others than before.
    private func putWords(
        _ document: StoredDocument, _ old: Int64
    ) throws(JournalError) -> Int64 {
        if old != 0 {
            if try words.read(old) == document.search { return old }
            try words.remove(old, isIndexed: old <= counts.wordsIndexed)
        }
        guard !document.search.isEmpty else { return 0 }
        counts.words += 1
        try words.add(counts.words, document.key, document.search)
        return counts.words
    }

    package func removeDocument(_ key: DocumentKey) throws(JournalError) {
        invariant(isInTransaction, "the journal is written in a transaction")
        guard let old = try documentTable.facts(key) else { return }
        if old.words != 0 {
            try words.remove(old.words, isIndexed: old.words <= counts.wordsIndexed)
        }
        try documentTable.remove(key)
    }

    package func documents(
        _ collection: Collection, label: String
    ) throws(JournalError) -> [DocumentKey] {
        try documentTable.keys(collection, label: label)
    }

    package func attention(limit: Int) throws(JournalError) -> [DocumentKey] {
        try documentTable.attention(limit: limit)
    }

    package func recordFork(_ fork: ForkRecord) throws(JournalError) {
        _ = try touch(fork.scope)
        try forkTable.add(fork)
    }

    package func forks() throws(JournalError) -> [ForkRecord] { try forkTable.load() }

    package func value(_ name: String) throws(JournalError) -> [UInt8]? {
        try values.read(name)
    }

    package func setValue(_ name: String, _ value: [UInt8]) throws(JournalError) {
        invariant(isInTransaction, "the journal is written in a transaction")
        invariant(value.count <= Limits.valueBytesMax, "a value keeps its limit")
        invariant(
            name != StoreValue.incarnation && name != StoreValue.base,
            "these are the store's own values")
        try values.write(name, value)
    }
}
