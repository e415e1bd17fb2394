package import Base
package import Change

/// Ends of incarnations, and what of their words still counts (PROTOCOL I25).
///
/// A revocation is a statement like any other, and so may itself lie beyond another's cut. What
/// stands is therefore found in passes over all that was said: each goes by the cuts that the
/// one before found, until they are the same. Whoever revokes stands above whoever is revoked,
/// so that one pass a tier is enough.
extension Directory {
    /// Revocations in force, and changes that were adopted.
    struct Cuts: Equatable {
        /// Of each incarnation, what each region above it stated: scope to the last change that
        /// counts.
        var revoked: [IncarnationKey: [RegionID: [ScopeID: Revocation.Cut]]] = [:]
        var reasons: [IncarnationKey: Revocation.Reason] = [:]
        var adopted: [IncarnationKey: Set<Digest16>] = [:]
        /// Of accounts at incarnations, what regions above said.
        var turns: [AccountKey: [Turn]] = [:]
    }

    /// A statement whose proof was looked at: that is done once.
    struct Proven {
        let statement: Statement
        let isRoots: Bool
    }

    // MARK: asking

    /// Whether an incarnation was revoked.
    package func isRevoked(_ key: IncarnationKey) -> Bool { cuts.revoked[key] != nil }

    /// Whether an incarnation of a region's node was revoked: then its node key is not believed
    /// either.
    package func isRevoked(node: Digest, of region: RegionID) -> Bool {
        guard !cuts.revoked.isEmpty else { return false }
        // any order: one is enough.
        return cuts.revoked.keys.contains { key in
            self.region(of: key) == region && self.node(of: key) == node
        }
    }

    /// Every revoked incarnation with its place, by key.
    package var revocations: [(key: IncarnationKey, region: RegionID, reason: Revocation.Reason)] {
        cuts.revoked.keys.sorted { $0.text < $1.text }.compactMap { key in
            guard let region = region(of: key) else { return nil }
            return (key, region, reason(of: key) ?? .lost)
        }
    }

    /// Whether a change of an incarnation came behind the end of it and was not adopted: it is
    /// stored, and has no effect. Nothing to do where nobody is revoked.
    package func isBeyondCut(
        _ key: IncarnationKey, in scope: ScopeName, seq: Seq, hash: Digest16
    ) -> Bool {
        guard let revokers = cuts.revoked[key] else { return false }
        // any order: each is asked for itself.
        let isCut = revokers.contains { region, named in
            guard let cut = named[scope.id] else {
                return scope.family == .directory || carries(region, scope)
            }
            return seq > cut.seq || (seq == cut.seq && hash != cut.hash)
        }
        return isCut && cuts.adopted[key]?.contains(hash) != true
    }

    /// The last change of a revoked incarnation's chain that counts, as the strictest region
    /// above it named it; nil where none did.
    package func cut(of key: IncarnationKey, in scope: ScopeID) -> Revocation.Cut? {
        guard let revokers = cuts.revoked[key] else { return nil }
        // any order: the least is the same.
        return revokers.values.compactMap { $0[scope] }
            .min { ($0.seq, $0.hash) < ($1.seq, $1.hash) }
    }

    /// Why an incarnation was revoked; nil where it was not.
    package func reason(of key: IncarnationKey) -> Revocation.Reason? {
        isRevoked(key) ? cuts.reasons[key] ?? .lost : nil
    }

    /// Whether a change beyond a cut counts all the same.
    package func isAdopted(_ hash: Digest16, of key: IncarnationKey) -> Bool {
        cuts.adopted[key]?.contains(hash) == true
    }

    /// Whether a region may end another's incarnations: its parent and grandparent, now or ever,
    /// which carry what it states; and the county that agreed on a corridor with it.
    package func mayRevoke(_ elder: RegionID, _ region: RegionID) -> Bool {
        if corridors[CorridorKey(county: elder, other: region)] != nil { return true }
        let near = parents[region] ?? []
        // any order: one is enough.
        return elder != region
            && (near.contains(elder) || near.contains { parents[$0]?.contains(elder) ?? false })
    }

    /// The node of an incarnation, as far as it was stated.
    package func node(of key: IncarnationKey) -> Digest? {
        guard let region = region(of: key) else { return nil }
        return seats(of: region).first { $0.key == key }?.node ?? guests[key]?.latest?.value.node
    }

    // MARK: taking in

    /// A root has nobody above it: its later seat ends its earlier.
    func mayEnd(_ key: IncarnationKey, _ statement: Statement) -> Bool {
        guard let region = region(of: key) else { return false }
        if mayRevoke(statement.region, region) { return true }
        guard region == root?.region, statement.region == region, let own = epochs[statement.key]
        else { return false }
        return key != statement.key && epochs[key].map { $0 < own } ?? true
    }

    /// Whether a statement came behind its author's end.
    func isVoid(_ statement: Statement) -> Bool {
        isBeyondCut(
            statement.key, in: .directory(statement.region), seq: statement.seq,
            hash: statement.hash.prefix16)
    }

    mutating func enter(_ revocation: Revocation, by region: RegionID) {
        let key = revocation.key
        var named = stated.revoked[key, default: [:]][region] ?? [:]
        for cut in revocation.cuts {
            // Of two words of one region the stricter stands, whichever came first.
            if let known = named[cut.scope], (known.seq, known.hash) <= (cut.seq, cut.hash) {
                continue
            }
            named[cut.scope] = cut
        }
        stated.revoked[key, default: [:]][region] = named
        let known = stated.reasons[key] ?? revocation.reason
        stated.reasons[key] =
            known.rawValue < revocation.reason.rawValue ? known : revocation.reason
    }

    mutating func enter(_ adoption: Adoption) {
        stated.adopted[adoption.key, default: []].formUnion(adoption.hashes)
    }

    /// Goes by the revocations that are stated now. Costs a look at all that was ever said, and
    /// where a revoked author said something, a few passes over it.
    mutating func goByCuts() {
        guard stated != cuts else { return }
        let before = self
        var touched = Set(cuts.revoked.keys)
        touched.formUnion(stated.revoked.keys)
        var changed = touched.filter {
            cuts.revoked[$0] != stated.revoked[$0] || cuts.adopted[$0] != stated.adopted[$0]
        }
        for (account, turns) in stated.turns where cuts.turns[account] != turns {
            changed.insert(account.key)
        }
        for account in stated.turns.keys
        where cuts.adopted[account.key] != stated.adopted[account.key] {
            changed.insert(account.key)
        }
        cuts = stated
        let isSaid = said.contains { word in
            changed.contains(word.statement.key)
                && before.isVoid(word.statement) != isVoid(word.statement)
        }
        if isSaid { replay() }
        news.revoked += changed.sorted { $0.text < $1.text }
        if isSaid { tellDifference(to: before) }
    }

    private mutating func replay() {
        var next = self
        var cuts = Cuts()
        for _ in 0..<Limits.revocationPassesMax {
            next = root.map { Directory(root: $0) } ?? Directory()
            next.cuts = cuts
            for word in said { next.take(word) }
            if next.stated == cuts { break }
            cuts = next.stated
        }
        next.cuts = next.stated
        next.said = said
        next.news = news
        self = next
    }

    /// Who sits where, and who is where, that was otherwise before.
    private mutating func tellDifference(to before: Directory) {
        let keys = Set(before.regionBySeat.keys).union(regionBySeat.keys)
            .filter { before.regionBySeat[$0] != regionBySeat[$0] }
        news.seated += keys.sorted { $0.text < $1.text }
        let places = Set(before.records.keys).union(records.keys)
            .filter { before.region($0) != region($0) }
        news.placed += places.sorted()
        let revoked = Set(before.cuts.revoked.keys).union(cuts.revoked.keys)
            .filter { before.cuts.revoked[$0] != cuts.revoked[$0] }
        news.revoked += revoked.filter { !news.revoked.contains($0) }.sorted { $0.text < $1.text }
    }
}
