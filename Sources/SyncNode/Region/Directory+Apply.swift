import Base
package import Change

/// Taking statements in: who may state what, and what each one moves.
extension Directory {
    /// Takes a statement in, and those that waited for it, in the order in which they came.
    /// Costs one signature check where it names an incarnation.
    ///
    /// - Returns: What is known now and was not before.
    @discardableResult
    package mutating func add(_ statement: Statement) -> News {
        news = News()
        let isRoots = isRootsWord(statement)
        guard isRoots || isOwnersWord(statement) else { return news }
        let word = Proven(statement: statement, isRoots: isRoots)
        said.append(word)
        take(word)
        goByCuts()
        return news
    }

    /// Takes a statement in that is to be said again: who is who, but not that a place which is
    /// known stands elsewhere. That nobody else has heard; and it is said again only once all
    /// links rest, which they never would between two who differ on what they share.
    package mutating func recall(_ statement: Statement) {
        switch statement.entry {
        case .move: return
        case .region(let record) where region(record.id) != nil: return
        default: add(statement)
        }
    }

    /// Takes one word in that was proven; nothing of one that came behind its author's end.
    mutating func take(_ word: Proven) {
        guard !isVoid(word.statement) else { return lapse(word.statement) }
        if word.isRoots {
            apply(word.statement)
        } else {
            waiting.append(word.statement)
        }
        while let next = waiting.firstIndex(where: mayState) {
            apply(waiting.remove(at: next))
        }
    }

    /// Where a place was said to stand by a word that does not count any more.
    private mutating func lapse(_ statement: Statement) {
        switch statement.entry {
        case .region(let record):
            if let parent = record.parent { lapsed[record.id, default: []].insert(parent) }
        case .move(let region, let parent): lapsed[region, default: []].insert(parent)
        default: break
        }
    }

    /// Whether the author sits, or sat, for the scope's region, and what the statement rests on
    /// is known.
    private func mayState(_ statement: Statement) -> Bool {
        guard regionBySeat[statement.key] == statement.region else {
            return isIntroduction(statement)
        }
        switch statement.entry {
        case .seat(let region, _, _, _, _), .incarnation(let region, _, _, _):
            return region == statement.region || wasWithin(region, statement.region)
        case .move(_, let parent): return wasWithin(parent, statement.region)
        case .agreement(let region, _):
            return region == statement.region || isParent(statement.region, of: region)
                || corridors[CorridorKey(county: statement.region, other: region)] != nil
        case .revocation(let revocation): return mayEnd(revocation.key, statement)
        case .adoption(let adoption): return mayEnd(adoption.key, statement)
        case .account(let turn):
            // Nobody speaks for a region that he does not stand above.
            return mayEnd(turn.key, statement)
                && (turn.origin.map { wasWithin($0.region, statement.region) } ?? true)
        case .region, .partner: return true
        }
    }

    /// Whether a root without its seat states a member's incarnation, which may exchange by that
    /// and no more. It waits for a member to give back what it said; where the last thing it said
    /// was that this member began anew, nobody else could bring it.
    private func isIntroduction(_ statement: Statement) -> Bool {
        guard case .incarnation(let region, _, _, _) = statement.entry,
            let author = guests[statement.key]?.latest?.value, author.region == statement.region,
            author.region == root?.region, case .node? = author.proof
        else { return false }
        return isParent(statement.region, of: region)
    }

    /// Whether the incarnation that a statement names says the same of itself: nobody enters
    /// another's key as his own child's.
    private func isOwnersWord(_ statement: Statement) -> Bool {
        switch statement.entry {
        case .seat(let region, _, let key, let node, let proof),
            .incarnation(let region, let key, let node, let proof):
            return proof?.isOwn(region: region, key: key, node: node) == true
        case .partner(let record, _, let key, let node, let proof):
            return proof?.isOwn(region: record.id, key: key, node: node) == true
        case .region, .move, .agreement, .revocation, .adoption, .account: return true
        }
    }

    /// The root has no parent to state its next incarnation, or to seat it: that one says it
    /// itself, and the node key that was pinned with the root vouches for it.
    private func isRootsWord(_ statement: Statement) -> Bool {
        guard let root, statement.region == root.region else { return false }
        switch statement.entry {
        case .seat(let region, let epoch, let key, let node, let proof?):
            return region == root.region && key == statement.key && epoch > root.epoch
                && node == root.node
                && proof.isOfNode(root.node, region: region, epoch: epoch, key: key)
        case .incarnation(let region, let key, let node, let proof?):
            return region == root.region && key == statement.key && node == root.node
                && proof.isOfNode(root.node, region: region, epoch: 0, key: key)
        default: return false
        }
    }

    private mutating func apply(_ statement: Statement) {
        switch statement.entry {
        case .region(let record): enter(record, statement)
        case .seat(let region, let epoch, let key, let node, _):
            insert(
                SeatRecord(
                    region: region, epoch: epoch, key: key, node: node, grant: statement.hash))
        case .partner(let record, let epoch, let key, let node, _):
            let corridor = CorridorKey(county: statement.region, other: record.id)
            _ = corridors[corridor, default: Standing()].add(Said(record, by: statement), epochs)
            insert(
                partner: SeatRecord(
                    region: record.id, epoch: epoch, key: key, node: node,
                    grant: statement.hash))
        case .move(let region, let parent):
            parents[region, default: []].insert(parent)
            let word = Said(parent, by: statement)
            if moves[region, default: Standing()].add(word, epochs) { news.placed.append(region) }
        case .incarnation(let region, let key, let node, let proof):
            let newcomer = Newcomer(key: key, region: region, node: node, proof: proof)
            _ = guests[key, default: Standing()].add(Said(newcomer, by: statement), epochs)
        case .agreement(let region, let text):
            _ = agreements[region, default: Standing()].add(Said(text, by: statement), epochs)
        case .revocation(let revocation): enter(revocation, by: statement.region)
        case .adoption(let adoption): enter(adoption)
        case .account(let turn): enter(turn, statement)
        }
    }

    private mutating func enter(_ record: RegionRecord, _ statement: Statement) {
        // A region above may state it too: when it puts a place under another parent, which does
        // not hold what the old one stated.
        let isAbove = record.parent.map { wasWithin($0, statement.region) } ?? false
        guard record.id == statement.region || isAbove else { return }
        if let parent = record.parent { parents[record.id, default: []].insert(parent) }
        var bearers = codes[record.code] ?? []
        if !bearers.contains(record.id) {
            bearers.append(record.id)
            codes[record.code] = bearers.sorted()
        }
        if records[record.id, default: Standing()].add(Said(record, by: statement), epochs) {
            news.placed.append(record.id)
        }
    }

    mutating func insert(_ seat: SeatRecord) {
        guard Self.insert(seat, into: &seatsByRegion[seat.region, default: []]) else { return }
        if regionBySeat[seat.key] == nil { news.seated.append(seat.key) }
        regionBySeat[seat.key] = seat.region
        let known = epochs[seat.key]
        epochs[seat.key] = Swift.min(known ?? seat.epoch, seat.epoch)
        if let known, seat.epoch < known { settle() }
    }

    private mutating func insert(partner seat: SeatRecord) {
        guard Self.insert(seat, into: &seatsOfPartners[seat.region, default: []]) else { return }
        if region(seatedBy: seat.key) == nil { news.seated.append(seat.key) }
        regionByPartnerSeat[seat.key] = seat.region
    }

    /// - Returns: Whether it was not known.
    private static func insert(_ seat: SeatRecord, into seats: inout [SeatRecord]) -> Bool {
        if let known = seats.firstIndex(where: { $0.epoch == seat.epoch && $0.key == seat.key }) {
            // Two may state one seat: the same one stands, in whatever order they come.
            if seat.grant < seats[known].grant { seats[known] = seat }
            return false
        }
        seats.append(seat)
        seats.sort {
            $0.epoch == $1.epoch ? $0.key.text < $1.key.text : $0.epoch < $1.epoch
        }
        return true
    }

    /// An author turned out to have sat earlier: what stands is looked at again.
    private mutating func settle() {
        for id in records.keys.sorted() { records[id]?.settle(epochs) }
        for id in moves.keys.sorted() { moves[id]?.settle(epochs) }
        for id in agreements.keys.sorted() { agreements[id]?.settle(epochs) }
        // any order: each is settled for itself.
        for key in corridors.keys { corridors[key]?.settle(epochs) }
        // any order: each is settled for itself.
        for key in guests.keys { guests[key]?.settle(epochs) }
        news.placed += records.keys.sorted()
    }

    /// Whether one region is, or was once stated to be, the parent of another: a seat that the
    /// old parent granted stays granted, in whatever order a move becomes known.
    private func isParent(_ parent: RegionID, of region: RegionID) -> Bool {
        parents[region]?.contains(parent) ?? false
    }

    /// Whether `ancestor` is `region`, or stands or once stood above it.
    private func wasWithin(_ region: RegionID, _ ancestor: RegionID) -> Bool {
        everAbove(region).contains(ancestor)
    }

    /// The region itself and every region that stands or ever stood above it, by id: what an
    /// earlier parent did stays done, in whatever order a move becomes known.
    package func everAbove(_ region: RegionID) -> [RegionID] {
        var seen: Set<RegionID> = []
        var open = [region]
        while let next = open.popLast() {
            guard seen.insert(next).inserted else { continue }
            open += parents[next]?.sorted() ?? []
        }
        return seen.sorted()
    }
}
