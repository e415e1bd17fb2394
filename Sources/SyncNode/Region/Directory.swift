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
        /// Its clock: a tie-break between scopes, of which neither follows the other.
        package let time: HybridTime
        package let entry: DirectoryEntry

        package init(
            region: RegionID, key: IncarnationKey, seq: Seq, hash: Digest, time: HybridTime,
            entry: DirectoryEntry
        ) {
            self.region = region
            self.key = key
            self.seq = seq
            self.hash = hash
            self.time = time
            self.entry = entry
        }

        /// What a change of a `dir` scope says; nil where it says nothing of the directory.
        package init?(_ change: Change, of region: RegionID, by key: IncarnationKey) {
            guard let entry = DirectoryEntry(change) else { return nil }
            self.init(
                region: region, key: key, seq: change.header.seq, hash: change.hash,
                time: change.header.time, entry: entry)
        }
    }

    /// A neighbouring county as one of ours states it.
    package struct Partner: Hashable, Sendable {
        /// The county of ours that states it.
        package let county: RegionID
        package let record: RegionRecord
        package let seat: SeatRecord
    }

    /// What a statement made known that was not known before: who folds by the directory folds
    /// anew what it touches.
    package struct News: Sendable {
        /// Incarnations that got their first seat.
        package var seated: [IncarnationKey] = []
        /// Places that were entered or changed.
        package var placed: [RegionID] = []
        /// Incarnations that were revoked, or of which other changes count now.
        package var revoked: [IncarnationKey] = []

        /// No news.
        package init() {}

        /// Whether nothing new was said.
        package var isEmpty: Bool { seated.isEmpty && placed.isEmpty && revoked.isEmpty }

        /// Adds what came later.
        package mutating func join(_ later: News) {
            seated += later.seated
            placed += later.placed
            revoked += later.revoked
        }
    }

    struct CorridorKey: Hashable {
        let county: RegionID
        let other: RegionID
    }

    /// An incarnation that may exchange and has no seat.
    package struct Newcomer: Hashable, Sendable {
        package let key: IncarnationKey
        package let region: RegionID
        package let node: Digest
        /// Its own word, which a seat must repeat; nil for a root's.
        package let proof: SeatProof?
    }

    var records: [RegionID: Standing<RegionRecord>] = [:]
    var moves: [RegionID: Standing<RegionID>] = [:]
    /// Every parent that was ever stated for a place: what an old parent stated stays stated, in
    /// whatever order a move becomes known.
    var parents: [RegionID: Set<RegionID>] = [:]
    /// Parents that were stated for a place by words that do not count any more.
    var lapsed: [RegionID: Set<RegionID>] = [:]
    /// Every place that ever bore a code, by id.
    var codes: [RegionCode: [RegionID]] = [:]
    var seatsByRegion: [RegionID: [SeatRecord]] = [:]
    var regionBySeat: [IncarnationKey: RegionID] = [:]
    /// Of each seated incarnation, its first epoch: ranks what it stated.
    var epochs: [IncarnationKey: UInt64] = [:]
    var corridors: [CorridorKey: Standing<RegionRecord>] = [:]
    /// Seats of neighbours, as our counties state them: what an earlier incarnation of a
    /// neighbour wrote stays its.
    var seatsOfPartners: [RegionID: [SeatRecord]] = [:]
    var regionByPartnerSeat: [IncarnationKey: RegionID] = [:]
    /// Incarnations that may exchange without a seat.
    var guests: [IncarnationKey: Standing<Newcomer>] = [:]
    /// What bundles are sealed to, by region.
    var agreements: [RegionID: Standing<String>] = [:]
    /// What is said of the ends of incarnations, and what of it is in force: the same but while
    /// a statement is taken in.
    var stated = Cuts()
    var cuts = Cuts()
    /// All that was ever said: a later word may say that an earlier one does not count.
    var said: [Proven] = []
    /// Statements whose author is not seated, or whose place is not known, as far as is known
    /// yet.
    var waiting: [Statement] = []
    let root: SeatRecord?
    var news = News()

    /// A directory that knows nobody.
    package init() { root = nil }

    /// - Parameter root: The pinned seat of the tree's root: trusted without a statement.
    package init(root: SeatRecord) {
        self.root = root
        insert(root)
    }

    // MARK: places

    /// Every known region, by id.
    package var regions: [RegionRecord] {
        records.keys.sorted().compactMap { region($0) }
    }

    /// A region as stated, under its present parent.
    package func region(_ id: RegionID) -> RegionRecord? {
        guard let record = records[id]?.latest?.value else { return nil }
        guard let parent = moves[id]?.latest?.value else { return record }
        return RegionRecord(
            id: id, code: record.code, name: record.name, level: record.level,
            parent: parent)
    }

    /// The region that bears a division code.
    package func region(code: RegionCode) -> RegionRecord? {
        codes[code]?.first { records[$0]?.latest?.value.code == code }.flatMap { region($0) }
    }

    /// The region that bears a division code; where none is asked for, the one that asks.
    package func region(code: RegionCode?, or own: RegionID) -> RegionRecord? {
        code.map { region(code: $0) } ?? region(own)
    }

    /// The region itself, then its parent, and so on to the root.
    package func ancestry(of region: RegionID) -> [RegionID] {
        var chain: [RegionID] = []
        var next: RegionID? = region
        while let id = next, !chain.contains(id) {
            chain.append(id)
            next = moves[id]?.latest?.value ?? records[id]?.latest?.value.parent
        }
        return chain
    }

    /// Whether `ancestor` is `region` or lies above it.
    package func isWithin(_ region: RegionID, _ ancestor: RegionID) -> Bool {
        ancestry(of: region).contains(ancestor)
    }

    /// The county at or above a region.
    package func county(of region: RegionID) -> RegionID? {
        var next: RegionID? = region
        // A ring of parents, which statements can make, ends after one round.
        for _ in 0...(records.count + moves.count) {
            guard let id = next else { return nil }
            let record = records[id]?.latest?.value
            if record?.level == .county { return id }
            next = moves[id]?.latest?.value ?? record?.parent
        }
        return nil
    }

    /// The regions directly below one, by id.
    package func children(of region: RegionID) -> [RegionRecord] {
        regions.filter { $0.parent == region }
    }

    // MARK: seats

    /// The seat of a region: its highest epoch; the greater key where two claim one epoch.
    package func seat(of region: RegionID) -> SeatRecord? { seats(of: region).last }

    /// Every seat that the region has had, oldest first.
    package func seats(of region: RegionID) -> [SeatRecord] {
        seatsByRegion[region] ?? seatsOfPartners[region] ?? []
    }

    /// The region for which an incarnation sits or sat.
    package func region(seatedBy key: IncarnationKey) -> RegionID? {
        regionBySeat[key] ?? regionByPartnerSeat[key]
    }

    /// The region that an incarnation belongs to, with a seat or without.
    package func region(of key: IncarnationKey) -> RegionID? {
        region(seatedBy: key) ?? guests[key]?.latest?.value.region
    }

    /// The incarnation of a region that was stated last and never had a seat, with its node; nil
    /// where there is none.
    package func latestIncarnation(of region: RegionID) -> Newcomer? {
        let known = guests.keys.sorted { $0.text < $1.text }.compactMap { key in
            regionBySeat[key] == nil ? guests[key]?.latest : nil
        }.filter { $0.value.region == region }
        return known.latest(epochs)?.value
    }

    /// What bundles for a region's node are sealed to: suite and key in hexadecimal digits, as
    /// stated; nil where it was not.
    package func agreement(of region: RegionID) -> String? { agreements[region]?.latest?.value }

    /// Corridor partners, by county and region.
    package var partners: [Partner] {
        corridors.keys.sorted { ($0.county, $0.other) < ($1.county, $1.other) }
            .compactMap { corridor in
                guard let record = corridors[corridor]?.latest?.value,
                    let seat = seatsOfPartners[corridor.other]?.last
                else { return nil }
                return Partner(county: corridor.county, record: record, seat: seat)
            }
    }
}
