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
    let file: TallyFile
    private let own: RegionID
    var marks: [TallyChain: TallyMark]
    var places: [RegionID: TallyPlace]
    private var deltas: [TallyKey: Figures.Amount] = [:]
    /// What the step found out about links, beside the documents.
    private var contacts: [TallyContact] = []
    /// Open documents to be counted anew, since the catalog or the directory has changed.
    private(set) var pending: [DocumentKey] = []
    /// Sums of the numbers of the `cat` and `dir` chains, as they are in the figures.
    private var catalogVersion: UInt64
    var nextCatalogVersion: UInt64
    /// How far the chains of catalogs were looked at for `nextCatalogVersion`.
    private var nextCatalogMarks: [(chain: TallyChain, seq: UInt64)] = []
    var census: (version: UInt64, places: Int, day: CivilDate, value: CatalogCensus)?
    /// How far the chains of control scopes were looked at for receipts of a catalog.
    private var controls: [TallyChain: UInt64]?
    /// Changes that are here and not looked at yet.
    var missing = 0

    convenience init(_ path: String, identity: [UInt8], own: RegionID) throws(JournalError) {
        try self.init(try TallyFile.open(path, identity: identity), own: own)
    }

    /// - Parameter file: As it is; nothing in memory is ahead of it.
    init(_ file: TallyFile, own: RegionID) throws(JournalError) {
        self.file = file
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
        try lookForReceipts(leaves, reader)
        var touched: [DocumentKey] = []
        var seen: [(TallyChain, UInt64)] = []
        missing = 0
        contacts.removeAll(keepingCapacity: true)
        for leaf in leaves where leaf.record.name.family == .cases {
            for head in leaf.heads {
                let chain = TallyChain(scope: leaf.record.name.id, actor: head.actor)
                let mark = marks[chain]?.seen ?? 0
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
        let writer = TallyWriter(of: chain, scope, directory)
        for change in changes {
            last = change.header.seq.rawValue
            touched += Self.documents(of: change, scope, directory)
            switch writer {
            case .station: sign(change.header.time.millis, at: scope.region, directory)
            case .county where change.kind == .scopeReceipt:
                try meet(change, scope, reader, directory)
            case .county, .other: break
            }
        }
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
        // What was said of a case that was erased has no payload left that names it.
        case .caseRate, .caseErase:
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
            for contact in contacts { add(contact.portion, at: contact.region, directory, sign: 1) }
            try flush()
            for (chain, seq) in seen { try setSeen(chain, seq) }
            for contact in contacts {
                if let mark = marks[contact.chain] { try file.setMark(contact.chain, mark) }
            }
            for (id, place) in places.sorted(by: { $0.key < $1.key })
            where place.sign > 0 || place.met > 0 {
                try file.setPlace(id, place)
            }
            try file.commit()
        } catch {
            try file.rollback()
            throw error
        }
    }

    private func setSeen(_ chain: TallyChain, _ seq: UInt64) throws(JournalError) {
        var mark = marks[chain] ?? TallyMark()
        mark.seen = seq
        marks[chain] = mark
        try file.setMark(chain, mark)
    }

    // MARK: links

    private func place(_ region: RegionID, _ directory: Directory) -> TallyPlace {
        places[region] ?? TallyPlace(above: directory.ancestry(of: region))
    }

    private func sign(_ millis: Int64, at region: RegionID, _ directory: Directory) {
        var place = place(region, directory)
        place.sign = max(place.sign, millis)
        places[region] = place
    }

    /// 到站回执: the county says up to where a station's chains have come.
    private func meet(
        _ change: Change, _ scope: ScopeName, _ reader: SnapshotReader, _ directory: Directory
    ) throws(JournalError) {
        guard let word = ArrivalWord(change) else { return }
        for head in word.heads(of: scope.id) {
            let chain = TallyChain(scope: scope.id, actor: head.actor)
            var mark = marks[chain] ?? TallyMark()
            guard head.seq.rawValue > mark.signed else { continue }
            let first = Dot(actor: head.actor, seq: Seq(mark.signed + 1))
            let wrote = try reader.change(at: first, in: scope.id)?.header.time.millis
            // What the county had by its last word lay there no longer.
            let since = min(word.moment, max(wrote ?? word.moment, mark.met))
            mark.signed = head.seq.rawValue
            mark.met = max(mark.met, word.moment)
            marks[chain] = mark
            var place = place(scope.region, directory)
            place.met = max(place.met, word.moment)
            places[scope.region] = place
            contacts.append(
                TallyContact(
                    region: scope.region, chain: chain,
                    portion: .waited(from: since, until: word.moment)))
        }
    }

    // MARK: documents

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
            places[region] = TallyPlace(above: directory.ancestry(of: region))
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

    /// Whether a place has told that a catalog has come: then the catalog's census is another.
    private func lookForReceipts(
        _ leaves: [ScopeVector], _ reader: SnapshotReader
    ) throws(JournalError) {
        var marks = controls ?? [:]
        for leaf in leaves where leaf.record.name.family == .control {
            for head in leaf.heads {
                let chain = TallyChain(scope: leaf.record.name.id, actor: head.actor)
                // What stood there at the first look is in the first census.
                let mark = controls == nil ? head.seq.rawValue : marks[chain] ?? 0
                marks[chain] = mark
                guard head.seq.rawValue > mark else { continue }
                let changes = try reader.foldedChanges(
                    of: head.actor, in: chain.scope, after: Seq(mark), limit: Limits.tallyStepMax)
                if changes.contains(where: { $0.kind == .catalogReceipt }) { census = nil }
                marks[chain] = changes.last?.header.seq.rawValue ?? mark
            }
        }
        controls = marks
    }

    /// Cases at their end that what is new of a catalog's chain may let wait for a word all the
    /// same: an item's standing, a grant, a ruling.
    private func ended(
        by chain: TallyChain, to last: UInt64, _ reader: SnapshotReader
    ) throws(JournalError) -> [DocumentKey] {
        var keys: [DocumentKey] = []
        var seq = marks[chain]?.seen ?? 0
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
        for (chain, seq) in nextCatalogMarks { try setSeen(chain, seq) }
        try file.commit()
        catalogVersion = nextCatalogVersion
    }
}
