package import Base
package import Change

/// Who is where and who may decide: a pure function of the set of changes of all `dir` scopes
/// that a node holds (PROTOCOL §3). The order in which they arrived does not matter: where two
/// statements speak of one thing, the one of higher rank stands.
package struct Directory: Sendable {
    /// One change of a `dir` scope, with who wrote it.
    package struct Statement: Sendable {
        /// The region whose scope it stands in.
        package let region: RegionID
        /// The incarnation that wrote it.
        package let key: IncarnationKey
        package let seq: Seq
        /// Hash of the change.
        package let hash: Digest
        package let entry: DirectoryEntry

        package init(
            region: RegionID, key: IncarnationKey, seq: Seq, hash: Digest, entry: DirectoryEntry
        ) {
            self.region = region
            self.key = key
            self.seq = seq
            self.hash = hash
            self.entry = entry
        }
    }

    /// A neighbouring county as one of ours states it.
    package struct Partner: Hashable, Sendable {
        /// The county of ours that states it.
        package let county: RegionID
        package let record: RegionRecord
        package let seat: SeatRecord
    }

    /// Which of two statements about one thing stands: the later in its chain, then the hash.
    private struct Rank: Comparable {
        let seq: Seq
        let hash: Digest

        init(_ statement: Statement) {
            seq = statement.seq
            hash = statement.hash
        }

        static func < (left: Rank, right: Rank) -> Bool {
            (left.seq, left.hash) < (right.seq, right.hash)
        }
    }

    private struct Guest {
        let rank: Rank
        let region: RegionID
        let node: Digest
    }

    /// What a statement made known that was not known before: who folds by the directory folds
    /// anew what it touches.
    package struct News: Sendable {
        /// Incarnations that got their first seat.
        package var seated: [IncarnationKey] = []
        /// Places that were entered or changed.
        package var placed: [RegionID] = []

        /// No news.
        package init() {}

        /// Whether nothing new was said.
        package var isEmpty: Bool { seated.isEmpty && placed.isEmpty }

        /// Adds what came later.
        package mutating func join(_ later: News) {
            seated += later.seated
            placed += later.placed
        }
    }

    private struct CorridorKey: Hashable {
        let county: RegionID
        let other: RegionID
    }

    private var records: [RegionID: (rank: Rank, record: RegionRecord)] = [:]
    private var moves: [RegionID: (rank: Rank, parent: RegionID)] = [:]
    /// Every parent that was ever stated for a place: what an old parent stated stays stated, in
    /// whatever order a move becomes known.
    private var parents: [RegionID: Set<RegionID>] = [:]
    /// Every place that ever bore a code, by id.
    private var codes: [RegionCode: [RegionID]] = [:]
    private var seatsByRegion: [RegionID: [SeatRecord]] = [:]
    private var regionBySeat: [IncarnationKey: RegionID] = [:]
    private var corridors: [CorridorKey: (rank: Rank, partner: Partner)] = [:]
    /// Incarnations that may exchange without a seat.
    private var guests: [IncarnationKey: Guest] = [:]
    /// What bundles are sealed to, by region.
    private var agreements: [RegionID: (rank: Rank, text: String)] = [:]
    private var revoked: Set<IncarnationKey> = []
    /// Statements whose author is not seated, or whose place is not known, as far as is known
    /// yet.
    private var waiting: [Statement] = []
    private let root: SeatRecord?
    private var news = News()

    /// A directory that knows nobody.
    package init() { root = nil }

    /// - Parameter root: The pinned seat of the tree's root: trusted without a statement.
    package init(root: SeatRecord) {
        self.root = root
        insert(root)
    }

    /// Takes a statement in, and those that waited for it, in the order in which they came.
    ///
    /// - Returns: What is known now and was not before.
    @discardableResult
    package mutating func add(_ statement: Statement) -> News {
        news = News()
        if isProvenRootSeat(statement) { apply(statement) } else { waiting.append(statement) }
        while let next = waiting.firstIndex(where: mayState) {
            apply(waiting.remove(at: next))
        }
        return news
    }

    // MARK: places

    /// Every known region, by id.
    package var regions: [RegionRecord] {
        records.keys.sorted().compactMap { region($0) }
    }

    /// A region as stated, under its present parent.
    package func region(_ id: RegionID) -> RegionRecord? {
        guard let record = records[id]?.record else { return nil }
        guard let move = moves[id] else { return record }
        return RegionRecord(
            id: id, code: record.code, name: record.name, level: record.level,
            parent: move.parent)
    }

    /// The region that bears a division code.
    package func region(code: RegionCode) -> RegionRecord? {
        codes[code]?.first { records[$0]?.record.code == code }.flatMap { region($0) }
    }

    /// The region itself, then its parent, and so on to the root.
    package func ancestry(of region: RegionID) -> [RegionID] {
        var chain: [RegionID] = []
        var next: RegionID? = region
        while let id = next, !chain.contains(id) {
            chain.append(id)
            next = moves[id]?.parent ?? records[id]?.record.parent
        }
        return chain
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

    /// Whether `ancestor` is `region` or lies above it.
    package func isWithin(_ region: RegionID, _ ancestor: RegionID) -> Bool {
        ancestry(of: region).contains(ancestor)
    }

    /// The county at or above a region.
    package func county(of region: RegionID) -> RegionID? {
        ancestry(of: region).first { records[$0]?.record.level == .county }
    }

    /// The regions directly below one, by id.
    package func children(of region: RegionID) -> [RegionRecord] {
        regions.filter { $0.parent == region }
    }

    // MARK: seats

    /// The seat of a region: its highest epoch; the greater key where two claim one epoch.
    package func seat(of region: RegionID) -> SeatRecord? {
        seatsByRegion[region]?.last ?? partners.first { $0.record.id == region }?.seat
    }

    /// Every seat that the region has had, oldest first.
    package func seats(of region: RegionID) -> [SeatRecord] { seatsByRegion[region] ?? [] }

    /// The region for which an incarnation sits or sat.
    package func region(seatedBy key: IncarnationKey) -> RegionID? {
        regionBySeat[key] ?? partners.first { $0.seat.key == key }?.record.id
    }

    /// The region that an incarnation belongs to, with a seat or without.
    package func region(of key: IncarnationKey) -> RegionID? {
        region(seatedBy: key) ?? guests[key]?.region
    }

    /// The incarnation of a region that was stated last and never had a seat, with its node; nil
    /// where there is none.
    package func latestIncarnation(of region: RegionID) -> (key: IncarnationKey, node: Digest)? {
        let known = guests.filter { $0.value.region == region && regionBySeat[$0.key] == nil }
        return known.max { $0.value.rank < $1.value.rank }.map { ($0.key, $0.value.node) }
    }

    /// What bundles for a region's node are sealed to: suite and key in hexadecimal digits, as
    /// stated; nil where it was not.
    package func agreement(of region: RegionID) -> String? { agreements[region]?.text }

    /// Whether an incarnation was revoked.
    package func isRevoked(_ key: IncarnationKey) -> Bool { revoked.contains(key) }

    /// Corridor partners, by county and region.
    package var partners: [Partner] {
        corridors.values.map(\.partner)
            .sorted { ($0.county, $0.record.id) < ($1.county, $1.record.id) }
    }

    // MARK: applying

    /// Whether the author sits, or sat, for the scope's region, and what the statement rests on
    /// is known.
    private func mayState(_ statement: Statement) -> Bool {
        guard regionBySeat[statement.key] == statement.region else { return false }
        switch statement.entry {
        case .seat(let region, _, _, _, _), .incarnation(let region, _, _):
            return region == statement.region || wasWithin(region, statement.region)
        case .move(_, let parent): return wasWithin(parent, statement.region)
        case .agreement(let region, _):
            return region == statement.region || isParent(statement.region, of: region)
                || corridors[CorridorKey(county: statement.region, other: region)] != nil
        case .region, .partner, .revocation: return true
        }
    }

    /// The root has no parent to seat its next incarnation: that one says it itself, and the
    /// node key that was pinned with the root vouches for it. Judged once; costs one signature
    /// check for a statement that claims it.
    private func isProvenRootSeat(_ statement: Statement) -> Bool {
        guard let root, statement.region == root.region,
            case .seat(let region, let epoch, let key, let node, let proof?) = statement.entry,
            region == root.region, key == statement.key, epoch > root.epoch,
            node == root.node, proof.node == root.node
        else { return false }
        return proof.holds(region: region, epoch: epoch, key: key)
    }

    private mutating func apply(_ statement: Statement) {
        let rank = Rank(statement)
        switch statement.entry {
        case .region(let record):
            enter(record, by: statement.region, rank)
        case .seat(let region, let epoch, let key, let node, _):
            insert(
                SeatRecord(
                    region: region, epoch: epoch, key: key, node: node, grant: statement.hash))
        case .partner(let record, let key, let node):
            let corridor = CorridorKey(county: statement.region, other: record.id)
            guard corridors[corridor].map({ $0.rank < rank }) ?? true else { return }
            let seat = SeatRecord(
                region: record.id, epoch: statement.seq.rawValue, key: key, node: node,
                grant: statement.hash)
            if region(seatedBy: key) == nil { news.seated.append(key) }
            corridors[corridor] = (
                rank, Partner(county: statement.region, record: record, seat: seat)
            )
        case .move(let region, let parent):
            parents[region, default: []].insert(parent)
            guard moves[region].map({ $0.rank < rank }) ?? true else { return }
            moves[region] = (rank, parent)
            news.placed.append(region)
        case .incarnation(let region, let key, let node):
            guard guests[key].map({ $0.rank < rank }) ?? true else { return }
            guests[key] = Guest(rank: rank, region: region, node: node)
        case .agreement(let region, let text):
            guard agreements[region].map({ $0.rank < rank }) ?? true else { return }
            agreements[region] = (rank, text)
        case .revocation(let key): revoked.insert(key)
        }
    }

    private mutating func enter(_ record: RegionRecord, by author: RegionID, _ rank: Rank) {
        // A region above may state it too: when it puts a place under another parent, which does
        // not hold what the old one stated.
        let isAbove = record.parent.map { wasWithin($0, author) } ?? false
        guard record.id == author || isAbove else { return }
        if let parent = record.parent { parents[record.id, default: []].insert(parent) }
        var bearers = codes[record.code] ?? []
        if !bearers.contains(record.id) {
            bearers.append(record.id)
            codes[record.code] = bearers.sorted()
        }
        guard records[record.id].map({ $0.rank < rank }) ?? true else { return }
        records[record.id] = (rank, record)
        news.placed.append(record.id)
    }

    private mutating func insert(_ seat: SeatRecord) {
        var seats = seatsByRegion[seat.region] ?? []
        guard !seats.contains(where: { $0.epoch == seat.epoch && $0.key == seat.key }) else {
            return
        }
        seats.append(seat)
        seats.sort {
            $0.epoch == $1.epoch ? $0.key.text < $1.key.text : $0.epoch < $1.epoch
        }
        seatsByRegion[seat.region] = seats
        if regionBySeat[seat.key] == nil { news.seated.append(seat.key) }
        regionBySeat[seat.key] = seat.region
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
}
