package import Base
package import Change
package import Kernel

extension SQLiteJournal {
    /// From memory; sorts the ids.
    package func scopes() throws(JournalError) -> [ScopeRecord] {
        carried.keys.sorted().compactMap { carried[$0]?.record }
    }

    /// From memory.
    package func scope(_ id: ScopeID) throws(JournalError) -> ScopeRecord? {
        carried[id]?.record
    }

    /// One row.
    package func openScope(_ name: ScopeName) throws(JournalError) {
        invariant(isInTransaction, "a scope opens in a transaction")
        guard carried[name.id] == nil else { return }
        let record = ScopeRecord(name: name, epoch: 1, position: 0)
        try scopeTable.add(record)
        replaced.append((name.id, nil))
        carried[name.id] = CarriedScope(record: record)
    }

    /// One row.
    package func setEpoch(_ epoch: UInt64, of id: ScopeID) throws(JournalError) {
        let scope = try touch(id)
        try scopeTable.setEpoch(epoch, of: id)
        scope.setEpoch(epoch)
    }

    /// Deletes row by row what the scope holds, and scans the documents: rare.
    package func dropScope(_ id: ScopeID) throws(JournalError) {
        let scope = try touch(id)
        for chain in scope.chains {
            if chain.state.key == counts.incarnation { countCut(chain.state.head, to: nil) }
            try changes.remove(chain, above: .none)
            try chainTable.remove(chain.no)
        }
        try removeDocuments(of: id)
        try forkTable.remove(scope: id)
        try attachmentTable.remove(scope: id)
        try scopeTable.remove(id)
        replaced.append((id, scope))
        carried[id] = nil
        recent.forgetAll()
        // The positions that went with it are not given out again.
        try writeBase()
    }

    /// Moves the own history over a chain that loses changes, so that it grows all the same.
    func countCut(_ head: ChainHead, to rest: ChainHead?) {
        let lost = head.seq.rawValue - (rest?.seq.rawValue ?? 0)
        counts.base.count += lost + 1
        counts.own.count += 1
        counts.own.toggle(head.hash)
        if let rest { counts.own.toggle(rest.hash) }
    }

    /// The scope, with its state saved for a rollback.
    func touch(_ id: ScopeID) throws(JournalError) -> CarriedScope {
        invariant(isInTransaction, "the journal is written in a transaction")
        guard let scope = carried[id] else { throw .failed("scope \(id.hex) is not carried") }
        if scope.touch() { touched.append(scope) }
        return scope
    }
}
