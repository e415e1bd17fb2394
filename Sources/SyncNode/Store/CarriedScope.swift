import Base
import Change
import Kernel

/// One carried scope with its chains, as the journal keeps it in memory: the truth inside a
/// transaction, and equal to the database outside of one.
final class CarriedScope {
    private(set) var record: ScopeRecord
    /// Sorted by actor.
    var chains: [StoredChain] = []
    /// The state before the running transaction first touched it.
    private(set) var saved: (record: ScopeRecord, chains: [StoredChain])?

    init(record: ScopeRecord) { self.record = record }

    /// Remembers the present state, once a transaction.
    /// - Returns: Whether it was the first time.
    func touch() -> Bool {
        guard saved == nil else { return false }
        saved = (record, chains)
        return true
    }

    func settle() {
        saved = nil
        for index in chains.indices where chains[index].isDirty || chains[index].isNew {
            chains[index].isDirty = false
            chains[index].isNew = false
        }
    }

    func restore() {
        guard let saved else { return }
        record = saved.record
        chains = saved.chains
        self.saved = nil
    }

    func setEpoch(_ epoch: UInt64) { record.epoch = epoch }

    func move(to position: Int64) { record.position = max(record.position, position) }

    func index(of actor: ActorID) -> Int? {
        let place = place(of: actor)
        return place < chains.count && chains[place].state.actor == actor ? place : nil
    }

    func insert(_ chain: StoredChain) {
        chains.insert(chain, at: place(of: chain.state.actor))
    }

    private func place(of actor: ActorID) -> Int {
        var low = 0
        var high = chains.count
        while low < high {
            let middle = (low + high) / 2
            if chains[middle].state.actor < actor { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
