import Base
import Change

/// One peer, as this node deals with it: what it is known to hold, what it was told, what is
/// on its way. The same for the side that dials and the side that answers.
///
/// Each side works to make its own state known and to send what the other lacks. Both keep a
/// tree of what the other holds; as the root of that tree is compared with the root that the
/// other states in every message, a wrong belief lasts one message and then heals by vectors.
struct Link: Sendable {
    /// The HELLO of this side and of the other, once their proofs held.
    var own: Hello?
    var peer: Hello?
    var token: Digest16?

    var mine = OwnView()
    var theirs = PeerView()
    /// Whether `theirs` is what the peer holds, as its last stated root proved.
    var isKnown = false
    /// The root that the peer stated last.
    var peerRoot: Digest16?
    var peerIsFinished = false
    /// Whether the last message said that this side has nothing left to send.
    var saidFinished = false
    /// Whether the peer said that it does not know what this side holds.
    var peerIsLost = false
    /// The own position as of which the peer knows this side.
    var confirmed: UInt64?
    var told: [Told] = []
    var unknownRounds = 0
    var lostRounds = 0
    /// The roots of both sides when this one was stated last to a peer that was lost.
    var statedAt: (own: Digest16, peer: Digest16)?

    /// Pushes whose fate the peer's next roots tell, by lane.
    var flights: [[Flight]] = [[], []]
    /// Messages of the other lane since then.
    var flightAge = [0, 0]
    /// Lanes whose last message may have been lost: what it offered was not refused.
    var doubtful = [false, false]
    /// Lanes whose last answer did not come: the peer must be told.
    var missed = [false, false]
    /// Which of these the last request of each lane told.
    var toldMissed = [[false, false], [false, false]]
    var offers: [ScopeID: Offer] = [:]
    /// Chains with two branches that are not quarantined yet.
    var skipped: [ScopeID: [ActorID]] = [:]
    /// Scopes that the peer may not carry.
    var declined: Set<ScopeID> = []
    /// Evidence that was sent, with what the peer held by then: once for each state of it, and
    /// again once a message may have been lost.
    var proven: Set<Proof> = []
    /// Chains of which the peer was told what this side holds, as they have two branches; again
    /// once a message may have been lost.
    var parted: Set<Branch> = []
    /// The lowest number of each that is known to be used twice.
    var partings: [Branch: Dot] = [:]
    /// Chains with two branches that were raised as alarms.
    var named: Set<Branch> = []
    var fired: Set<Alarm> = []
    /// Alarms that wait to be told.
    var raised: [Effect] = []
    var isFenced = false
    /// The dialer does not know the answerer's incarnation: only `dir` scopes are spoken of,
    /// and the dialer takes and does not give.
    var isDirectoryOnly = false
    var isDialer = false

    /// Scopes stated by the peer since it was last known.
    var stated: Set<ScopeID> = []
    var due = Due()

    struct Proof: Hashable, Sendable {
        let actor: ActorID
        let held: Digest16?
        /// The first number of the branch that was sent; none for all that is known of the fork.
        let start: Seq
    }

    struct Branch: Hashable, Sendable {
        let scope: ScopeID
        let actor: ActorID
    }

    /// Roots that were stated, with the position that had them.
    struct Told: Sendable {
        let root: Digest16
        let position: UInt64
    }

    /// Heads that the peer has once it took a batch.
    struct Flight: Sendable {
        let scope: ScopeID
        let heads: [ChainHead]
    }

    /// How often these heads of a scope were offered.
    struct Offer: Sendable {
        var heads: [ChainHead]
        var count = 0
        /// Messages to let pass before the next try.
        var pause = 0
    }

    /// What the next message must say beside FAST.
    struct Due: Sendable {
        var vectors: Set<ScopeID> = []
        var digests: [DigestTree.Path] = []
        var wants: [DigestTree.Path] = []
        var forks: [ForkNotice] = []
        var evidence: [Evidence] = []
        /// What the peer holds of scopes that it gives up: it wants to know how much is held here.
        var drains: [ScopeID: VectorStatement] = [:]
        /// Scopes of the peer that this side may not carry, as far as its directory went when
        /// they were named.
        var strangers: [ScopeName] = []
        var selfView = false
        var receipt = false
    }

    struct Evidence: Hashable, Sendable {
        let scope: ScopeID
        let dot: Dot
    }

    var blobs = BlobTalk()
    /// Scopes that this side stores and may not carry any more, and the peer may.
    var leaving: [ScopeID: Leaving] = [:]
    /// Messages since all of them were asked for, where some are still stored that the peer holds.
    var drainPause = 0
    /// The same the other way round.
    var taken: [ScopeID: ScopeName] = [:]

    init() {}

    /// Starts the link anew: what the peer holds must be learned again. What was raised stays
    /// raised.
    mutating func renew() {
        let (fired, named) = (fired, named)
        self = Link()
        self.fired = fired
        self.named = named
    }

    mutating func refresh<K: LocalKnowledge>(_ knowledge: K) throws(K.Failure) {
        var news = try knowledge.news(since: mine.position)
        if isDirectoryOnly { news = news.directories }
        if news.isWhole { declined = [] }
        mine.take(news)
        refreshLeaving(news)
        for scope in skipped.keys.sorted() {
            guard let own = try held(scope, knowing: knowledge) else { continue }
            skipped[scope]?.removeAll { own.quarantined.contains($0) }
        }
    }

    /// Whether all that can be said was said: equal, or different for a reason. Never while
    /// directories alone are spoken of.
    var isAtRest: Bool {
        mutating get {
            peerRoot != nil && !isDirectoryOnly
                && (peerRoot == mine.root || (isKnown && peerIsFinished && saidFinished))
        }
    }

    /// An alarm, the first time that it is raised.
    mutating func alarm(_ alarm: Alarm) -> [Effect] {
        fired.insert(alarm).inserted ? [.alarm(alarm)] : []
    }

    mutating func tell() {
        let root = mine.root
        if told.last?.root == root { told.removeLast() }
        told.append(Told(root: root, position: mine.position ?? 0))
        if told.count > Limits.toldRootsMax { told.removeFirst() }
    }

    /// The peer stated the root that this side has: it holds just this.
    mutating func equalize() {
        for id in differing() {
            theirs.set(mine[id].flatMap { $0.isBlank ? nil : Holding($0) }, for: id)
        }
        invariant(theirs.root == mine.root, "equal leaves give equal roots")
        isKnown = true
        flights = [[], []]
        stated = []
        unknownRounds = 0
    }

    /// Scopes whose leaf is not the same on both sides, by id: found by descending both trees.
    mutating func differing() -> [ScopeID] {
        var found: [ScopeID] = []
        differing(below: .root, into: &found)
        return found
    }

    private mutating func differing(below path: DigestTree.Path, into found: inout [ScopeID]) {
        guard theirs.digest(at: path) != mine.digest(at: path) else { return }
        if path.level < DigestTree.depth {
            for index in 0..<16 { differing(below: path.child(index), into: &found) }
            return
        }
        let ids = Set(mine.scopes(under: path)).union(theirs.scopes(under: path))
        for id in ids.sorted() where mine.leaf(id) != theirs.leaf(id) { found.append(id) }
    }
}
