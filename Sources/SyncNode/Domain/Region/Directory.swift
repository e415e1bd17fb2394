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

    private struct CorridorKey: Hashable {
        let county: RegionID
        let other: RegionID
    }

    private var records: [RegionID: (rank: Rank, record: RegionRecord)] = [:]
    private var moves: [RegionID: (rank: Rank, parent: RegionID)] = [:]
    private var codes: [RegionCode: RegionID] = [:]
    private var seatsByRegion: [RegionID: [SeatRecord]] = [:]
    private var regionBySeat: [IncarnationKey: RegionID] = [:]
    private var corridors: [CorridorKey: (rank: Rank, partner: Partner)] = [:]
    /// Incarnations that may exchange without a seat.
    private var guests: [IncarnationKey: Guest] = [:]
    /// What bundles are sealed to, by region.
    private var agreements: [RegionID: (rank: Rank, text: String)] = [:]
    private var revoked: Set<IncarnationKey> = []
    /// Statements whose author is not seated as far as is known yet.
    private var waiting: [Statement] = []

    /// A directory that knows nobody.
    package init() {}

    /// - Parameter root: The pinned seat of the tree's root: trusted without a statement.
    package init(root: SeatRecord) {
        insert(root)
    }

    /// Takes a statement in, and those that waited for it, in the order in which they came.
    package mutating func add(_ statement: Statement) {
        waiting.append(statement)
        while let next = waiting.firstIndex(where: { mayState($0) && isPlaced($0) }) {
            apply(waiting.remove(at: next))
        }
    }

    /// Whether the place that a statement speaks of is known: a seat waits for its region.
    private func isPlaced(_ statement: Statement) -> Bool {
        switch statement.entry {
        case .seat(let region, _, _, _), .incarnation(let region, _, _):
            region == statement.region || records[region] != nil
        case .agreement(let region, _):
            region == statement.region || records[region] != nil
                || corridors[CorridorKey(county: statement.region, other: region)] != nil
        case .region, .partner, .move, .revocation: true
        }
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
        codes[code].flatMap { region($0) }
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

    private func mayState(_ statement: Statement) -> Bool {
        regionBySeat[statement.key] == statement.region
    }

    private mutating func apply(_ statement: Statement) {
        let rank = Rank(statement)
        switch statement.entry {
        case .region(let record):
            guard record.id == statement.region || record.parent == statement.region,
                records[record.id].map({ $0.rank < rank }) ?? true
            else { return }
            records[record.id] = (rank, record)
            codes[record.code] = record.id
        case .seat(let region, let epoch, let key, let node):
            guard region == statement.region || isParent(statement.region, of: region) else {
                return
            }
            insert(
                SeatRecord(
                    region: region, epoch: epoch, key: key, node: node, grant: statement.hash))
        case .partner(let record, let key, let node):
            let corridor = CorridorKey(county: statement.region, other: record.id)
            guard corridors[corridor].map({ $0.rank < rank }) ?? true else { return }
            let seat = SeatRecord(
                region: record.id, epoch: statement.seq.rawValue, key: key, node: node,
                grant: statement.hash)
            corridors[corridor] = (
                rank, Partner(county: statement.region, record: record, seat: seat)
            )
        case .move(let region, let parent):
            guard isWithin(parent, statement.region),
                moves[region].map({ $0.rank < rank }) ?? true
            else { return }
            moves[region] = (rank, parent)
        case .incarnation(let region, let key, let node):
            guard region == statement.region || isParent(statement.region, of: region),
                guests[key].map({ $0.rank < rank }) ?? true
            else { return }
            guests[key] = Guest(rank: rank, region: region, node: node)
        case .agreement(let region, let text):
            let mayState =
                region == statement.region || isParent(statement.region, of: region)
                || corridors[CorridorKey(county: statement.region, other: region)] != nil
            guard mayState, agreements[region].map({ $0.rank < rank }) ?? true else { return }
            agreements[region] = (rank, text)
        case .revocation(let key): revoked.insert(key)
        }
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
        regionBySeat[seat.key] = seat.region
    }

    /// Whether one region is, or was first stated to be, the parent of another: a seat that the
    /// old parent granted stays granted, in whatever order a move becomes known.
    private func isParent(_ parent: RegionID, of region: RegionID) -> Bool {
        moves[region]?.parent == parent || records[region]?.record.parent == parent
    }
}
