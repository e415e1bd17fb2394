package import Change

/// Putting a place under another parent.
extension Directory {
    /// What a region above both parents states then: under whom the place stood, the move, and
    /// what the old parent stated of the place, which the new one does not hold: each seat that
    /// it ever had with its owner's word, who waits for one, and whose end it saw.
    ///
    /// - Returns: Empty where the place is not known. Costs a look at all that was ever said.
    package func restatement(of id: RegionID, under parent: RegionID) -> [DirectoryEntry] {
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
            let scopes = Set((cuts.revoked[key] ?? [:]).values.flatMap(\.keys)).sorted()
            entries.append(
                .revocation(
                    Revocation(
                        key: key, reason: reason, cuts: scopes.compactMap { cut(of: key, in: $0) }))
            )
            if let hashes = cuts.adopted[key] {
                entries.append(.adoption(Adoption(key: key, hashes: hashes.sorted())))
            }
        }
        return entries + accountTurns(at: id)
    }

    /// How far accounts count at a place's incarnations, as a word of whoever moves it: who hears
    /// no former parent any more hears that. Ends come last, so that no other region's later
    /// word opens what one of them ended.
    private func accountTurns(at id: RegionID) -> [DirectoryEntry] {
        var entries: [DirectoryEntry] = []
        for (key, author) in endedAccounts where region(of: key) == id {
            let turns = cuts.turns[AccountKey(key: key, author: author)] ?? []
            let regions = Set(turns.map(\.region)).sorted()
            let ended = regions.filter { one in turns.last { $0.region == one }?.isEnd == true }
            for one in regions.filter({ !ended.contains($0) }) + ended {
                for turn in turns where turn.region == one {
                    let named = turn.cuts.keys.sorted().compactMap { turn.cuts[$0] }
                    entries.append(
                        .account(
                            AccountTurn(key: key, author: author, isEnd: turn.isEnd, cuts: named)))
                }
            }
            if !isRevoked(key), let hashes = cuts.adopted[key] {
                entries.append(.adoption(Adoption(key: key, hashes: hashes.sorted())))
            }
        }
        return entries
    }
}
