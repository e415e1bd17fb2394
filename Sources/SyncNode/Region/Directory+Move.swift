import Base
package import Change

/// Putting a place under another parent.
extension Directory {
    /// What a region above both parents states then: under whom the place stood, the move, and
    /// what the old parent stated of the place, which the new one does not hold: each seat that
    /// it ever had with its owner's word, who waits for one, and whose end it saw.
    ///
    /// - Parameter own: Who says it.
    /// - Returns: Empty where the place is not known. Costs a look at all that was ever said.
    package func restatement(
        of id: RegionID, under parent: RegionID, by own: RegionID
    ) -> [DirectoryEntry] {
        guard let record = region(id) else { return [] }
        // What a former parent did as a supervisor stays done: all have to know who that was.
        let former = (parents[id] ?? []).subtracting([parent]).sorted()
        var entries = former.map { DirectoryEntry.move(region: id, parent: $0) }
        entries += [
            .move(region: id, parent: parent),
            .region(
                RegionRecord(
                    id: id, code: record.code, name: record.name, level: record.level,
                    parent: parent)),
        ]
        for word in said where !isVoid(word.statement) {
            let entry = word.statement.entry
            switch entry {
            case .seat(id, let epoch, let key, _, _):
                let isSeat = seats(of: id).contains { $0.epoch == epoch && $0.key == key }
                if isSeat, !entries.contains(entry) { entries.append(entry) }
            case .incarnation(id, let key, _, _):
                let isGuest = regionBySeat[key] == nil && guests[key] != nil
                if isGuest, !entries.contains(entry) { entries.append(entry) }
            default: break
            }
        }
        for (key, region, reason) in revocations where region == id {
            entries.append(strictest(key, reason))
            if let hashes = cuts.adopted[key] {
                entries.append(.adoption(Adoption(key: key, hashes: hashes.sorted())))
            }
        }
        return entries + accountTurns(at: id, by: own)
    }

    /// How far accounts count at a place's incarnations, for those who hear no former parent any
    /// more. A region that this one does not stand above cannot be spoken for: what it said is
    /// said as this one's own word, ends last, so that no later word opens what one of them ended.
    private func accountTurns(at id: RegionID, by own: RegionID) -> [DirectoryEntry] {
        var entries: [DirectoryEntry] = []
        for (key, author) in endedAccounts where region(of: key) == id {
            let turns = (cuts.turns[AccountKey(key: key, author: author)] ?? [])
                .filter { $0.region != own }
            let regions = Set(turns.map(\.region)).sorted()
            let ended = regions.filter { one in turns.last { $0.region == one }?.isEnd == true }
            for one in regions.filter({ !ended.contains($0) }) + ended {
                let isBelow = everAbove(one).contains(own)
                for turn in turns where turn.region == one {
                    let named = turn.cuts.keys.sorted().compactMap { turn.cuts[$0] }
                    entries.append(
                        .account(
                            AccountTurn(
                                key: key, author: author, isEnd: turn.isEnd, cuts: named,
                                origin: isBelow ? turn.origin : nil)))
                }
            }
            if !isRevoked(key), let hashes = cuts.adopted[key] {
                entries.append(.adoption(Adoption(key: key, hashes: hashes.sorted())))
            }
        }
        return entries
    }

    /// What those who once stood above a place said of its incarnations after the place had moved,
    /// or before but heard of only now, and what a region above both of them has to say again:
    /// the place and its new parent do not hold what a former parent says.
    ///
    /// - Parameter own: Who would say it.
    /// - Returns: Empty where nothing is owed. Costs a look at all that was ever said, where a
    ///   place ever moved.
    package func owedRestatements(by own: RegionID) -> [DirectoryEntry] {
        var ended: [IncarnationKey: Revocation.Reason] = [:]
        var adopted: [IncarnationKey: Set<Digest16>] = [:]
        var turns: [AccountTurn] = []
        for id in parents.keys.sorted() where (parents[id]?.count ?? 0) > 1 && mayRevoke(own, id) {
            let above = ancestry(of: id)
            guard above.contains(own) else { continue }
            for word in said where !isVoid(word.statement) {
                let region = word.statement.region
                guard !above.contains(region), mayRevoke(region, id) else { continue }
                switch word.statement.entry {
                case .revocation(let revocation)
                where self.region(of: revocation.key) == id && !hasSaid(revocation, own):
                    ended[revocation.key] = cuts.reasons[revocation.key] ?? revocation.reason
                case .adoption(let adoption) where self.region(of: adoption.key) == id:
                    adopted[adoption.key, default: []].formUnion(adoption.hashes)
                case .account(let turn) where self.region(of: turn.key) == id:
                    let origin = origin(of: turn, word.statement)
                    guard everAbove(origin.region).contains(own) else { continue }
                    turns.append(
                        AccountTurn(
                            key: turn.key, author: turn.author, isEnd: turn.isEnd,
                            cuts: turn.cuts, origin: origin))
                default: break
                }
            }
        }
        if !adopted.isEmpty || !turns.isEmpty {
            for word in said where word.statement.region == own && !isVoid(word.statement) {
                switch word.statement.entry {
                case .adoption(let adoption):
                    adopted[adoption.key]?.subtract(adoption.hashes)
                case .account(let turn): turns.removeAll { $0.origin == turn.origin }
                default: break
                }
            }
        }
        return ended.keys.sorted { $0.text < $1.text }.map { strictest($0, ended[$0] ?? .lost) }
            + adopted.keys.sorted { $0.text < $1.text }.compactMap { key in
                guard let hashes = adopted[key], !hashes.isEmpty else { return nil }
                return .adoption(Adoption(key: key, hashes: hashes.sorted()))
            }
            + turns.map { .account($0) }
    }

    /// Whether a region cut as near as a revocation does, or nearer.
    private func hasSaid(_ revocation: Revocation, _ region: RegionID) -> Bool {
        guard let named = cuts.revoked[revocation.key]?[region] else { return false }
        return revocation.cuts.allSatisfy { cut in
            named[cut.scope].map { ($0.seq, $0.hash) <= (cut.seq, cut.hash) } ?? true
        }
    }

    /// The end of an incarnation as near as anyone above it cut.
    private func strictest(
        _ key: IncarnationKey, _ reason: Revocation.Reason
    ) -> DirectoryEntry {
        let scopes = Set((cuts.revoked[key] ?? [:]).values.flatMap(\.keys)).sorted()
        return .revocation(
            Revocation(key: key, reason: reason, cuts: scopes.compactMap { cut(of: key, in: $0) }))
    }
}
