import Base
import Blob
import Change
import Crypto
import Domain
import Kernel
import Replication
import Store

/// What an exchange with one peer may know of this node: the board for vectors, the read pool
/// for changes, the keys for proofs.
struct ExchangeKnowledge: LocalKnowledge {
    typealias Failure = JournalError

    let board: KnowledgeBoard
    let readers: ReadPool
    let blobs: BlobShelf
    let signer: IncarnationSigner
    let region: RegionID
    let peer: RegionID

    func news(since position: UInt64?) throws(JournalError) -> ScopeNews {
        board.news(since: position, sharedBy: region, and: peer)
    }

    func batch(
        of scope: ScopeID, after known: [Dot], except: [ActorID]
    ) throws(JournalError) -> (batch: ChangeBatch, more: Bool)? {
        let knowledge = board.scope(scope)
        let run = try readers.readLog { (reader) throws(JournalError) in
            try reader.run(of: scope, after: known, except: except)
        }
        guard !run.changes.isEmpty else { return nil }
        let batch = ChangeBatch(scope: scope, changes: run.changes, heads: run.heads) { actor in
            knowledge?.chain(actor)?.suite ?? .sha256Ed25519
        }
        return (batch, run.more)
    }

    func evidence(
        of actor: ActorID, in scope: ScopeID
    ) throws(JournalError) -> [ChangeBatch] {
        let forks = try readers.readLog { (reader) throws(JournalError) in try reader.forks() }
        var batches: [ChangeBatch] = []
        for fork in forks where fork.scope == scope && fork.dot.actor == actor {
            var bytes = ByteReader(fork.evidence)
            do throws(DecodeError) {
                batches.append(try ChangeBatch.decode(from: &bytes))
            } catch {
                throw .damaged("the evidence of a fork is not of its form")
            }
            let before = Dot(actor: actor, seq: Seq(fork.dot.seq.rawValue - 1))
            if let own = try branch(of: scope, after: before) { batches.append(own) }
        }
        return batches
    }

    /// The branch that this node holds itself, from the number that was used twice on.
    private func branch(of scope: ScopeID, after dot: Dot) throws(JournalError) -> ChangeBatch? {
        let others = board.scope(scope)?.chains.map(\.actor).filter { $0 != dot.actor } ?? []
        return try batch(of: scope, after: [dot], except: others)?.batch
    }

    func hash(at dot: Dot, in scope: ScopeID) throws(JournalError) -> Digest? {
        try readers.readLog { (reader) throws(JournalError) in
            try reader.change(at: dot, in: scope)?.hash
        }
    }

    func mayCarry(_ name: ScopeName) throws(JournalError) -> Bool {
        let directory = board.directory
        return directory.carries(region, name) && directory.carries(peer, name)
    }

    func takes(_ name: ScopeName) throws(JournalError) -> SharedScope? {
        let directory = board.directory
        guard directory.carries(region, name), directory.mayHaveCarried(peer, name) else {
            return nil
        }
        return board.scope(name.id).map(SharedScope.init(_:))
            ?? SharedScope(name: name, epoch: 1, vector: VersionVector([]))
    }

    func directoryRoot() throws(JournalError) -> Digest16 { board.directoryRoot() }

    func mayExchange(with hello: Hello) throws(JournalError) -> Bool {
        let directory = board.directory
        return hello.region == peer && !directory.isRevoked(hello.key)
            && directory.region(of: hello.key) == peer
    }

    func holds(_ proof: [UInt8], over message: [UInt8], by key: IncarnationKey) -> Bool {
        do throws(CryptoError) {
            return try VerifyingKey(key.publicKey).verify(proof, of: message)
        } catch {
            return false
        }
    }

    func prove(_ message: [UInt8]) -> [UInt8] { signer.sign(message) }

    /// Who the peer is to the shelf: who carries a scope may have what it names, from those who
    /// carry it and from those who did.
    var audience: BlobShelf.Peer {
        let directory = board.directory
        return BlobShelf.Peer(
            region: peer,
            gives: { [board, region, peer] scope in
                guard let name = board.scope(scope)?.name else { return false }
                return directory.carries(region, name) && directory.mayGive(peer, name)
            },
            has: { [board, peer] scope in
                guard let name = board.scope(scope)?.name else { return false }
                return directory.carries(peer, name)
            })
    }

    func missingBlobs(
        but passed: [Digest: Int], limit: Int
    ) throws(JournalError) -> [BlobWant] {
        try blobs.missing(for: audience, but: passed, limit: limit)
    }

    func blobChunk(_ want: BlobWant) throws(JournalError) -> BlobChunk? {
        try blobs.chunk(want, for: audience)
    }

    func holdsBlob(_ digest: Digest) throws(JournalError) -> Bool {
        try blobs.holds(digest, for: audience)
    }

    func blobArrivals() -> UInt64 { blobs.arrivals }
}
