package import Base
package import Change

/// What a node knows of one scope, as a value that others may hold.
package struct ScopeKnowledge: Sendable {
    package let name: ScopeName
    package let epoch: UInt64
    /// By actor.
    package let chains: [ChainState]
    package let vector: VersionVector
    /// Where the own chain stood when the scope was given up, until it is here again.
    package let awaited: ChainHead?

    package init(
        name: ScopeName, epoch: UInt64, chains: [ChainState], awaited: ChainHead? = nil
    ) {
        self.awaited = awaited
        self.name = name
        self.epoch = epoch
        self.chains = chains.sorted { $0.actor < $1.actor }
        vector = VersionVector(chains.map(\.head))
    }

    /// The scope's id.
    package var id: ScopeID { name.id }

    /// The chain of one actor; nil where nothing is known of it.
    package func chain(_ actor: ActorID) -> ChainState? { chains.first { $0.actor == actor } }
}

extension Kernel {
    /// Everything that is carried, by scope id.
    package func knowledge() -> [ScopeKnowledge] {
        scopes.keys.sorted().compactMap { knowledge(of: $0) }
    }

    /// One scope; nil where it is not carried.
    package func knowledge(of scope: ScopeID) -> ScopeKnowledge? {
        scopes[scope].map { state in
            ScopeKnowledge(
                name: state.record.name, epoch: state.record.epoch,
                chains: Array(state.chains.values), awaited: state.awaited)
        }
    }
}
