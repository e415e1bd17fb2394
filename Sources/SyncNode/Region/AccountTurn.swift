package import Base
package import Change

/// The end of an account at another node, or its beginning anew, as a region above that node
/// states it: how far what the account decided there counts. It names the account by its number
/// and nobody by name, as directories go farther than accounts.
package struct AccountTurn: Hashable, Sendable {
    /// The incarnation of the node at which the account works.
    package let key: IncarnationKey
    /// First 8 bytes of H(account id).
    package let author: UInt64
    /// Whether it ends; else it begins anew.
    package let isEnd: Bool
    /// What the region above held of that incarnation's chains.
    package let cuts: [Revocation.Cut]

    package init(key: IncarnationKey, author: UInt64, isEnd: Bool, cuts: [Revocation.Cut]) {
        self.key = key
        self.author = author
        self.isEnd = isEnd
        self.cuts = cuts.sorted { ($0.scope, $0.seq, $0.hash) < ($1.scope, $1.seq, $1.hash) }
    }

    func write(to writer: inout JSONWriter) {
        writer.field("account", hex: author)
        writer.field("ended", isEnd)
        Revocation(key: key, reason: .retired, cuts: cuts).write(to: &writer)
    }

    init?(_ json: JSON) {
        guard let revocation = Revocation(json), let isEnd = json["ended"]?.bool,
            let author = json["account"]?.text.flatMap(RegionID.init(hex:))?.rawValue
        else { return nil }
        self.init(key: revocation.key, author: author, isEnd: isEnd, cuts: revocation.cuts)
    }
}

extension Directory {
    /// An account at one incarnation of a node.
    struct AccountKey: Hashable {
        let key: IncarnationKey
        let author: UInt64
    }

    /// One word about it. Of one region they are in the order in which it said them.
    struct Turn: Hashable {
        let region: RegionID
        let epoch: UInt64
        let seq: Seq
        let hash: Digest
        let isEnd: Bool
        let cuts: [ScopeID: Revocation.Cut]
    }

    /// Whether anything was ever said of an account's end at an incarnation.
    package func hasTurns(_ author: UInt64, at key: IncarnationKey) -> Bool {
        !cuts.turns.isEmpty && cuts.turns[AccountKey(key: key, author: author)] != nil
    }

    /// Every account that was ended at another's node, by key and number.
    package var endedAccounts: [(key: IncarnationKey, author: UInt64)] {
        cuts.turns.keys.sorted { ($0.key.text, $0.author) < ($1.key.text, $1.author) }
            .map { ($0.key, $0.author) }
    }

    /// The least number in a scope behind which some account's end lies; nil where none was named.
    package func firstEnd(at key: IncarnationKey, in scope: ScopeID) -> Seq? {
        // any order: the least is the same.
        cuts.turns.lazy.filter { $0.key.key == key }.flatMap { $0.value }
            .compactMap { $0.cuts[scope]?.seq }.min()
    }

    /// Whether what an account decided there came behind its end as anyone above saw it, and was
    /// not adopted: it is stored, and has no effect.
    package func isBeyondEnd(
        of author: UInt64, at key: IncarnationKey, in scope: ScopeName, seq: Seq, hash: Digest16
    ) -> Bool {
        guard let turns = cuts.turns[AccountKey(key: key, author: author)] else { return false }
        var ended: [RegionID: Bool] = [:]
        for turn in turns {
            let isBehind: Bool
            if let cut = turn.cuts[scope.id] {
                isBehind = seq > cut.seq || (seq == cut.seq && hash != cut.hash)
            } else {
                isBehind = carries(turn.region, scope)
            }
            if isBehind { ended[turn.region] = turn.isEnd }
        }
        // any order: one is enough.
        return ended.values.contains(true) && cuts.adopted[key]?.contains(hash) != true
    }

    mutating func enter(_ turn: AccountTurn, _ statement: Statement) {
        var named: [ScopeID: Revocation.Cut] = [:]
        for cut in turn.cuts { named[cut.scope] = cut }
        let word = Turn(
            region: statement.region, epoch: epochs[statement.key] ?? 0, seq: statement.seq,
            hash: statement.hash, isEnd: turn.isEnd, cuts: named)
        let key = AccountKey(key: turn.key, author: turn.author)
        var turns = stated.turns[key] ?? []
        guard !turns.contains(word) else { return }
        turns.append(word)
        stated.turns[key] = turns.sorted {
            ($0.region, $0.epoch, $0.seq, $0.hash) < ($1.region, $1.epoch, $1.seq, $1.hash)
        }
    }
}
