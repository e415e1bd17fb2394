package import Base
package import Change
package import Domain

/// Folds a log from its start in memory, beside the store: what every document must be (I22).
///
/// Holds all documents decoded, about 2 KiB each. Owned by one thread.
package final class ScratchFold {
    private let region: RegionID
    private let key: IncarnationKey
    /// The directory as of the changes taken so far; the whole one where it was given whole.
    package private(set) var directory: Directory
    private let learns: Bool
    private var entries: [DocumentKey: Entry] = [:]
    private var cases: [String: [DocumentKey]] = [:]
    private let stored: (Dot, ScopeID) throws(JournalError) -> Change?
    /// Who writes each chain of cases, and from where on it is quarantined.
    private var writers: [ActorID: (key: IncarnationKey, fork: Seq?)] = [:]

    private struct Entry {
        var content: Content
        let scope: ScopeID
    }

    /// - Parameters:
    ///   - region: Where it is folded: moves no state, only who owes a reaction.
    ///   - directory: The pinned root where the fold learns as it goes, else the whole.
    ///   - learns: Whether changes of `dir` scopes move the directory.
    ///   - stored: Reads one change of the log.
    package init(
        region: RegionID, key: IncarnationKey, directory: Directory, learns: Bool,
        stored: @escaping (Dot, ScopeID) throws(JournalError) -> Change?
    ) {
        self.region = region
        self.key = key
        self.directory = directory
        self.learns = learns
        self.stored = stored
    }

    /// Takes the next change of the node's arrival order.
    ///
    /// - Parameter writer: The incarnation of its chain.
    package func take(
        _ change: Change, in scope: ScopeName, writer: IncarnationKey, quarantined: Bool
    ) throws(JournalError) {
        guard change.kind != .genesis else { return }
        if learns, scope.family == .directory,
            let statement = Directory.Statement(change, of: scope.region, by: writer)
        {
            directory.add(statement)
        }
        if scope.family == .cases || scope.family == .corridor {
            let actor = change.header.actor
            let fork = writers[actor]?.fork
            writers[actor] = (writer, fork ?? (quarantined ? change.header.seq : nil))
        }
        try fold(change, in: scope, writer: writer, quarantined: quarantined)
        guard let erasure = Erasure(change),
            erasure.isEffective(
                Arrival(change: change, scope: scope, key: writer, quarantined: quarantined),
                in: directory)
        else { return }
        try carryOut(erasure, change, in: scope)
    }

    /// What the kernel does, too: the case anew, of what was erased what is left.
    private func carryOut(
        _ erasure: Erasure, _ change: Change, in scope: ScopeName
    ) throws(JournalError) {
        let key = erasure.key
        let content = entries[key]?.content
        let earlier = try Erasure.remains(of: content) { (dot) throws(JournalError) in
            try stored(dot, scope.id)
        }
        var rests: [Dot: [UInt8]] = [:]
        for entry in earlier + erasure.entries {
            guard let held = try stored(entry.dot, scope.id), held.hash.prefix16 == entry.hash,
                !held.kind.isErasure
            else { continue }
            rests[entry.dot] = entry.rest
        }
        var dots = Set(rests.keys)
        dots.formUnion(Erasure.events(of: content).map(\.dot))
        if case .caseFile(let file)? = content {
            cases[file.number]?.removeAll { $0 == key }
        }
        dots.insert(change.dot)
        entries[key] = nil
        for dot in dots.sorted() {
            guard let held = try stored(dot, scope.id), let writer = writers[dot.actor] else {
                continue
            }
            try fold(
                rests[dot].map { ChangeCodec.substituted(held, body: $0) } ?? held, in: scope,
                writer: writer.key, quarantined: writer.fork.map { dot.seq >= $0 } ?? false)
        }
    }

    private func fold(
        _ change: Change, in scope: ScopeName, writer: IncarnationKey, quarantined: Bool
    ) throws(JournalError) {
        let arrival = Arrival(
            change: change, scope: scope, key: writer, quarantined: quarantined)
        let desk = Desk(
            region: region, key: key, directory: directory, author: 0,
            now: change.header.time.instant, entropy: .zero)
        let writes = try Fold.apply(arrival, at: desk, from: Source(fold: self))
        for write in writes { put(write, scope: scope.id) }
    }

    /// How many documents the log makes.
    package var count: Int { entries.count }

    /// A document as the store should keep it; nil where the log makes none.
    package func document(_ key: DocumentKey) -> StoredDocument? {
        entries[key].map { $0.content.stored(key: key, scope: $0.scope) }
    }

    private func put(_ write: ContentWrite, scope: ScopeID) {
        let home = entries[write.key]?.scope ?? scope
        if case .caseFile(let state) = write.content {
            let before: String? =
                if case .caseFile(let old) = entries[write.key]?.content {
                    old.number
                } else {
                    nil
                }
            if before != state.number {
                if let before { cases[before]?.removeAll { $0 == write.key } }
                cases[state.number, default: []].append(write.key)
            }
        }
        entries[write.key] = Entry(content: write.content, scope: home)
    }

    private struct Source: DocumentSource {
        typealias Failure = JournalError
        let fold: ScratchFold

        func content(_ key: DocumentKey) throws(JournalError) -> Content? {
            fold.entries[key]?.content
        }

        func find(
            _ collection: Collection, label: String
        ) throws(JournalError) -> [DocumentKey] {
            // Cases are the one collection that a fold looks up by its label.
            guard collection == .caseFile else {
                invariant(false, "a fold finds cases only")
                return []
            }
            return (fold.cases[label] ?? []).sorted { $0.id < $1.id }
        }

        func change(at dot: Dot, in scope: ScopeID) throws(JournalError) -> Change? {
            try fold.stored(dot, scope)
        }
    }
}
