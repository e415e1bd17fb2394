package import Base
package import Change

/// Who is where and who may decide: a pure function of the changes of all `dir` scopes that a
/// node holds (PROTOCOL §3). The order in which they arrived does not matter.
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

    /// Sorted by id.
    package private(set) var regions: [RegionRecord] = []
    /// Sorted by region, then by epoch.
    package private(set) var seats: [SeatRecord] = []
    /// Corridor partners: who they are, for whom, and their seat. Sorted by region.
    package private(set) var partners: [Partner] = []

    /// A neighbouring county as one of ours states it.
    package struct Partner: Hashable, Sendable {
        /// The county of ours that states it.
        package let county: RegionID
        package let record: RegionRecord
        package let seat: SeatRecord
    }

    private var regionByID: [RegionID: RegionRecord] = [:]
    private var regionByCode: [RegionCode: RegionID] = [:]
    private var revoked: Set<IncarnationKey> = []

    /// - Parameters:
    ///   - root: The pinned seat of the tree's root: what is trusted without a statement.
    ///   - statements: Any order.
    package init(root: SeatRecord, statements: [Statement]) {
        seats = [root]
        let ordered = statements.sorted {
            ($0.region, $0.key.text, $0.seq) < ($1.region, $1.key.text, $1.seq)
        }
        var applied = Set<Int>()
        var moved = true
        while moved {
            moved = false
            for (index, statement) in ordered.enumerated()
            where !applied.contains(index) && mayState(statement) {
                apply(statement)
                applied.insert(index)
                moved = true
            }
        }
        regions = regionByID.values.sorted { $0.id < $1.id }
        for region in regions { regionByCode[region.code] = region.id }
    }

    package func region(_ id: RegionID) -> RegionRecord? { regionByID[id] }

    package func region(code: RegionCode) -> RegionRecord? {
        regionByCode[code].flatMap { regionByID[$0] }
    }

    /// The seat of a region: its highest epoch; the smaller key where two claim one epoch.
    package func seat(of region: RegionID) -> SeatRecord? {
        if let own = seats.last(where: { $0.region == region }) { return own }
        return partners.first { $0.record.id == region }?.seat
    }

    /// Every seat that the region has had, oldest first.
    package func seats(of region: RegionID) -> [SeatRecord] {
        seats.filter { $0.region == region }
    }

    /// The region for which an incarnation sits or sat.
    package func region(seatedBy key: IncarnationKey) -> RegionID? {
        seats.first { $0.key == key }?.region
            ?? partners.first { $0.seat.key == key }?.record.id
    }

    package func isRevoked(_ key: IncarnationKey) -> Bool { revoked.contains(key) }

    /// The region itself, then its parent, and so on to the root.
    package func ancestry(of region: RegionID) -> [RegionID] {
        var chain: [RegionID] = []
        var next: RegionID? = region
        while let id = next, !chain.contains(id), let record = regionByID[id] {
            chain.append(id)
            next = record.parent
        }
        return chain
    }

    /// Whether `ancestor` is `region` or lies above it.
    package func isWithin(_ region: RegionID, _ ancestor: RegionID) -> Bool {
        ancestry(of: region).contains(ancestor)
    }

    /// The county at or above a region.
    package func county(of region: RegionID) -> RegionID? {
        ancestry(of: region).first { regionByID[$0]?.level == .county }
    }

    package func children(of region: RegionID) -> [RegionRecord] {
        regions.filter { $0.parent == region }
    }

    private func mayState(_ statement: Statement) -> Bool {
        seats.contains { $0.region == statement.region && $0.key == statement.key }
    }

    private mutating func apply(_ statement: Statement) {
        switch statement.entry {
        case .region(let record):
            guard record.id == statement.region || record.parent == statement.region else {
                return
            }
            regionByID[record.id] = record
        case .seat(let region, let epoch, let key, let node):
            guard region == statement.region || parent(of: region) == statement.region else {
                return
            }
            let seat = SeatRecord(
                region: region, epoch: epoch, key: key, node: node, grant: statement.hash)
            seats.append(seat)
            seats.sort { ($0.region, $0.epoch, $1.key.text) < ($1.region, $1.epoch, $0.key.text) }
        case .partner(let record, let key, let node):
            let seat = SeatRecord(
                region: record.id, epoch: 1, key: key, node: node, grant: statement.hash)
            partners.removeAll { $0.county == statement.region && $0.record.id == record.id }
            partners.append(Partner(county: statement.region, record: record, seat: seat))
            partners.sort { ($0.county, $0.record.id) < ($1.county, $1.record.id) }
        case .move(let region, let parent):
            guard let record = regionByID[region], isWithin(region, statement.region),
                isWithin(parent, statement.region)
            else { return }
            regionByID[region] = RegionRecord(
                id: record.id, code: record.code, name: record.name, level: record.level,
                parent: parent)
        case .revocation(let key): revoked.insert(key)
        }
    }

    private func parent(of region: RegionID) -> RegionID? { regionByID[region]?.parent }
}
