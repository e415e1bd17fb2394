import Base
import Board
import Change
import Civil
import Domain
import Kernel
import Store

/// The figures, kept up with the documents: each document's part is taken back and put in anew when
/// a change of it arrives. Used by one thread at a time.
final class Tally {
    private let file: TallyFile
    private let own: RegionID
    private var marks: [TallyChain: UInt64]
    private var places: [RegionID: TallyPlace]
    private var deltas: [TallyKey: Figures.Amount] = [:]
    /// Open documents to be counted anew, since the catalog or the directory has changed.
    private var pending: [DocumentKey] = []
    /// Sums of the numbers of the `cat` and `dir` chains, as they are in the figures.
    private var catalogVersion: UInt64
    private var nextCatalogVersion: UInt64
    /// How far the chains of catalogs were looked at for `nextCatalogVersion`.
    private var nextCatalogMarks: [(chain: TallyChain, seq: UInt64)] = []
    private var census: (version: UInt64, day: CivilDate, value: CatalogCensus)?
    /// Changes that are here and not looked at yet.
    private(set) var missing = 0

    init(_ path: String, identity: [UInt8], own: RegionID) throws(JournalError) {
        file = try TallyFile.open(path, identity: identity)
        self.own = own
        marks = try file.marks()
        places = try file.places()
        let stored = try file.value("catalog") ?? []
        catalogVersion = stored.reduce(0) { $0 << 8 | UInt64($1) }
        nextCatalogVersion = catalogVersion
    }

    // MARK: one step

    /// Looks at what came in, as far as one step goes.
    ///
    /// - Returns: Whether more is to be done.
    func step(
        _ reader: SnapshotReader, _ source: TallySource, _ directory: Directory
    ) throws(JournalError) -> Bool {
        let leaves = try reader.leaves()
        try settlePlaces(directory)
        try look(leaves, reader)
        var touched: [DocumentKey] = []
        var seen: [(TallyChain, UInt64)] = []
        missing = 0
        for leaf in leaves where leaf.record.name.family == .cases {
            for head in leaf.heads {
                let chain = TallyChain(scope: leaf.record.name.id, actor: head.actor)
                let mark = marks[chain] ?? 0
                guard head.seq.rawValue > mark else { continue }
                guard touched.count < Limits.tallyStepMax else {
                    missing += Int(clamping: head.seq.rawValue - mark)
                    continue
                }
                let last = try note(leaf.record.name, chain, mark, reader, directory, &touched)
                seen.append((chain, last))
                missing += Int(clamping: head.seq.rawValue - last)
            }
        }
        let again = pending.prefix(Limits.tallyStepMax)
        try write(touched + again, seen, source, directory)
        pending.removeFirst(again.count)
        missing += pending.count
        if pending.isEmpty, catalogVersion != nextCatalogVersion { try settleCatalog() }
        return missing > 0
    }

    /// Reads what is new of a chain; says how far that was.
    private func note(
        _ scope: ScopeName, _ chain: TallyChain, _ mark: UInt64, _ reader: SnapshotReader,
        _ directory: Directory, _ touched: inout [DocumentKey]
    ) throws(JournalError) -> UInt64 {
        let changes = try reader.foldedChanges(
            of: chain.actor, in: chain.scope, after: Seq(mark), limit: Limits.tallyStepMax)
        var last = mark
        var sign = places[scope.region]?.sign ?? 0
        for change in changes {
            last = change.header.seq.rawValue
            touched += Self.documents(of: change, scope, directory)
            sign = max(sign, change.header.time.millis)
        }
        places[
            scope.region,
            default: TallyPlace(above: directory.ancestry(of: scope.region), sign: 0)
        ].sign = sign
        return last
    }

    /// The documents that a change of a case scope may have changed.
    private static func documents(
        of change: Change, _ scope: ScopeName, _ directory: Directory
    ) -> [DocumentKey] {
        guard let bytes = change.body else { return [] }
        let name =
            change.kind == .ratingGiven ? "contact" : change.kind.isTicketKind ? "ticket" : "case"
        var found: Digest16?
        do throws(JSONError) {
            var scanner = try JSONScanner(bytes)
            found = try scanner.text(name).flatMap(Digest16.init(hex:))
        } catch {
            return []
        }
        guard let id = found else { return [] }
        switch change.kind {
        case .ratingGiven: return [DocumentKey(collection: .rating, id: id)]
        case .ticketOpen, .ticketStep: return [TicketState.key(id)]
        case .caseRate:
            return [DocumentKey(collection: .caseFile, id: id)]
                + directory.ancestry(of: scope.region).map { RatingState.key(case: id, at: $0) }
        default: return [DocumentKey(collection: .caseFile, id: id)]
        }
    }

    private func write(
        _ keys: [DocumentKey], _ seen: [(TallyChain, UInt64)], _ source: TallySource,
        _ directory: Directory
    ) throws(JournalError) {
        guard !keys.isEmpty || !seen.isEmpty else { return }
        deltas.removeAll(keepingCapacity: true)
        try file.begin()
        do throws(JournalError) {
            var done = Set<DocumentKey>()
            for key in keys where done.insert(key).inserted {
                try count(key, source, directory)
            }
            try flush()
            for (chain, seq) in seen { try file.setMark(chain, seq) }
            for (id, place) in places.sorted(by: { $0.key < $1.key }) where place.sign > 0 {
                try file.setPlace(id, place)
            }
            try file.commit()
        } catch {
            try file.rollback()
            throw error
        }
        for (chain, seq) in seen { marks[chain] = seq }
    }

    private func count(
        _ key: DocumentKey, _ source: TallySource, _ directory: Directory
    ) throws(JournalError) {
        if let old = try file.part(key) {
            do throws(DecodeError) {
                add(try Portion(bytes: old.bytes), at: old.region, directory, sign: -1)
            } catch {
                throw .damaged("a part of the figures is not of its form")
            }
        }
        guard let part = try source.portion(of: key) else {
            try file.dropPart(key)
            return
        }
        add(part.portion, at: part.region, directory, sign: 1)
        try file.setPart(key, part)
    }

    private func add(
        _ portion: Portion, at region: RegionID, _ directory: Directory, sign: Int
    ) {
        if places[region] == nil {
            places[region] = TallyPlace(above: directory.ancestry(of: region), sign: 0)
        }
        let above = places[region]?.above ?? [region]
        for cell in portion.cells {
            let isOpen = cell.counted.isOpen
            var periods = [cell.day]
            if !isOpen {
                let date = CivilDate(of: Instant(millis: 0)).advanced(by: cell.day)
                periods.append(-date.month)
            }
            for period in periods {
                func put(_ place: RegionID, _ band: TallyKey.Band) {
                    let key = TallyKey(
                        region: place, band: band, period: period,
                        counted: cell.counted.rawValue, key: cell.key)
                    var amount = deltas[key] ?? Figures.Amount()
                    amount.count += sign * cell.count
                    amount.sum += sign * cell.sum
                    deltas[key] = amount
                }
                put(region, isOpen ? .ownOpen : .own)
                for place in above { put(place, isOpen ? .deepOpen : .deep) }
            }
        }
    }

    private func flush() throws(JournalError) {
        for (key, amount) in deltas.sorted(by: { $0.key < $1.key })
        where amount.count != 0 || amount.sum != 0 {
            try file.add(key, count: amount.count, sum: amount.sum)
        }
        deltas.removeAll(keepingCapacity: true)
    }

    // MARK: what the figures rest on

    /// Places that were moved take their figures along.
    private func settlePlaces(_ directory: Directory) throws(JournalError) {
        let moved = places.filter { id, place in
            directory.region(id) != nil && directory.ancestry(of: id) != place.above
        }.map(\.key).sorted()
        guard !moved.isEmpty else { return }
        try file.begin()
        do throws(JournalError) {
            for id in moved {
                let above = directory.ancestry(of: id)
                let old = places[id]?.above ?? []
                for (key, count, sum) in try file.own(id) {
                    let band: TallyKey.Band = key.band == .own ? .deep : .deepOpen
                    func put(_ place: RegionID, _ sign: Int) throws(JournalError) {
                        let deep = TallyKey(
                            region: place, band: band, period: key.period, counted: key.counted,
                            key: key.key)
                        try file.add(deep, count: sign * count, sum: sign * sum)
                    }
                    for place in old where !above.contains(place) { try put(place, -1) }
                    for place in above where !old.contains(place) { try put(place, 1) }
                }
                places[id]?.above = above
                if let place = places[id] { try file.setPlace(id, place) }
            }
            try file.commit()
        } catch {
            try file.rollback()
            throw error
        }
    }

    /// Whether the catalog is another now: then what is open may have another due day.
    private func look(
        _ leaves: [ScopeVector], _ reader: SnapshotReader
    ) throws(JournalError) {
        let catalogs = leaves.filter { $0.record.name.family == .catalog }
        let version = catalogs.reduce(UInt64(0)) { sum, leaf in
            leaf.heads.reduce(sum) { $0 &+ $1.seq.rawValue }
        }
        guard version != nextCatalogVersion else { return }
        nextCatalogVersion = version
        census = nil
        pending = try file.openParts()
        nextCatalogMarks = []
        var known = Set(pending)
        for leaf in catalogs {
            for head in leaf.heads {
                let chain = TallyChain(scope: leaf.record.name.id, actor: head.actor)
                nextCatalogMarks.append((chain, head.seq.rawValue))
                for key in try ended(by: chain, to: head.seq.rawValue, reader)
                where known.insert(key).inserted { pending.append(key) }
            }
        }
    }

    /// Cases at their end that what is new of a catalog's chain may let wait for a word all the
    /// same: an item's standing, a grant, a ruling.
    private func ended(
        by chain: TallyChain, to last: UInt64, _ reader: SnapshotReader
    ) throws(JournalError) -> [DocumentKey] {
        var keys: [DocumentKey] = []
        var seq = marks[chain] ?? 0
        while seq < last, try file.hasParts() {
            let changes = try reader.foldedChanges(
                of: chain.actor, in: chain.scope, after: Seq(seq), limit: Limits.tallyStepMax)
            guard let end = changes.last?.header.seq.rawValue else { break }
            seq = end
            for change in changes {
                guard let about = Self.about(change) else { continue }
                if change.kind == .definitionSet {
                    guard let id = Digest16(hex: String(about.prefix(32))) else { continue }
                    keys.append(DocumentKey(collection: .caseFile, id: id))
                } else {
                    keys += try file.parts(of: about, isOpen: false, limit: Int.max)
                }
            }
        }
        return keys
    }

    /// The item of a standing or a grant, the case of a ruling; nil for all else.
    private static func about(_ change: Change) -> String? {
        guard [.itemStanding, .grantSet, .definitionSet].contains(change.kind),
            let bytes = change.body
        else { return nil }
        do throws(JSONError) {
            var scanner = try JSONScanner(bytes)
            guard change.kind == .definitionSet else { return try scanner.text("code") }
            let json = try JSON(parsing: bytes)
            guard json["family"]?.text == DefinitionState.Family.ruling.rawValue else { return nil }
            return json["code"]?.text
        } catch {
            return nil
        }
    }

    private func settleCatalog() throws(JournalError) {
        var writer = ByteWriter(capacity: 8)
        writer.write(nextCatalogVersion)
        try file.begin()
        try file.set("catalog", writer.bytes)
        for (chain, seq) in nextCatalogMarks { try file.setMark(chain, seq) }
        try file.commit()
        for (chain, seq) in nextCatalogMarks { marks[chain] = seq }
        catalogVersion = nextCatalogVersion
    }

    // MARK: figures

    func figures(
        of region: RegionID, in period: ClosedRange<CivilDate>
    ) throws(JournalError) -> Figures {
        var figures = Figures()
        var date = period.lowerBound
        // Whole months as months, the ends as days.
        while date <= period.upperBound {
            let end = date.lastOfMonth
            if date == date.firstOfMonth, end <= period.upperBound {
                try file.sums(of: region, in: -date.month...(-date.month), to: &figures)
            } else {
                let last = min(end, period.upperBound)
                try file.sums(
                    of: region, in: date.daysSince1970...last.daysSince1970, to: &figures)
            }
            date = end.advanced(by: 1)
        }
        return figures
    }

    func open(of region: RegionID) throws(JournalError) -> OpenFigures {
        try file.open(of: region)
    }

    func due(
        until day: CivilDate, limit: Int, at passes: (RegionID) -> Bool
    ) throws(JournalError) -> [DocumentKey] {
        try file.due(until: day.daysSince1970, limit: limit, at: passes)
    }

    func openCases(of item: String) throws(JournalError) -> (keys: [DocumentKey], total: Int) {
        let keys = try file.parts(of: item, isOpen: true, limit: Limits.impactCasesMax)
        let isWhole = keys.count < Limits.impactCasesMax
        return (keys, isWhole ? keys.count : try file.openCount(of: item))
    }

    func waiting(limit: Int) throws(JournalError) -> (keys: [DocumentKey], total: Int) {
        try file.waiting(limit: limit)
    }

    func lastSign(of region: RegionID) -> Int64? {
        places[region].flatMap { $0.sign > 0 ? $0.sign : nil }
    }

    func census(
        on day: CivilDate, _ make: () throws(JournalError) -> CatalogCensus
    ) throws(JournalError) -> CatalogCensus {
        if let census, census.version == nextCatalogVersion, census.day == day {
            return census.value
        }
        let value = try make()
        census = (nextCatalogVersion, day, value)
        return value
    }
}
