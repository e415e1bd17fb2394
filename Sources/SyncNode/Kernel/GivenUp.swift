import Base
import Change
import Domain

/// Where the own chain stood in a scope that this node gave up (PROTOCOL §11). Should the place
/// come back, that chain is the node's own and no sign of a rollback; and nothing is written
/// into the scope before it is here again, as its numbers would be given out twice.
enum GivenUp {
    /// Under which name the store keeps it.
    static func name(of scope: ScopeID) -> String { "given-up:\(scope.hex)" }

    static func encode(_ head: ChainHead) -> [UInt8] {
        var writer = ByteWriter(capacity: 64)
        writer.write(head.actor)
        writer.write(head.seq)
        writer.write(head.hash)
        return writer.bytes
    }

    /// - Returns: nil where nothing is kept.
    static func decode(_ stored: [UInt8]?) throws(JournalError) -> ChainHead? {
        guard let stored, !stored.isEmpty else { return nil }
        var reader = ByteReader(stored)
        do throws(DecodeError) {
            let head = ChainHead(
                actor: try reader.readActor("givenUp.actor"),
                seq: try reader.readSeq("givenUp.seq"),
                hash: try reader.readDigest("givenUp.hash"))
            try reader.finish("givenUp")
            return head
        } catch {
            throw .damaged("the kept head of a scope that was given up is not of its form")
        }
    }
}

extension Kernel {
    /// Keeps where the own chain stands in a scope that goes.
    func keepOwnHead(of state: ScopeState) throws(JournalError) {
        guard let head = state.awaited ?? state.ownHead else { return }
        try journal.setValue(GivenUp.name(of: state.record.id), GivenUp.encode(head))
    }

    /// The own head that a scope had when it was given up, where it is not here again.
    func awaitedHead(
        of scope: ScopeID, own: ActorID, now head: ChainHead?
    ) throws(JournalError) -> ChainHead? {
        let kept = try GivenUp.decode(try journal.value(GivenUp.name(of: scope)))
        guard let kept, kept.actor == own, (head?.seq ?? .none) < kept.seq else { return nil }
        return kept
    }

    /// Whether drafts can be written: not into a scope whose own chain is on its way back.
    func mayWrite(_ drafts: [Draft]) throws(JournalError) -> Bool {
        for draft in drafts {
            if let state = scopes[draft.scope.id] {
                if state.awaited != nil { return false }
            } else {
                let own = identity.key.actor(in: draft.scope.id)
                if try awaitedHead(of: draft.scope.id, own: own, now: nil) != nil { return false }
            }
        }
        return true
    }
}
