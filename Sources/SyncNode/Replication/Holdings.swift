import Base
import Change

/// What a peer is known to hold of one scope.
struct Holding: Hashable, Sendable {
    let name: ScopeName
    let epoch: UInt64
    /// Sorted by actor.
    var heads: [SeenHead]
    var quarantined: [ActorID]
    /// nil where the heads are known but not all of their hashes.
    var leaf: Digest16?

    init(_ statement: VectorStatement) {
        name = statement.name
        epoch = statement.epoch
        heads = statement.heads
        quarantined = statement.quarantined
        leaf = statement.leaf
    }

    init(_ scope: SharedScope) {
        self.init(scope.statement)
    }

    /// A scope that the peer does not have yet.
    init(blank scope: SharedScope) {
        name = scope.name
        epoch = scope.epoch
        heads = []
        quarantined = []
        leaf = nil
    }

    subscript(actor: ActorID) -> SeenHead? {
        for head in heads where head.actor == actor { return head }
        return nil
    }

    /// Takes heads in, keeping the higher of each actor.
    /// - Returns: Whether anything moved.
    mutating func merge(_ others: [SeenHead]) -> Bool {
        var moved = false
        for head in others {
            let index = heads.firstIndex { $0.actor >= head.actor } ?? heads.count
            if index < heads.count, heads[index].actor == head.actor {
                guard heads[index].seq < head.seq else { continue }
                heads[index] = head
            } else if quarantined.contains(head.actor) {
                continue
            } else {
                heads.insert(head, at: index)
            }
            moved = true
        }
        return moved
    }
}

/// The tree of what a peer is believed to hold, and the statements under it.
struct PeerView: Sendable {
    private var holdings: [ScopeID: Holding] = [:]
    private var tree = DigestTree()
    /// Scopes whose heads are known and whose leaf is not.
    private(set) var unresolved = 0

    var root: Digest16 { mutating get { tree.root } }
    var count: Int { holdings.count }

    subscript(scope: ScopeID) -> Holding? { holdings[scope] }

    /// The leaf of a scope; nil where the peer holds nothing or the leaf is not known.
    func leaf(_ scope: ScopeID) -> Digest16? { holdings[scope]?.leaf }

    mutating func set(_ holding: Holding?, for scope: ScopeID) {
        if let old = holdings[scope], old.leaf == nil { unresolved -= 1 }
        if let holding, holding.leaf == nil { unresolved += 1 }
        holdings[scope] = holding
        tree.set(holding?.leaf, for: scope)
    }

    /// Every scope with a leaf, by id.
    var scopes: [ScopeID] { tree.leaves(under: .root).map(\.scope) }

    mutating func digest(at path: DigestTree.Path) -> Digest16 { tree.digest(at: path) }

    func scopes(under path: DigestTree.Path) -> [ScopeID] {
        tree.leaves(under: path).map(\.scope)
    }
}

/// What this node holds of the scopes that a link shares, kept beside the link so that finding
/// a difference costs nothing for scopes that did not change.
struct OwnView: Sendable {
    /// nil until the first news.
    private(set) var position: UInt64?
    private var scopes: [ScopeID: SharedScope] = [:]
    private var changedAt: [ScopeID: UInt64] = [:]
    private var tree = DigestTree()

    var root: Digest16 { mutating get { tree.root } }

    subscript(scope: ScopeID) -> SharedScope? { scopes[scope] }

    mutating func take(_ news: ScopeNews) {
        if news.isWhole {
            var kept = Set<ScopeID>()
            for scope in news.scopes { kept.insert(scope.id) }
            for id in all where !kept.contains(id) { remove(id) }
        }
        for scope in news.scopes {
            if let old = scopes[scope.id], old.leaf == scope.leaf { continue }
            scopes[scope.id] = scope
            changedAt[scope.id] = news.position
            tree.set(scope.isBlank ? nil : scope.leaf, for: scope.id)
        }
        position = news.position
    }

    private mutating func remove(_ id: ScopeID) {
        scopes[id] = nil
        changedAt[id] = nil
        tree.set(nil, for: id)
    }

    /// Shared scopes. Peers may bring more of them than `Limits.linkScopesMax` by other links.
    var count: Int { scopes.count }

    /// Every shared scope, by id.
    var all: [ScopeID] { scopes.keys.sorted() }

    /// Scopes with something in them, by id.
    var filled: [ScopeID] { tree.leaves(under: .root).map(\.scope) }

    /// Scopes that changed after a position, by id.
    func changed(since position: UInt64) -> [ScopeID] {
        changedAt.filter { $0.value > position }.map(\.key).sorted()
    }

    /// The leaf of a scope with something in it.
    func leaf(_ scope: ScopeID) -> Digest16? {
        scopes[scope].flatMap { $0.isBlank ? nil : $0.leaf }
    }

    mutating func digest(at path: DigestTree.Path) -> Digest16 { tree.digest(at: path) }

    mutating func children(of path: DigestTree.Path) -> [Digest16] { tree.children(of: path) }

    func scopes(under path: DigestTree.Path) -> [ScopeID] {
        tree.leaves(under: path).map(\.scope)
    }
}
