package import Base
package import Change
package import Kernel

extension SQLiteJournal {
    /// One read and one hash a change; rows of several chains are merged by position.
    package func run(
        of scope: ScopeID, after vector: [Dot], except: [ActorID]
    ) throws(JournalError) -> ChangeRun {
        let chains = carried[scope]?.chains ?? []
        let stretches = RangeStretch.wanted(of: chains, after: vector, except: except)
        return try cursors.run(stretches)
    }

    /// From memory.
    package var position: Int64 { counts.position }

    /// One read and one hash a change, and one walk back along each chain that moved.
    package func arrivals(after position: Int64) throws(JournalError) -> [Change] {
        var found: [(position: Int64, change: Change)] = []
        for id in carried.keys.sorted() {
            for chain in carried[id]?.chains ?? [] where chain.position > position {
                try changes.eachBack(chain) { (arrived, bytes) throws(JournalError) in
                    guard arrived > position else { return false }
                    let change = try ChangeTable.decode(bytes(), suite: chain.state.suite)
                    found.append((arrived, change))
                    return true
                }
            }
        }
        return found.sorted { $0.position < $1.position }.map(\.change)
    }
}

extension RangeStretch {
    /// What lies above `vector`, chain by chain.
    static func wanted(
        of chains: [StoredChain], after vector: [Dot], except: [ActorID]
    ) -> [RangeStretch] {
        chains.compactMap { chain in
            let head = chain.state.head
            guard !except.contains(head.actor) else { return nil }
            let known = vector.first { $0.actor == head.actor }?.seq ?? .none
            guard known < head.seq else { return nil }
            return RangeStretch(chain: chain, first: known.next)
        }
    }
}

extension RangeCursors {
    /// A bounded run, cut where every actor in it ends on a signed head.
    func run(_ stretches: [RangeStretch]) throws(JournalError) -> ChangeRun {
        let first = try gather(stretches, bytesMax: Limits.rangeBytesMax)
        if !first.changes.isEmpty || first.isAll { return first.run }
        // Not one clean cut within the bytes: as many as a batch can carry at all.
        return try gather(stretches, bytesMax: Limits.frameBytesMax).run
    }

    private func gather(
        _ stretches: [RangeStretch], bytesMax: Int
    ) throws(JournalError) -> GatheredRun {
        var gathered = GatheredRun()
        var bytes = 0
        gathered.isAll = try each(stretches, upTo: Limits.rangeChangesMax) {
            (row) throws(JournalError) in
            bytes += row.bytes.count
            guard gathered.changes.count < Limits.rangeChangesMax,
                bytes <= bytesMax || gathered.changes.isEmpty
            else { return false }
            let suite = stretches[row.stretch].chain.state.suite
            gathered.changes.append(try ChangeTable.decode(Array(row.bytes), suite: suite))
            gathered.rows.append(CleanCut.Row(stretch: row.stretch, isSigned: row.isSigned))
            gathered.signatures.append(row.signature)
            return true
        }
        gathered.cut()
        return gathered
    }
}

/// Rows of a range read on their way to a run.
private struct GatheredRun {
    var changes: [Change] = []
    var rows: [CleanCut.Row] = []
    /// For each row, empty where it is not signed.
    var signatures: [[UInt8]] = []
    var isAll = false

    mutating func cut() {
        let kept = CleanCut.kept(rows) { changes[$0] }
        if kept.count == changes.count { return }
        changes = kept.map { changes[$0] }
        rows = kept.map { rows[$0] }
        signatures = kept.map { signatures[$0] }
    }

    var run: ChangeRun {
        var last: [Int: Int] = [:]
        for (index, row) in rows.enumerated() { last[row.stretch] = index }
        // Stretches are in the order of their actors.
        let heads = last.keys.sorted().compactMap { stretch in
            last[stretch].map { SignedHead(head: changes[$0].head, signature: signatures[$0]) }
        }
        return ChangeRun(changes: changes, heads: heads, more: !isAll && !changes.isEmpty)
    }
}
