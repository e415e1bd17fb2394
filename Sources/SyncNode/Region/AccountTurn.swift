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
    /// Where it was said first: a region above says again, for those who do not hear who said
    /// it, what a former parent of the place said. nil where it is the author's own word.
    package let origin: Origin?

    /// The place of a word among those of its region.
    package struct Origin: Hashable, Sendable {
        package let region: RegionID
        /// Of the seat that said it.
        package let epoch: UInt64
        package let seq: Seq
        /// Of the change that says it.
        package let hash: Digest
    }

    package init(
        key: IncarnationKey, author: UInt64, isEnd: Bool, cuts: [Revocation.Cut],
        origin: Origin? = nil
    ) {
        self.key = key
        self.author = author
        self.isEnd = isEnd
        self.cuts = cuts.sorted { ($0.scope, $0.seq, $0.hash) < ($1.scope, $1.seq, $1.hash) }
        self.origin = origin
    }

    func write(to writer: inout JSONWriter) {
        writer.field("account", hex: author)
        writer.field("ended", isEnd)
        Revocation(key: key, reason: .retired, cuts: cuts).write(to: &writer)
        guard let origin else { return }
        writer.object("origin") { object in
            object.field("region", origin.region.hex)
            object.field("epoch", hex: origin.epoch)
            object.field("seq", Int64(origin.seq.rawValue))
            object.field("hash", origin.hash.hex)
        }
    }

    init?(_ json: JSON) {
        guard let revocation = Revocation(json), let isEnd = json["ended"]?.bool,
            let author = json["account"]?.text.flatMap(RegionID.init(hex:))?.rawValue
        else { return nil }
        var origin: Origin?
        if let said = json["origin"] {
            guard let known = Origin(said) else { return nil }
            origin = known
        }
        self.init(
            key: revocation.key, author: author, isEnd: isEnd, cuts: revocation.cuts,
            origin: origin)
    }
}

extension AccountTurn.Origin {
    fileprivate init?(_ json: JSON) {
        guard let region = json["region"]?.text.flatMap(RegionID.init(hex:)),
            let epoch = json["epoch"]?.text.flatMap(RegionID.init(hex:))?.rawValue,
            let seq = json["seq"]?.int.flatMap(UInt64.init(exactly:)), seq <= Limits.seqMax,
            let bytes = json["hash"]?.text.flatMap(Hex.decode), bytes.count == 32
        else { return nil }
        self.init(region: region, epoch: epoch, seq: Seq(seq), hash: Digest(bytes: bytes))
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

        var origin: AccountTurn.Origin {
            AccountTurn.Origin(region: region, epoch: epoch, seq: seq, hash: hash)
        }
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
                // A former parent that had nothing of it cut before its first change.
                isBehind = mayGive(turn.region, scope)
            }
            if isBehind { ended[turn.region] = turn.isEnd }
        }
        // any order: one is enough.
        return ended.values.contains(true) && cuts.adopted[key]?.contains(hash) != true
    }

    mutating func enter(_ turn: AccountTurn, _ statement: Statement) {
        var named: [ScopeID: Revocation.Cut] = [:]
        for cut in turn.cuts { named[cut.scope] = cut }
        // Said again it is the same word: whoever hears both has it once.
        let origin = origin(of: turn, statement)
        let word = Turn(
            region: origin.region, epoch: origin.epoch, seq: origin.seq, hash: origin.hash,
            isEnd: turn.isEnd, cuts: named)
        let key = AccountKey(key: turn.key, author: turn.author)
        var turns = stated.turns[key] ?? []
        guard !turns.contains(word) else { return }
        turns.append(word)
        stated.turns[key] = turns.sorted {
            ($0.region, $0.epoch, $0.seq, $0.hash) < ($1.region, $1.epoch, $1.seq, $1.hash)
        }
    }

    /// Where a word about an account was said first.
    func origin(of turn: AccountTurn, _ statement: Statement) -> AccountTurn.Origin {
        turn.origin
            ?? AccountTurn.Origin(
                region: statement.region, epoch: epochs[statement.key] ?? 0, seq: statement.seq,
                hash: statement.hash)
    }
}
