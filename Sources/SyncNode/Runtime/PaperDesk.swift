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

    /// Other cases of the person who applies in one, by the identity number, as far as this node
    /// can open them; none where nobody's number is known.
    private func sameApplicant(_ code: String) throws(ViewError) -> [Digest16] {
        let found: [StoredDocument]
        if let id = Digest16(hex: code) {
            found = try document(DocumentKey(collection: .caseFile, id: id)).map { [$0] } ?? []
        } else {
            found = try documents(.caseFile, label: code)
        }
        guard found.count == 1, let number = idNumber(of: found[0]) else { return [] }
        let tokens = store.vault.tokens(of: number)
        let others = try read { (reader) throws(JournalError) in
            var others: [StoredDocument] = []
            for token in tokens {
                for id in try reader.located(token, limit: Limits.poolCasesMax) {
                    let key = DocumentKey(collection: .caseFile, id: id)
                    guard key != found[0].key, !others.contains(where: { $0.key == key }),
                        let other = try reader.document(key)
                    else { continue }
                    others.append(other)
                }
            }
            return others
        }
        // A token is a hash: whose case it is, its own person says.
        return others.filter { idNumber(of: $0) == number }.map(\.key.id)
    }

    private func idNumber(of file: StoredDocument) -> String? {
        let sealed = NodeSettings.json(file.state)?["sealed"]?.text ?? ""
        guard case .known(let person) = self.person(sealed), let number = person.idNumber,
            !number.isEmpty
        else { return nil }
        return number
    }

    /// What the applicant of a case gave in other cases that this node can open.
    func pool(_ target: CaseCommand.Target) throws(ViewError) -> [CaseCommand.PooledMaterial] {
        let code: String
        switch target {
        case .id(let id): code = id.hex
        case .number(let number): code = number.text
        case .handover: return []
        }
        let same = try sameApplicant(code)
        guard !same.isEmpty else { return [] }
        let directory = runtime.board.directory
        let own = runtime.settings.region.id
        let now = runtime.clock.now()
        return try read { (reader) throws(JournalError) in
            let source = ReaderSource(reader: reader)
            var id = Digest16(hex: code)
            if id == nil { id = try source.find(.caseFile, label: code).first?.id }
            guard let id else { return [] }
            return try SheetMaker(own: own, directory: directory, now: now, source: source)
                .pool(of: id, among: same)
        }
    }

    /// Reads beside the figures, which also find cases by what they wait for.
    private func look<Result: Sendable>(
        _ body: @Sendable (KeptFigures, TallySource) throws(JournalError) -> Result
    ) throws(ViewError) -> Result {
        do throws(JournalError) {
            return try store.tally.look(runtime.board.directory, body)
        } catch {
            Console.say("board: \(error)")
            throw .failed
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
            let facts = PaperReceipt.Facts(
                kind: name.kind, region: own.code, number: number, event: paper.entry.event.hash,
                millis: paper.entry.event.moment, due: paper.due, content: paper.content)
            let isOwn = voucher?.key == signer.key.publicKey
            return SignedPaper(
                paper,
                PaperReceipt(
                    facts, by: signer.key.publicKey,
                    voucher: isOwn ? voucher?.voucher ?? [] : [], sign: signer.sign))
        }
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
                Console.say("stations' keys could not be vouched for: \(error)")
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
