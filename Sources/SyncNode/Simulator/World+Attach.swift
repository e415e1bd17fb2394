import Base
import Change
import Domain
import Kernel
import Replication

/// Attachments: handed in beside a case, passed on piece by piece, given up with a scope.
extension World {
    /// In some worlds somebody now and then adds an attachment to a case.
    func tendAttachments() throws(JournalError) {
        guard hasAttachments, blobDice.hits(12),
            let entry = blobDice.pick(Array(cases.entries.suffix(3))),
            let node = blobDice.pick(
                members.filter {
                    !$0.isDown && !$0.isStolen && $0.kernel.mayCarry(entry.scope)
                })
        else { return }
        nextAttachment += 1
        let bytes =
            Array("attachment \(nextAttachment) ".utf8)
            + Array(repeating: UInt8(nextAttachment % 256), count: blobDice.roll(200))
        let digest = node.shelf.put(bytes)
        var body = JSONWriter()
        body.object { object in
            object.field("case", entry.id.hex)
            object.array("materials") { list in
                list.object { one in
                    one.field("code", "M1")
                    one.field("blob", digest.hex)
                }
            }
        }
        let draft = Draft(scope: entry.scope, kind: .caseSupplement, body: body.bytes)
        guard try commit(node, [.write([draft])]) != nil else {
            return node.shelf.remove(digest)
        }
        tell("node \(node.index) adds attachment \(nextAttachment)")
        checks.attachments.stored(bytes, on: node.index)
    }

    /// Behind the changes, which may be what names them.
    func take(
        _ chunks: [BlobChunk], at node: SimulatedNode, from region: RegionID
    ) throws(JournalError) {
        for var chunk in chunks {
            if !isSettling, blobDice.hits(3), let last = chunk.bytes.last {
                count("rot")
                var bytes = chunk.bytes
                bytes[bytes.count - 1] = last ^ 1
                chunk = BlobChunk(
                    digest: chunk.digest, offset: chunk.offset, total: chunk.total, bytes: bytes)
            }
            let isWanted = try node.isNamed(chunk.digest) { node.kernel.mayCarry($0) }
            switch node.shelf.take(chunk, from: region, isWanted: isWanted) {
            case .arrived:
                count("attachment")
                tell("node \(node.index) has \(chunk.digest.hex.prefix(8))")
                // An ended machine answers for nothing.
                guard !node.isOutside else { continue }
                checks.attachments.stored(
                    node.shelf.whole[chunk.digest] ?? [], on: node.index)
            case .wrong: tell("node \(node.index) throws \(chunk.digest.hex.prefix(8)) away")
            case .passedOver, .stored, .confirmed: break
            }
        }
    }

    /// Whether a carrier has said that it has every attachment that is here of a scope.
    func hasGiven(
        _ scope: ScopeID, of node: SimulatedNode, to region: RegionID
    ) throws(JournalError) -> Bool {
        node.shelf.leave(scope, naming: try node.journal.namedBlobs(in: scope))
        return mutant == .dropWithoutAttachments
            || node.shelf.unconfirmed(scope, by: region).isEmpty
    }

    /// The scope is gone, and what it named with it.
    func removeAttachments(of scope: ScopeID, at node: SimulatedNode) throws(JournalError) {
        let kept = try named(at: node)
        let gone = node.shelf.left(scope) { kept.contains($0) }
        checks.attachments.gaveUp(gone, on: node.index)
    }

    /// Who signed for a case has all that it names (PROTOCOL §8).
    func checkSigned(_ id: Digest16, at node: SimulatedNode) throws(JournalError) {
        let key = DocumentKey(collection: .caseFile, id: id)
        guard hasAttachments, let state = CustodyChecks.state(key, at: node) else { return }
        for event in state.events {
            guard let change = try node.journal.change(at: event.dot, in: state.scopeID) else {
                continue
            }
            for digest in change.namedBlobs {
                checks.did("attachments")
                if node.shelf.whole[digest] == nil {
                    checks.fail(
                        "attachments", at: step, "node \(node.index) signs for what is not here")
                }
            }
        }
    }

    /// A day after a backup was put back, what lies beside it and nothing names goes: the scope
    /// that named it was given up meanwhile, or came behind the backup. What no log names any
    /// more went with the log that did.
    func clearShelves() throws(JournalError) {
        guard members.contains(where: \.shelf.mayHoldUnnamed) else { return }
        var all: Set<Digest> = []
        for node in members { all.formUnion(try named(at: node)) }
        for node in members where node.shelf.mayHoldUnnamed {
            let named = try named(at: node)
            let gone = node.shelf.clear { named.contains($0) }
            checks.attachments.gaveUp(gone, on: node.index)
            checks.attachments.forget(gone.filter { !all.contains(ExchangeHash.digest($0)) })
        }
    }

    /// What the scopes that a node stores name.
    private func named(at node: SimulatedNode) throws(JournalError) -> Set<Digest> {
        var named: Set<Digest> = []
        for known in node.kernel.knowledge() {
            named.formUnion(try node.journal.namedBlobs(in: known.id))
        }
        return named
    }

    /// At rest: what some disk answers for is somewhere, whoever carries a scope has what it
    /// names, and nobody else has.
    func checkAttachments() throws(JournalError) {
        guard hasAttachments else { return }
        try clearShelves()
        let owed = checks.attachments.owed
        let held = Set(members.flatMap { $0.shelf.whole.values })
        checks.did("attachments", times: owed.count)
        let lost = owed.subtracting(held).count
        if lost > 0 { checks.fail("attachments", at: step, "\(lost) lost") }
        let isHere = Set(members.flatMap { $0.shelf.whole.keys })
        var flagged: Set<ScopeID> = []
        var named: [Int: Set<Digest>] = [:]
        for node in members {
            for known in node.kernel.knowledge()
            where known.chains.contains(where: \.quarantined) {
                flagged.insert(known.id)
            }
            named[node.index] = try self.named(at: node)
        }
        // any order: a set.
        let all = named.values.reduce(into: Set<Digest>()) { $0.formUnion($1) }
        for node in members {
            for known in node.kernel.knowledge()
            where node.kernel.mayCarry(known.name) && !flagged.contains(known.id) {
                let digests = try node.journal.namedBlobs(in: known.id)
                let lacking = digests.filter {
                    isHere.contains($0) && node.shelf.whole[$0] == nil
                }
                checks.did("attachments", times: digests.count)
                if let first = lacking.first {
                    checks.fail(
                        "attachments", at: step,
                        "node \(node.index) lacks \(lacking.count): \(first.hex.prefix(8))")
                }
            }
            let mine = named[node.index] ?? []
            let strange = node.shelf.whole.keys.count { !mine.contains($0) && all.contains($0) }
            if strange > 0 {
                checks.fail(
                    "attachments", at: step, "node \(node.index) has \(strange) of no scope")
            }
        }
    }
}

extension SimulatedNode {
    /// Whether a scope that it stores, and that fits, names an attachment.
    func isNamed(
        _ digest: Digest, where fits: (ScopeName) -> Bool
    ) throws(JournalError) -> Bool {
        for known in kernel.knowledge() where fits(known.name) {
            if try journal.namedBlobs(in: known.id).contains(digest) { return true }
        }
        return false
    }
}
