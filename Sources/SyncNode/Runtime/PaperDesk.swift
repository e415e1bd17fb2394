import API
import Base
import Board
import Change
import Crypto
import Domain
import Guide
import Host
import Kernel
import Paper
import Store
import Tally

/// Sheets, documents of cases, and how far cases have come: what the console asks of the store.
extension NodeQueries {
    func person(_ sealed: String) -> PersonAnswer { runtime.vaultDoor.person(sealed) }

    func text(_ stored: String) -> String? { runtime.vaultDoor.name(stored) }

    func utf8(_ file: [UInt8]) -> [UInt8]? { Charset.utf8(file)?.bytes }

    func sheet(_ question: SheetQuestion) throws(ViewError) -> Sheet? {
        let directory = runtime.board.directory
        let own = runtime.settings.region.id
        let now = runtime.clock.now()
        guard [.pending, .impact].contains(question.kind) else {
            let same = question.kind == .materials ? try sameApplicant(question.code) : []
            return try read { (reader) throws(JournalError) in
                var maker = SheetMaker(
                    own: own, directory: directory, now: now, source: ReaderSource(reader: reader))
                maker.sameApplicant = same
                return try maker.sheet(question)
            }
        }
        return try look { (_, source) throws(JournalError) in
            try SheetMaker(
                own: own, directory: directory, now: now, source: source
            ).sheet(question)
        }
    }

    /// Reads beside the figures, which also find cases by what they wait for.
    private func look<Result: Sendable>(
        _ body: @Sendable (KeptFigures, TallySource) throws(JournalError) -> Result
    ) throws(ViewError) -> Result {
        do throws(JournalError) {
            return try store.tally.look(runtime.board.directory, body)
        } catch {
            throw ViewError(error, at: "board")
        }
    }

    func board(_ question: BoardQuestion) throws(ViewError) -> Sheet? {
        let directory = runtime.board.directory
        let own = runtime.settings.region.id
        let now = runtime.clock.now()
        let vault = runtime.vaultDoor
        return try look { (figured, source) throws(JournalError) in
            try BoardMaker(
                own: own, directory: directory, now: now, source: source,
                figured: figured, person: { vault.person($0).shown },
                text: { vault.text($0) }
            ).sheet(question)
        }
    }

    func words(of file: StoredDocument) throws(ViewError) -> [String: String] {
        let vault = runtime.vaultDoor
        return try read { (reader) throws(JournalError) in
            let source = ReaderSource(reader: reader)
            guard case .caseFile(let state) = try source.decode(file) else { return [:] }
            var found: [String: String] = [:]
            for event in state.events.suffix(Limits.pageRowsMax) {
                let change = try source.change(at: event.dot, in: state.scopeID)
                let text = change?.body.flatMap(NodeSettings.json).map { body in
                    PaperWords.written(body.opening { vault.text($0, of: state.sealed) })
                }
                if let text, !text.isEmpty { found[event.hash.hex] = text }
            }
            return found
        }
    }

    func papers(of file: StoredDocument) throws(ViewError) -> [PaperEntry] {
        let directory = runtime.board.directory
        let now = runtime.clock.now()
        return try read { (reader) throws(JournalError) in
            let source = ReaderSource(reader: reader)
            guard case .caseFile(let state) = try source.decode(file) else { return [] }
            return PaperMaker(directory: directory, now: now, source: source).entries(of: state)
        }
    }

    func paper(_ name: PaperName, of file: StoredDocument) throws(ViewError) -> SignedPaper? {
        let directory = runtime.board.directory
        let now = runtime.clock.now()
        let own = runtime.settings.region
        let signer = store.signer
        let vault = runtime.vaultDoor
        return try read { (reader) throws(JournalError) in
            let source = ReaderSource(reader: reader)
            guard case .caseFile(let state) = try source.decode(file),
                let number = CaseNumber(state.number),
                let paper = try PaperMaker(
                    directory: directory, now: now, source: source,
                    open: { vault.text($0, of: state.sealed) }
                ).paper(name, of: state)
            else { return nil }
            let voucher = try StationVoucher.known(own, in: directory, from: source)
            return SignedPaper(paper, Self.receipt(paper, number, own.code, voucher, signer))
        }
    }

    /// What a document's code says, signed by this node's key.
    static func receipt(
        _ paper: CasePaper, _ number: CaseNumber, _ region: RegionCode, _ voucher: StationKey?,
        _ signer: IncarnationSigner
    ) -> PaperReceipt {
        let facts = PaperReceipt.Facts(
            kind: paper.entry.name.kind, region: region, number: number,
            event: paper.entry.event.hash, millis: paper.entry.event.moment, due: paper.due,
            content: paper.content)
        let isOwn = voucher?.key == signer.key.publicKey
        return PaperReceipt(
            facts, by: signer.key.publicKey, voucher: isOwn ? voucher?.voucher ?? [] : [],
            sign: signer.sign)
    }

    func delivery(of file: StoredDocument) throws(ViewError) -> Delivery? {
        try read { (reader) throws(JournalError) in
            let source = ReaderSource(reader: reader)
            guard case .caseFile(let state) = try source.decode(file), state.receivedAt != nil
            else { return nil }
            var found = try delivery(of: state, source)
            found.events = try Delivery.lines(
                of: state, in: runtime.board.directory, from: source)
            return found
        }
    }

    func unsent() throws(ViewError) -> [Delivery] {
        try read { (reader) throws(JournalError) in
            let source = ReaderSource(reader: reader)
            var wanted = PageQuery(.caseFile, limit: Limits.listRowsMax)
            var found: [Delivery] = []
            var seen = 0
            repeat {
                let page = try reader.documents(wanted)
                for file in page.documents {
                    guard case .caseFile(let state) = try source.decode(file) else { continue }
                    let line = try delivery(of: state, source)
                    if line.unsent > 0 { found.append(line) }
                }
                seen += page.documents.count
                wanted.after = page.next
            } while wanted.after != nil && seen < Limits.unsentCasesMax
            return found
        }
    }

    private func delivery(
        of state: CaseState, _ source: ReaderSource
    ) throws(JournalError) -> Delivery {
        let directory = runtime.board.directory
        let own = runtime.settings.region.id
        let today = CivilDate(of: runtime.clock.now())
        var said: [RegionID: [HoldingState]] = [:]
        return try Delivery(
            of: state, at: own, in: directory,
            clock: try CatalogQuery.clock(of: state, on: today, in: directory, from: source),
            says: { (region, dot) throws(JournalError) in
                if said[region] == nil {
                    said[region] = [
                        try ReceiptDuty.said(by: region, in: state.scopeID, source.reader),
                        try ReceiptDuty.said(by: region, in: source.reader),
                    ]
                }
                return said[region]?.contains { $0.covers(dot, in: state.scopeID) } ?? false
            },
            reason: { (event) throws(JournalError) in
                let body = try source.change(at: event.dot, in: state.scopeID)?.body
                let text = body.flatMap(NodeSettings.json)?["detail"]?["reason"]?.text ?? ""
                return runtime.vaultDoor.text(text, of: state.sealed)
            })
    }

    func verdict(_ receipt: PaperReceipt) throws(ViewError) -> PaperReceipt.Verdict {
        let directory = runtime.board.directory
        let isKnown = { (code: RegionCode, key: PublicKey) -> Bool in
            guard let region = directory.region(code: code) else { return false }
            return directory.seats(of: region.id).contains { $0.key.publicKey == key }
        }
        guard let county = directory.county(of: runtime.settings.region.id),
            let record = directory.region(county)
        else { return receipt.verdict(county: nil, known: isKnown) }
        // Any key that the county ever had: what it vouched for then stays vouched for.
        var best = receipt.verdict(county: nil, known: isKnown)
        for seat in directory.seats(of: county) where best != .genuine {
            best = receipt.verdict(county: (record.code, seat.key.publicKey), known: isKnown)
        }
        return best
    }

    func countyKey() throws(ViewError) -> (code: RegionCode, key: String)? {
        let directory = runtime.board.directory
        guard let county = directory.county(of: runtime.settings.region.id),
            let record = directory.region(county), let seat = directory.seat(of: county)
        else { return nil }
        return (record.code, seat.key.text)
    }
}

extension NodeRuntime {
    /// Holds the clock against the newest word that somebody above signed.
    func compareClock() {
        guard settings.region.parent != nil else { return }
        do throws(JournalError) {
            let last = try store.readers.readLog { (reader) throws(JournalError) in
                var last: Int64 = 0
                for scope in board.scopes() where scope.name.family != .control {
                    for head in scope.vector.heads
                    where head.actor != store.signer.key.actor(in: scope.name.id) {
                        let dot = Dot(actor: head.actor, seq: head.seq)
                        let change = try reader.change(at: dot, in: scope.name.id)
                        last = max(last, change?.header.time.millis ?? 0)
                    }
                }
                return last
            }
            if last > 0 { clock.compare(Instant(millis: last)) }
        } catch {
            Console.say("clock: \(error)")
        }
    }

    /// The parent's clock, at a greeting: where this one was wrong, what was written by it since
    /// the parent last had something is put right.
    func heard(_ theirs: Instant, from region: RegionID) {
        guard region == settings.region.parent, let offset = clock.witness(theirs) else { return }
        let days = offset / 86_400_000
        if offset != 0 { Console.say("the clock was wrong by \(days) days; the parent's counts") }
        var written: [ScopeID: UInt64] = [:]
        for scope in board.scopes() where scope.name.family == .cases {
            let own = store.signer.key.actor(in: scope.name.id)
            written[scope.name.id] =
                scope.vector.heads.first { $0.actor == own }?.seq.rawValue ?? 0
        }
        Task { [written] in await self.retime(offset, written) }
    }

    private func retime(_ offset: Int64, _ written: [ScopeID: UInt64]) async {
        guard let parent = settings.region.parent else { return }
        do throws(Writer.Failure) {
            for (id, word) in try concerned(by: offset, written, heldBy: parent) {
                let order = CaseCommand(.retime(word), on: .id(id))
                _ = try await store.writer.submit(
                    .command(.cases(order), author: 0, replayKey: nil))
            }
        } catch {
            Console.say("times could not be put right: \(error)")
        }
    }

    /// Cases of this node's own with changes that the parent did not have yet.
    private func concerned(
        by offset: Int64, _ written: [ScopeID: UInt64], heldBy parent: RegionID
    ) throws(Writer.Failure) -> [(Digest16, ClockWord)] {
        do throws(JournalError) {
            return try store.readers.read { (reader) throws(JournalError) in
                let source = ReaderSource(reader: reader)
                var found: [(Digest16, ClockWord)] = []
                var wanted = PageQuery(.caseFile, limit: Limits.listRowsMax)
                var seen = 0
                repeat {
                    let page = try reader.documents(wanted)
                    for file in page.documents {
                        guard case .caseFile(let state) = try source.decode(file),
                            let through = written[state.scopeID], through > 0
                        else { continue }
                        let own = store.signer.key.actor(in: state.scopeID)
                        let held = try ReceiptDuty.said(by: parent, in: state.scopeID, reader)
                        let from = 1 + held.seq(of: own, in: state.scopeID)
                        let isMine = state.events.contains {
                            $0.dot.actor == own
                                && (from...max(from, through)).contains(
                                    $0.dot.seq.rawValue)
                        }
                        guard isMine, from <= through, offset != 0 || state.isDoubtful else {
                            continue
                        }
                        found.append(
                            (file.key.id, ClockWord(offset: offset, from: from, through: through)))
                    }
                    seen += page.documents.count
                    wanted.after = page.next
                } while wanted.after != nil && seen < Limits.unsentCasesMax
                return found
            }
        } catch {
            throw .journal(error)
        }
    }

    /// Whether there is a parent and no link to it; as the console's banner has it.
    var isCutOff: Bool {
        guard let parent = settings.region.parent else { return false }
        let watches = dialled().map(\.watch) + hub.watches
        return watches.first { $0.now.region == parent }?.now.link != .up
    }
}

/// A county vouches for the keys with which its stations sign documents: one statement a key, in
/// its catalog, which every station carries off line.
struct StationVoucher: Sendable {
    let store: OpenStore

    /// Looks after every change of the directory, until the node stops.
    func keep(rest: @Sendable () async -> Bool) async {
        guard store.settings.region.level == .county else { return }
        var seen: UInt64?
        repeat {
            let version = store.board.directoryVersion
            guard version != seen else { continue }
            do throws(Writer.Failure) {
                try await vouch()
                seen = version
            } catch {
                if !store.board.isClosed {
                    Console.say("stations' keys could not be vouched for: \(error.words)")
                }
            }
        } while await rest()
    }

    private func vouch() async throws(Writer.Failure) {
        let directory = store.board.directory
        let own = store.settings.region
        guard directory.seat(of: own.id)?.key == store.signer.key else { return }
        let catalog = ScopeName.catalog(own.id)
        var drafts: [Draft] = []
        for region in directory.regions where directory.isWithin(region.id, own.id) {
            guard let key = directory.seat(of: region.id)?.key.publicKey else { continue }
            let known = try known(region, catalog)
            if let known, let said = StationKey(known), said.key == key {
                // A suite whose signatures are never twice the same is checked, not compared.
                let county = (own.code, store.signer.key.publicKey)
                if said.isVouched(by: county) { continue }
            }
            let voucher = store.signer.sign(
                PaperReceipt.vouching(for: key, of: region.code, by: own.code))
            drafts.append(
                StationKey(region: region.code, key: key, voucher: voucher)
                    .draft(in: catalog, replacing: known))
        }
        // A county may have more stations than one commit may hold.
        var rest = drafts[...]
        while !rest.isEmpty {
            let some = rest.prefix(Limits.batchCommandsMax)
            _ = try await store.writer.submit(.write(Array(some)))
            rest = rest.dropFirst(some.count)
        }
    }

    private func known(
        _ region: RegionRecord, _ catalog: ScopeName
    ) throws(Writer.Failure) -> DefinitionState? {
        do throws(JournalError) {
            // Definitions never wait behind the log.
            return try store.readers.readLog { (reader) throws(JournalError) in
                let source = ReaderSource(reader: reader)
                let key = StationKey.document(region.code, in: catalog.id)
                guard case .definition(let state)? = try source.content(key) else { return nil }
                return state
            }
        } catch {
            throw .journal(error)
        }
    }

    /// What the county said of a place's key, as it is here.
    static func known<S: DocumentSource>(
        _ region: RegionRecord, in directory: Directory, from source: S
    ) throws(S.Failure) -> StationKey? {
        guard let county = directory.county(of: region.id) else { return nil }
        let key = StationKey.document(region.code, in: ScopeName.catalog(county).id)
        guard case .definition(let state)? = try source.content(key) else { return nil }
        return StationKey(state)
    }
}
