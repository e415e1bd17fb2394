package import Base
package import Change
import Domain

/// What a restored or cloned node does with what it wrote on its old incarnation (PROTOCOL §6):
/// the old chains go back to what others certainly hold, are fetched again from the peers, and
/// whatever turns out to have been here only is written anew under the new incarnation.
extension Kernel {
    /// Takes the chains of an old own incarnation back. Nothing is lost: what is taken off is
    /// kept as orphans until `reissueOrphans`.
    ///
    /// - Parameters:
    ///   - old: An incarnation of this node, not the present one.
    ///   - mark: The store's value that asked for it: emptied in the same transaction.
    package func rewind(
        _ old: IncarnationKey, clearing mark: String? = nil
    ) throws(JournalError) {
        invariant(old != identity.key, "only an old incarnation is taken back")
        _ = try transaction { () throws(JournalError) in
            for id in scopes.keys.sorted() {
                let actor = old.actor(in: id)
                guard let state = scopes[id], let chain = state.chains[actor] else { continue }
                let proven = try provenSeq(of: actor, in: state)
                guard proven < chain.head.seq else { continue }
                let removed = try journal.cutChain(actor, in: id, above: proven)
                try keepOrphans(removed, in: id)
                scopes[id] = try load(state.record)
                try refold(id)
            }
            if let mark { try journal.setValue(mark, []) }
        }
        try reload()
    }

    /// Scopes in which changes of an old incarnation wait for `reissueOrphans`, by id. One read
    /// a scope.
    package func scopesWithOrphans() throws(JournalError) -> [ScopeName] {
        var names: [ScopeName] = []
        for id in scopes.keys.sorted() {
            guard let name = scopes[id]?.record.name else { continue }
            if try journal.value(Orphans.name(of: id))?.isEmpty == false { names.append(name) }
        }
        return names
    }

    /// Changes of an old incarnation that wait for `reissueOrphans` in a scope, oldest first.
    package func orphans(of scope: ScopeID) throws(JournalError) -> [Change] {
        guard let stored = try journal.value(Orphans.name(of: scope)) else { return [] }
        return try Orphans.decode(stored, of: identity.key)
    }

    /// Writes anew, in their order, the orphans that no peer held. To be called once the chains
    /// were fetched again: both sides of a link said that they hold the same.
    ///
    /// - Parameter only: The scopes of which that is so; nil for all.
    /// - Returns: How many were written.
    func reissueOrphans(
        in only: [ScopeID]?, at now: Instant, entropy: () -> Digest
    ) throws(JournalError) -> Int {
        var written = 0
        for id in scopes.keys.sorted() {
            guard let state = scopes[id], only?.contains(id) ?? true, state.awaited == nil else {
                continue
            }
            let orphans = try self.orphans(of: id)
            guard !orphans.isEmpty else { continue }
            var hashes: [(old: String, new: String)] = []
            for orphan in orphans where orphan.kind != .genesis {
                if try journal.hash(at: orphan.dot, in: id) == orphan.hash { continue }
                // An erased case gets nothing anew.
                if !orphan.hasPayload { continue }
                if try isOfErased(orphan, in: state.record.name) { continue }
                let head = try reissue(
                    orphan, in: state.record.name, replacing: hashes, at: now, entropy: entropy)
                hashes.append((orphan.hash.prefix16.hex, head.hash.prefix16.hex))
                written += 1
            }
            try journal.setValue(Orphans.name(of: id), [])
        }
        return written
    }

    private func reissue(
        _ orphan: Change, in scope: ScopeName, replacing hashes: [(old: String, new: String)],
        at now: Instant, entropy: () -> Digest
    ) throws(JournalError) -> ChainHead {
        var body = orphan.body ?? []
        // Bodies name earlier changes by hash; those that were written anew have new ones.
        for (old, new) in hashes { body = Self.replacing(old, by: new, in: body) }
        let draft = Draft(scope: scope, kind: orphan.kind, body: body, refs: orphan.header.refs)
        return try write(
            draft, author: orphan.header.author, flags: .reissue, at: now, salt: entropy())
    }

    /// Up to where others certainly hold a chain as it is here: the highest seq that a stored
    /// change of another actor cites, by its hash: on a forked chain others may have built on
    /// the other branch.
    private func provenSeq(
        of actor: ActorID, in state: ScopeState
    ) throws(JournalError) -> Seq {
        var proven = Seq.none
        for other in state.chains.keys.sorted() where other != actor {
            guard let chain = state.chains[other] else { continue }
            var seq = Seq(1)
            while seq <= chain.head.seq {
                let dot = Dot(actor: other, seq: seq)
                let change = try journal.change(at: dot, in: state.record.id)
                for dep in change?.header.deps ?? [] where dep.actor == actor && dep.seq > proven {
                    let own = try journal.hash(
                        at: Dot(actor: actor, seq: dep.seq), in: state.record.id)
                    if own?.prefix16 == dep.hash { proven = dep.seq }
                }
                guard seq < chain.head.seq else { break }
                seq = seq.next
            }
        }
        return proven
    }

    private func keepOrphans(
        _ changes: [Change], in scope: ScopeID
    ) throws(JournalError) {
        let name = Orphans.name(of: scope)
        try journal.setValue(name, Orphans.adding(changes, to: try journal.value(name) ?? []))
    }

    private static func replacing(_ old: String, by new: String, in body: [UInt8]) -> [UInt8] {
        let from = Array(old.utf8)
        let to = Array(new.utf8)
        invariant(from.count == to.count, "hashes have one length")
        var copy = body
        var index = 0
        while index + from.count <= copy.count {
            if copy[index..<(index + from.count)].elementsEqual(from) {
                copy.replaceSubrange(index..<(index + from.count), with: to)
                index += from.count
            } else {
                index += 1
            }
        }
        return copy
    }
}
