import API
import Base
import Board
import Change
import Crypto
import Domain
import Glibc
import Guide
import Kernel
import Paper
import Replication
import Store
import Tally

/// What pages and queries read: the board for what is in memory, the read pool for the rest.
struct NodeQueries: NodeView {
    let runtime: NodeRuntime

    var store: OpenStore { runtime.store }

    func status() throws(ViewError) -> NodeStatus {
        let totals = try read { (reader) throws(JournalError) in try reader.figures() }
        let region = runtime.settings.region
        let scopes = runtime.board.scopes()
        var status = NodeStatus(
            region: region.code, name: region.name, level: region.level,
            nodeID: store.keys.nodeID, incarnation: store.incarnationDigest,
            carryRoot: carryRoot(scopes), scopes: scopes.count, changes: totals.changes,
            unsent: runtime.unsent(), peers: try peerStatuses(), fenced: runtime.isFenced,
            seated: runtime.board.directory.seat(of: region.id)?.key == store.signer.key,
            diskFreeBytes: freeBytes(), clock: runtime.clock.now())
        runtime.tellCertificate(&status)
        status.blobsWanted = try blobsWanted()
        return status
    }

    func isReady() throws(ViewError) -> Bool {
        !runtime.isFenced && !runtime.board.isClosed && store.writer.health.fault == nil
    }

    func scopes(after: ScopeID?, limit: Int) throws(ViewError) -> [ScopeStatus] {
        let directory = runtime.board.directory
        let all = runtime.board.scopes().filter { after == nil || $0.id > after ?? $0.id }
        return all.prefix(limit).map { scope in
            ScopeStatus(
                id: scope.id, family: "\(scope.name.family)",
                title: title(of: scope.name, directory),
                changes: scope.vector.heads.reduce(0) { $0 + Int($1.seq.rawValue) },
                vector: scope.vector.heads.map {
                    ScopeStatus.Head(actor: $0.actor, seq: $0.seq, hash: $0.hash)
                })
        }
    }

    func state(_ collection: Collection, label: String) throws(ViewError) -> StateLookup {
        let states = try read { (reader) throws(JournalError) in
            try reader.states(collection, label: label)
        }
        switch states.count {
        case 0: return .absent
        case 1: return .one(states[0])
        default: return .several
        }
    }

    func document(_ key: DocumentKey) throws(ViewError) -> StoredDocument? {
        try read { (reader) throws(JournalError) in try reader.document(key) }
    }

    func documents(
        _ collection: Collection, label: String
    ) throws(ViewError) -> [StoredDocument] {
        try read { (reader) throws(JournalError) in
            try load(try reader.documents(collection, label: label), reader)
        }
    }

    func documents(_ query: DocumentQuery) throws(ViewError) -> [StoredDocument] {
        var wanted = PageQuery(query.collection, limit: query.limit)
        wanted.status = query.status
        wanted.after = query.after.map { PageCursor(time: $0.time, id: $0.id) }
        return try read { (reader) throws(JournalError) in
            try reader.documents(wanted).documents
        }
    }

    private func load(
        _ keys: [DocumentKey], _ reader: SnapshotReader
    ) throws(JournalError) -> [StoredDocument] {
        var found: [StoredDocument] = []
        for key in keys {
            if let document = try reader.document(key) { found.append(document) }
        }
        return found
    }

    func search(_ words: String, limit: Int) throws(ViewError) -> [StoredDocument] {
        let tokens = store.vault.tokens(of: words)
        return try read { (reader) throws(JournalError) in
            var keys: [DocumentKey] = []
            for token in tokens {
                for id in try reader.located(token, limit: limit - keys.count) {
                    let key = DocumentKey(collection: .caseFile, id: id)
                    if !keys.contains(key) { keys.append(key) }
                }
            }
            let more = try reader.search(words, in: nil, limit: limit)
            keys += more.filter { !keys.contains($0) }.prefix(max(0, limit - keys.count))
            return try load(keys, reader)
        }
    }

    func twins(of file: StoredDocument) throws(ViewError) -> [StoredDocument] {
        let json = NodeSettings.json(file.state)
        guard let item = json?["item"]?.text,
            case .known(let who) = person(json?["sealed"]?.text ?? ""),
            let number = who.idNumber, !number.isEmpty
        else { return [] }
        let token = store.vault.token(.application, number, about: item)
        return try read { (reader) throws(JournalError) in
            let ids = try reader.located(token, limit: Limits.twinsMax).filter { $0 != file.key.id }
            return try load(
                ids.map { DocumentKey(collection: .caseFile, id: $0) }, reader)
        }
    }

    func rollout(_ code: String) throws(ViewError) -> Rollout? {
        let directory = runtime.board.directory
        let own = runtime.settings.region.id
        return try read { (reader) throws(JournalError) in
            let source = ReaderSource(reader: reader)
            guard let key = try reader.documents(.item, label: code).first,
                let document = try reader.document(key),
                case .item(let item) = try source.decode(document),
                let version = Timeline.latest(of: item.versions.heads)
            else { return nil }
            let lines = try CatalogQuery.rollout(
                of: version.stamp, in: item.authority, directory, from: source)
            let catalog = ScopeName.catalog(item.authority).id
            let seen = neighbours(holding: version.stamp.dot, of: catalog)
            // Receipts go up only, so a node can speak of what is below it, and of no other.
            var told: [Rollout.Line] = []
            for line in lines where directory.isWithin(line.region.id, own) {
                var reached: Instant?
                var receipt = line.lastContact
                if case .reached(let since, _) = line.reach {
                    reached = since
                } else {
                    let said = try ReceiptDuty.said(by: line.region.id, in: reader)
                    receipt = receipt ?? said.time?.instant
                    if said.covers(version.stamp.dot, in: catalog) { reached = said.time?.instant }
                }
                var entry = Rollout.Line(
                    region: line.region.code, name: line.region.name,
                    version: reached == nil ? nil : version.value.number, time: reached)
                entry.knownAt = seen[line.region.id]
                entry.receiptTime = receipt
                told.append(entry)
            }
            return Rollout(code: code, version: version.value.number, lines: told)
        }
    }

    /// Neighbours whose vector, when both sides last held the same, had a change.
    private func neighbours(holding dot: Dot, of scope: ScopeID) -> [RegionID: Instant] {
        var seen: [RegionID: Instant] = [:]
        for state in runtime.peerStates() {
            guard let head = state.agreed[scope]?[dot.actor], head.seq >= dot.seq else { continue }
            seen[state.region] = state.lastEqual
        }
        return seen
    }

    func places() throws(ViewError) -> [Place] {
        let directory = runtime.board.directory
        let own = runtime.settings.region
        let partners = directory.partners.map(\.record)
        var places = directory.regions.map { region in
            let relation: Place.Relation =
                region.id == own.id
                ? .own
                : region.id == own.parent
                    ? .parent : region.parent == own.id ? .child : .other
            return Place(
                id: region.id, code: region.code, name: region.name, relation: relation)
        }
        places += partners.map {
            Place(id: $0.id, code: $0.code, name: $0.name, relation: .partner)
        }
        return places.sorted { $0.code < $1.code }
    }

    func calendar(_ years: ClosedRange<Int>) throws(ViewError) -> WorkCalendar {
        let directory = runtime.board.directory
        let own = runtime.settings.region.id
        return try read { (reader) throws(JournalError) in
            try CatalogQuery.calendar(
                of: years, for: own, in: directory, from: ReaderSource(reader: reader))
        }
    }

    func clock(of file: StoredDocument, on today: CivilDate) throws(ViewError) -> CaseClock? {
        let directory = runtime.board.directory
        return try read { (reader) throws(JournalError) in
            let source = ReaderSource(reader: reader)
            guard case .caseFile(let state) = try source.decode(file) else { return nil }
            return try CatalogQuery.clock(of: state, on: today, in: directory, from: source)
        }
    }

    func light(
        of file: StoredDocument, on today: CivilDate
    ) throws(ViewError) -> CaseClock.Light? {
        let (own, directory) = (runtime.settings.region.id, runtime.board.directory)
        return try read { (reader) throws(JournalError) in
            let source = ReaderSource(reader: reader)
            guard case .caseFile(let state) = try source.decode(file) else { return nil }
            return try BoardSettings(own: own, directory: directory, source: source)
                .light(of: state, on: today)
        }
    }

    func plan(_ file: TicketFile) throws(ViewError) -> TicketPlan {
        return try read { (reader) throws(JournalError) in
            try TicketPlan.of(file, at: desk, from: ReaderSource(reader: reader))
        }
    }

    /// For what is decided and not written.
    private var desk: Desk {
        Desk(
            region: runtime.settings.region.id, key: store.signer.key,
            directory: runtime.board.directory, author: 0, now: runtime.clock.now(),
            entropy: .zero)
    }

    func plan(_ order: ImportOrder) throws(ViewError) -> ImportPlan {
        return try read { (reader) throws(JournalError) in
            try ImportPlan.of(order, at: desk, from: ReaderSource(reader: reader))
        }
    }

    func catalog() throws(ViewError) -> [(code: String, elements: JSON)] {
        try read { (reader) throws(JournalError) in
            let source = ReaderSource(reader: reader)
            var found: [(code: String, elements: JSON)] = []
            for document in try source.list(.item, limit: Limits.importRowsMax) {
                guard case .item(let item) = try source.decode(document),
                    let head = Timeline.latest(of: item.heads)
                else { continue }
                do throws(JSONError) {
                    found.append((item.code, try JSON(parsing: head.value.elements)))
                } catch {
                    throw .damaged("item \(item.code) is not of its form")
                }
            }
            return found.sorted { $0.code < $1.code }
        }
    }

    func metrics() throws(ViewError) -> [Metric] {
        let totals = try read { (reader) throws(JournalError) in try reader.figures() }
        let writer = store.writer.counters.totals
        return [
            Metric(
                "node_log_changes", "Changes in the log", .gauge,
                [Metric.Sample(Double(totals.changes))]),
            Metric(
                "node_commits", "Group commits since the start", .counter,
                [Metric.Sample(Double(writer.batches))]),
            Metric(
                "node_submissions", "Submissions since the start", .counter,
                [Metric.Sample(Double(writer.submissions))]),
            Metric(
                "node_unsent_changes", "Changes that the parent lacks", .gauge,
                [Metric.Sample(Double(runtime.unsent()))]),
            Metric(
                "node_ready", "1 where the node takes commands, else 0", .gauge,
                [Metric.Sample(try isReady() ? 1 : 0)]),
            Metric(
                "node_alarms", "Alarms on links since the start", .gauge,
                [Metric.Sample(Double(runtime.peerStates().reduce(0) { $0 + $1.alarms.count }))]),
            Metric(
                "node_blobs_wanted", "Attachments still to come", .gauge,
                [Metric.Sample(Double(try blobsWanted()))]),
        ] + runtime.doorMetrics
    }

    func read<Result>(
        _ body: (SnapshotReader) throws(JournalError) -> Result
    ) throws(ViewError) -> Result {
        do throws(JournalError) {
            return try store.readers.read(body)
        } catch {
            throw ViewError(error, at: "read")
        }
    }

    private func blobsWanted() throws(ViewError) -> Int {
        do throws(JournalError) {
            return try store.blobs.countWanted()
        } catch {
            throw ViewError(error, at: "attachments")
        }
    }

    /// What the children among the peers have said that they hold.
    private func receipts() throws(ViewError) -> [RegionID: HoldingState] {
        let directory = runtime.board.directory
        let own = runtime.settings.region.id
        let children = runtime.peerStates().map(\.region)
            .filter { directory.region($0)?.parent == own }
        return try read { (reader) throws(JournalError) in
            var said: [RegionID: HoldingState] = [:]
            for child in children { said[child] = try ReceiptDuty.said(by: child, in: reader) }
            return said
        }
    }

    private func peerStatuses() throws(ViewError) -> [PeerStatus] {
        let directory = runtime.board.directory
        let receipts = try receipts()
        let (parent, now) = (runtime.settings.region.parent, runtime.clock.now())
        return runtime.peerStates().compactMap { state in
            let record =
                directory.region(state.region)
                ?? directory.partners.first { $0.record.id == state.region }?.record
            guard let record else { return nil }
            var status = PeerStatus(
                region: record.code, name: record.name, url: state.url.isEmpty ? nil : state.url,
                state: state.link.status, isParent: record.id == parent,
                lagSeconds: state.lastEqual.map { Int((now.millis - $0.millis) / 1000) },
                unsent: runtime.unsent(to: state), lastContact: state.lastContact,
                clockOffsetMillis: state.clockOffsetMillis.map(Int.init),
                lastError: state.lastError, alarms: state.alarms)
            status.isEnded = state.isEnded && status.isParent
            if status.isParent {
                status.clockTrust =
                    state.isOfDates ? NodeStatus.suspectClock : runtime.clock.trust.rawValue
                status.clockCorrectionMillis = runtime.clock.correctionMillis
            }
            if let said = receipts[state.region] {
                status.receiptTime = said.time?.instant
                status.receiptBehind = said.behind(
                    ReceiptDuty.held(
                        runtime.board, sharedBy: runtime.settings.region.id, and: state.region))
            }
            return status
        }
    }

    private func carryRoot(_ scopes: [ScopeKnowledge]) -> Digest {
        var tree = DigestTree(suite: .sha256Ed25519)
        for scope in scopes {
            let shared = SharedScope(scope)
            tree.set(shared.leaf, for: shared.id)
        }
        let root = tree.root
        return Digest(words: (root.high, root.low, 0, 0))
    }

    private func title(of name: ScopeName, _ directory: Directory) -> String {
        let own =
            directory.region(name.region)?.name
            ?? directory.partners.first { $0.record.id == name.region }?.record.name
            ?? name.region.hex
        let year = name.year == 0 ? "" : " \(name.year)"
        switch name.family {
        case .directory: return "名录 \(own)"
        case .control: return "回执 \(own)"
        case .catalog: return "事项 \(own)"
        case .cases: return "办件 \(own)\(year)"
        case .corridor: return "跨域件包 \(own)\(year)"
        case .custody: return "跨域移交 \(own)\(year)"
        case .statistics: return "统计 \(own)"
        case .staff: return "账户与审计 \(own)"
        }
    }

    private func freeBytes() -> Int64 {
        var status = statvfs()
        guard statvfs(runtime.options.data, &status) == 0 else { return 0 }
        return Int64(status.f_bavail) * Int64(status.f_frsize)
    }
}

extension ViewError {
    /// What a caller is told of the store's error. What will not pass by itself stands in the
    /// node's own log.
    init(_ error: JournalError, at place: String) {
        switch error {
        case .locked: self = .busy
        case .full: self = .full
        case .fenced: self = .closed
        case .damaged, .failed:
            Console.say("\(place): \(error.words)")
            self = .failed
        }
    }
}
