package import Base
package import Change
package import Domain
package import Kernel

extension SnapshotReader {
    /// One document.
    package func document(_ key: DocumentKey) throws(JournalError) -> StoredDocument? {
        try documentTable.read(key, words: words)
    }

    /// Keys of documents with this label, by id.
    package func documents(
        _ collection: Collection, label: String
    ) throws(JournalError) -> [DocumentKey] {
        try documentTable.keys(collection, label: label)
    }

    /// The states of up to two documents with this label: a look-up by number, and no more.
    package func states(
        _ collection: Collection, label: String
    ) throws(JournalError) -> [[UInt8]] {
        try documentTable.states(collection, label: label)
    }

    /// One page of a list.
    package func documents(_ query: PageQuery) throws(JournalError) -> DocumentPage {
        let found = try documentLists.documents(query, limit: query.limit + 1)
        let documents = Array(found.prefix(query.limit))
        let next = found.count > query.limit ? documents.last.map(PageCursor.init) : nil
        return DocumentPage(documents: documents, next: next)
    }

    /// Documents whose words hold `text`, the newest words first; upper and lower case of ASCII
    /// letters are one. Three characters or more go through the index; fewer read all words.
    ///
    /// - Parameters:
    ///   - collection: nil for all.
    ///   - limit: At most `Limits.listRowsMax`.
    package func search(
        _ text: String, in collection: Collection?, limit: Int
    ) throws(JournalError) -> [DocumentKey] {
        guard !text.isEmpty, text.utf8.count <= Limits.searchQueryBytesMax, limit > 0 else {
            return []
        }
        let indexed = try values.read(StoreValue.wordsIndexed) ?? []
        let last = Int64(bitPattern: indexed.reduce(0) { $0 << 8 | UInt64($1) })
        return try search.keys(
            text, in: collection, indexedUpTo: last, limit: min(limit, Limits.listRowsMax))
    }

    /// Changes of one chain behind a number, in its order, as far as the documents have come that
    /// are folded from them (docs/decisions/0011): one read of an index, and of what waits.
    package func foldedChanges(
        of actor: ActorID, in scope: ScopeID, after seq: Seq, limit: Int
    ) throws(JournalError) -> [Change] {
        guard let chain = try stored(scope).first(where: { $0.state.actor == actor })
        else { return [] }
        let folded = FoldedMark.decode(try values.read(FoldedMark.name)) ?? .max
        var head = chain.state.head.seq.rawValue
        if chain.position > folded {
            try changes.eachBack(chain) { (position, _) in
                if position > folded { head -= 1 }
                return position > folded
            }
        }
        let last = min(head, seq.rawValue + UInt64(limit))
        return last > seq.rawValue ? try changes.read(chain, from: seq.next, to: Seq(last)) : []
    }

    /// Figures of the whole store. Walks two small tables and counts the documents.
    package func figures() throws(JournalError) -> StoreFigures {
        StoreFigures(
            scopes: Int(try database.number("SELECT count(*) FROM scope")),
            chains: Int(try database.number("SELECT count(*) FROM chain")),
            changes: Int(try database.number("SELECT coalesce(sum(seq), 0) FROM chain")),
            forks: Int(try database.number("SELECT count(*) FROM fork")),
            position: try database.number("SELECT coalesce(max(position), 0) FROM chain"))
    }
}

/// How much a store holds.
package struct StoreFigures: Hashable, Sendable {
    package let scopes: Int
    package let chains: Int
    package let changes: Int
    package let forks: Int
    /// Arrival position of the last change.
    package let position: Int64
}

/// Which documents a list shows.
package struct PageQuery: Hashable, Sendable {
    package let collection: Collection
    /// Only documents in this state; nil for all.
    package var status: String?
    package var newestFirst = true
    /// After the last document of the page before; nil from the start.
    package var after: PageCursor?
    /// 1 to `Limits.listRowsMax`.
    package var limit: Int

    package init(_ collection: Collection, limit: Int) {
        invariant((1...Limits.listRowsMax).contains(limit), "a page keeps its limit")
        self.collection = collection
        self.limit = limit
    }
}

/// A place in a list: the time and id of the document before it.
package struct PageCursor: Hashable, Sendable {
    package let time: Int64
    package let id: Digest16

    package init(time: Int64, id: Digest16) {
        self.time = time
        self.id = id
    }

    init(_ document: StoredDocument) {
        self.init(time: document.time, id: document.key.id)
    }
}

/// One page of a list.
package struct DocumentPage: Sendable {
    package let documents: [StoredDocument]
    /// Where the next page begins; nil at the end.
    package let next: PageCursor?
}
