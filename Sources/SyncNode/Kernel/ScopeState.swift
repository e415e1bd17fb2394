import Base
import Change

/// One scope as the kernel keeps it in memory: its chains, and what the own chain has cited.
final class ScopeState {
    let record: ScopeRecord
    /// By actor.
    var chains: [ActorID: ChainState]
    let own: ActorID
    /// Other actor → the seq that the own chain last cited.
    var cited: [ActorID: Seq]
    /// Actors of whose chain two branches are known, and the first number that was used twice:
    /// what lies before it stays as good as it was.
    var forked: [ActorID: Seq] = [:]
    /// Where the own chain stood when the scope was given up, until it is here again.
    var awaited: ChainHead?
    /// Own changes since the last signed head.
    var unsigned = 0

    init(
        record: ScopeRecord, chains: [ActorID: ChainState], own: ActorID, cited: [ActorID: Seq]
    ) {
        self.record = record
        self.chains = chains
        self.own = own
        self.cited = cited
    }

    var vector: VersionVector { VersionVector(chains.values.map(\.head)) }
    var ownHead: ChainHead? { chains[own]?.head }

    /// What the own chain must cite: chains that moved since it last did. By actor.
    var dependencies: [Dependency] {
        var moved: [Dependency] = []
        for actor in chains.keys.sorted() where actor != own {
            guard let chain = chains[actor], !chain.quarantined,
                chain.head.seq > cited[actor] ?? .none
            else { continue }
            let hash = chain.head.hash.prefix16
            moved.append(Dependency(actor: actor, seq: chain.head.seq, hash: hash))
            // What does not fit is cited by the next change.
            if moved.count == Limits.changeDepsMax { break }
        }
        return moved
    }
}
