import Base
import Change
import Replication

/// A whole node in memory, as far as the exchange can see one: chains, admission, no domain.
final class Village {
    static let keys = [
        "01d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "013d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "01fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "01278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e",
    ]

    let key: IncarnationKey
    let region: RegionID
    var scopes: [ScopeID: Store] = [:]
    var position: UInt64 = 1
    var changedAt: [ScopeID: UInt64] = [:]
    /// Scopes that the directory does not let the link carry.
    var forbidden: Set<ScopeID> = []
    /// Scopes that this node may not carry any more, and those that it takes from such a one.
    var given: Set<ScopeID> = []
    var takesOver: Set<ScopeID> = []
    /// Where the own chain stood in a scope that was given up and came back.
    var awaited: [ScopeID: ChainHead] = [:]
    var refusesBatches = false
    var allowsPeer = true
    /// Part of every leaf: a node with another one differs without lacking anything.
    var epoch: UInt64 = 1
    var blobs: [Digest: [UInt8]] = [:]
    var missing: [Digest] = []
    /// What is here of blobs that are not whole, with the size of the whole.
    var parts: [Digest: (bytes: [UInt8], total: Int)] = [:]
    var arrivals: UInt64 = 1
    /// Receipts that a peer asked for.
    var receipts = 0
    /// Bytes of pieces that came although they were here.
    var blobBytesAgain = 0
    /// Peers that gave a wrong blob: nothing more is asked of them.
    var barred: Set<Digest> = []

    struct Store {
        let name: ScopeName
        var log: [Change] = []
        var chains: [ActorID: ChainState] = [:]
        var forks: [ActorID: [ChangeBatch]] = [:]
    }

    init(_ index: Int) {
        guard let key = IncarnationKey(text: Self.keys[index]) else {
            invariant(false, "the test's keys are keys")
            preconditionUnreachable()
        }
        self.key = key
        region = RegionID(UInt64(index + 1))
    }

    func open(_ name: ScopeName) {
        guard scopes[name.id] == nil else { return }
        scopes[name.id] = Store(name: name)
        touch(name.id)
    }

    private func touch(_ scope: ScopeID) {
        position += 1
        changedAt[scope] = position
    }

    /// Writes the next change of the own chain; a first one is its genesis.
    @discardableResult
    func write(_ name: ScopeName, body: Int = 20, mark: UInt8 = 0) -> Change {
        open(name)
        let id = name.id
        let actor = key.actor(in: id)
        if scopes[id]?.chains[actor] == nil {
            let genesis = Genesis(
                key: key.publicKey, node: .zero, predecessors: [], grant: .zero)
            let bytes = genesis.encode()
            let header = ChangeHeader(
                scope: id, actor: actor, seq: Seq(1),
                previous: Genesis.previous(
                    scope: id, actor: actor, body: bytes, suite: key.publicKey.suite),
                time: HybridTime(rawValue: 1), kind: .genesis)
            append(ChangeCodec.make(header, salt: .zero, body: bytes, suite: key.publicKey.suite))
        }
        guard let store = scopes[id], let head = store.chains[actor]?.head else {
            invariant(false, "the chain was just opened")
            preconditionUnreachable()
        }
        var header = ChangeHeader(
            scope: id, actor: actor, seq: head.seq.next, previous: head.hash,
            time: HybridTime(rawValue: 2), kind: ChangeKind(rawValue: 7))
        header.deps = store.chains.values.map(\.head).filter { $0.actor != actor }
            .sorted { $0.actor < $1.actor }
            .map { Dependency(actor: $0.actor, seq: $0.seq, hash: $0.hash.prefix16) }
        let change = ChangeCodec.make(
            header, salt: .zero, body: Array(repeating: mark, count: body),
            suite: key.publicKey.suite)
        append(change)
        return change
    }

    private func append(_ change: Change) {
        let actor = change.header.actor
        scopes[change.scope]?.log.append(change)
        if scopes[change.scope]?.chains[actor] == nil, let genesis = Genesis.founding(change) {
            scopes[change.scope]?.chains[actor] = ChainState(
                key: genesis.key, node: genesis.node, head: change.head)
        }
        scopes[change.scope]?.chains[actor]?.head = change.head
        touch(change.scope)
    }

    /// What the kernel does with a delivery.
    func apply(_ delivery: Delivery) {
        for name in delivery.opening { open(name) }
        for batch in delivery.batches where !refusesBatches { admit(batch) }
        for chunk in delivery.chunks { take(chunk) }
        if delivery.wantsReceipt {
            receipts += 1
            write(.control(region))
        }
    }

    /// What the shelf does with a piece.
    private func take(_ chunk: BlobChunk) {
        let digest = chunk.digest
        guard missing.contains(digest) else {
            blobBytesAgain += chunk.bytes.count
            return
        }
        var part = parts[digest] ?? ([], chunk.total)
        guard chunk.offset == part.bytes.count else {
            blobBytesAgain += Swift.max(0, part.bytes.count - chunk.offset)
            return
        }
        part.bytes += chunk.bytes
        parts[digest] = part
        guard part.bytes.count == part.total else { return }
        parts[digest] = nil
        guard ExchangeHash.digest(part.bytes) == digest else {
            barred.insert(digest)
            return
        }
        blobs[digest] = part.bytes
        missing.removeAll { $0 == digest }
        arrivals += 1
    }

    private func admit(_ batch: ChangeBatch) {
        for change in batch.changes {
            guard let store = scopes[batch.scope] else { return }
            let verdict = Admission.judge(change, chain: store.chains[change.header.actor]) {
                (dot: Dot) -> Digest? in hash(at: dot, in: batch.scope)
            }
            switch verdict {
            case .admit: append(change)
            case .fork:
                let actor = change.header.actor
                scopes[batch.scope]?.chains[actor]?.quarantined = true
                let own = store.log.filter {
                    $0.header.actor == actor && $0.header.seq >= change.header.seq
                }.prefix(Limits.rangeChangesMax)
                scopes[batch.scope]?.forks[actor] = [self.batch(batch.scope, Array(own)), batch]
                touch(batch.scope)
                return
            case .duplicate, .refuse: continue
            }
        }
    }

    func batch(_ scope: ScopeID, _ changes: [Change]) -> ChangeBatch {
        var last: [ActorID: ChainHead] = [:]
        for change in changes { last[change.header.actor] = change.head }
        let heads = last.values.map {
            SignedHead(head: $0, signature: Array(repeating: 7, count: 64))
        }
        return ChangeBatch(scope: scope, changes: changes, heads: heads) { _ in .sha256Ed25519 }
    }

    /// The same, for a snapshot that is put back later.
    func copy() -> Village {
        let other = Village(Int(region.rawValue) - 1)
        other.scopes = scopes
        other.position = position
        other.changedAt = changedAt
        return other
    }

    var leaves: [ScopeID: Digest16] {
        scopes.filter { !forbidden.contains($0.key) }.mapValues(shared(_:)).mapValues(\.leaf)
    }

    func shared(_ store: Store) -> SharedScope {
        let chains = store.chains.values.sorted { $0.actor < $1.actor }
        return SharedScope(
            name: store.name, epoch: epoch,
            vector: VersionVector(chains.filter { !$0.quarantined }.map(\.head)),
            quarantined: chains.filter(\.quarantined).map(\.actor),
            awaited: awaited[store.name.id])
    }
}

func preconditionUnreachable() -> Never { while true {} }

extension Village: LocalKnowledge {
    func news(since: UInt64?) throws(Never) -> ScopeNews {
        let changed = scopes.keys.sorted().filter { changedAt[$0, default: 0] > since ?? 0 }
        func shares(_ ids: [ScopeID]) -> [SharedScope] {
            ids.compactMap { scopes[$0] }.map(shared(_:))
        }
        return ScopeNews(
            position: position,
            scopes: shares(
                changed.filter {
                    !(forbidden.contains($0) || given.contains($0) || takesOver.contains($0))
                }),
            isWhole: since == nil, leaving: shares(changed.filter(given.contains)))
    }

    func takes(_ name: ScopeName) throws(Never) -> SharedScope? {
        guard takesOver.contains(name.id) else { return nil }
        return scopes[name.id].map(shared(_:))
            ?? SharedScope(name: name, epoch: epoch, vector: VersionVector([]))
    }

    func batch(
        of scope: ScopeID, after known: [Dot], except: [ActorID]
    ) throws(Never) -> (batch: ChangeBatch, more: Bool)? {
        let lacking = (scopes[scope]?.log ?? []).filter { change in
            !except.contains(change.header.actor)
                && change.header.seq
                    > known.first { $0.actor == change.header.actor }?.seq ?? .none
        }
        guard !lacking.isEmpty else { return nil }
        var bytes = 0
        let taken = lacking.prefix(Limits.rangeChangesMax).prefix { change in
            bytes += change.bytes.count
            return bytes - change.bytes.count < Limits.rangeBytesMax
        }
        return (batch(scope, Array(taken)), taken.count < lacking.count)
    }

    func evidence(of actor: ActorID, in scope: ScopeID) throws(Never) -> [ChangeBatch] {
        scopes[scope]?.forks[actor] ?? []
    }

    func hash(at dot: Dot, in scope: ScopeID) throws(Never) -> Digest? {
        scopes[scope]?.log.first { $0.dot == dot }?.hash
    }

    func mayCarry(_ name: ScopeName) throws(Never) -> Bool {
        !(forbidden.contains(name.id) || given.contains(name.id) || takesOver.contains(name.id))
    }
    func directoryRoot() throws(Never) -> Digest16 { .zero }
    func mayExchange(with hello: Hello) throws(Never) -> Bool { allowsPeer }

    func holds(_ proof: [UInt8], over message: [UInt8], by key: IncarnationKey) -> Bool {
        proof == Self.signature(key, message)
    }

    func prove(_ message: [UInt8]) -> [UInt8] { Self.signature(key, message) }

    private static func signature(_ key: IncarnationKey, _ message: [UInt8]) -> [UInt8] {
        let bytes = ExchangeHash.digest(Array(key.text.utf8) + message).bytes
        return bytes + bytes
    }

    func missingBlobs(but passed: [Digest: Int], limit: Int) throws(Never) -> [BlobWant] {
        var wants: [BlobWant] = []
        for digest in missing where passed[digest] == nil && !barred.contains(digest) {
            var offset = parts[digest]?.bytes.count ?? 0
            repeat {
                guard wants.count < limit else { return wants }
                wants.append(BlobWant(digest: digest, offset: offset))
                offset += Limits.blobChunkBytesMax
            } while offset < parts[digest]?.total ?? 0
        }
        return wants
    }

    func blobChunk(_ want: BlobWant) throws(Never) -> BlobChunk? {
        guard let blob = blobs[want.digest], want.offset <= blob.count else { return nil }
        let end = min(blob.count, want.offset + Limits.blobChunkBytesMax)
        return BlobChunk(
            digest: want.digest, offset: want.offset, total: blob.count,
            bytes: Array(blob[want.offset..<end]))
    }

    func holdsBlob(_ digest: Digest) throws(Never) -> Bool { blobs[digest] != nil }
    func blobArrivals() -> UInt64 { arrivals }
}
