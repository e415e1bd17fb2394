import Base
import Change
import Domain
import Kernel
import Replication

/// What an exchange with one peer may know of a simulated node.
struct SimulatedKnowledge: LocalKnowledge {
    typealias Failure = JournalError

    let node: SimulatedNode
    let peer: RegionID

    func news(since position: UInt64?) throws(JournalError) -> ScopeNews {
        node.news(since: position, peer: peer)
    }

    func batch(
        of scope: ScopeID, after known: [Dot], except: [ActorID]
    ) throws(JournalError) -> (batch: ChangeBatch, more: Bool)? {
        let run = try node.journal.run(of: scope, after: known, except: except)
        guard !run.changes.isEmpty else { return nil }
        var changes = run.changes
        if node.mutant == .actorOrder {
            changes.sort { ($0.header.actor, $0.header.seq) < ($1.header.actor, $1.header.seq) }
        }
        let batch = ChangeBatch(scope: scope, changes: changes, heads: run.heads) { _ in
            .sha256Ed25519
        }
        return (batch, run.more)
    }

    func evidence(of actor: ActorID, in scope: ScopeID) throws(JournalError) -> [ChangeBatch] {
        var batches: [ChangeBatch] = []
        let others = try node.journal.chains(of: scope).map(\.actor).filter { $0 != actor }
        for fork in try node.journal.forks() where fork.scope == scope && fork.dot.actor == actor {
            var reader = ByteReader(fork.evidence)
            do throws(DecodeError) {
                batches.append(try ChangeBatch.decode(from: &reader))
            } catch {
                throw .damaged("evidence")
            }
            let before = Dot(actor: actor, seq: Seq(fork.dot.seq.rawValue - 1))
            if let own = try batch(of: scope, after: [before], except: others) {
                batches.append(own.batch)
            }
        }
        return batches
    }

    func hash(at dot: Dot, in scope: ScopeID) throws(JournalError) -> Digest? {
        try node.journal.hash(at: dot, in: scope)
    }

    func mayCarry(_ name: ScopeName) throws(JournalError) -> Bool {
        node.kernel.directory.carries(node.region, name)
            && node.kernel.directory.carries(peer, name)
    }

    func takes(_ name: ScopeName) throws(JournalError) -> SharedScope? {
        let directory = node.kernel.directory
        guard directory.carries(node.region, name), directory.mayHaveCarried(peer, name) else {
            return nil
        }
        return node.sharedScope(name.id)
            ?? SharedScope(name: name, epoch: 1, vector: VersionVector([]))
    }

    func directoryRoot() throws(JournalError) -> Digest16 { .zero }

    func mayExchange(with hello: Hello) throws(JournalError) -> Bool {
        let directory = node.kernel.directory
        return hello.region == peer && !directory.isRevoked(hello.key)
            && directory.region(of: hello.key) == peer
    }

    func holds(_ proof: [UInt8], over message: [UInt8], by key: IncarnationKey) -> Bool {
        proof == KeyPool.signature(message, by: key.publicKey)
    }

    func prove(_ message: [UInt8]) -> [UInt8] {
        KeyPool.signature(message, by: node.key.publicKey)
    }

    /// What a scope names comes from who carries it, or did.
    private func gives(_ name: ScopeName) -> Bool {
        let directory = node.kernel.directory
        return directory.carries(node.region, name) && directory.mayGive(peer, name)
    }

    func missingBlobs(
        but passed: [Digest: Int], limit: Int
    ) throws(JournalError) -> [BlobWant] {
        var wants: [BlobWant] = []
        for known in node.kernel.knowledge() where gives(known.name) {
            for digest in try node.journal.namedBlobs(in: known.id)
            where node.shelf.whole[digest] == nil && passed[digest] == nil {
                wants.append(node.shelf.want(digest))
            }
        }
        let directory = node.kernel.directory
        for scope in node.shelf.left {
            guard let name = node.sharedScope(scope)?.name, directory.carries(peer, name) else {
                continue
            }
            wants += node.shelf.unconfirmed(scope, by: peer)
                .filter { passed[$0.digest] != $0.offset }
        }
        return Array(wants.prefix(limit))
    }

    func blobChunk(_ want: BlobWant) throws(JournalError) -> BlobChunk? {
        let directory = node.kernel.directory
        let isInside = try node.isNamed(want.digest) { directory.carries(peer, $0) }
        let isKnown = try node.isNamed(want.digest, where: gives)
        return isInside || isKnown ? node.shelf.piece(want, isInside: isInside) : nil
    }

    func holdsBlob(_ digest: Digest) throws(JournalError) -> Bool {
        node.shelf.whole[digest] != nil
    }

    func blobArrivals() -> UInt64 {
        node.mutant == .forgottenPromise ? 0 : node.shelf.arrivals
    }
}
