package import Base
package import Change
package import Counter
package import Document
import Region
import Ticket

/// What a change does to documents: the one way in which state comes about.
package enum Fold {
    /// Folds one admitted change.
    ///
    /// - Parameter desk: Gives the directory. The folded state depends on the set of changes and
    ///   on the directory alone (I22); only `attention` asks where it is folded.
    /// - Returns: The documents that are different now.
    package static func apply<S: DocumentSource>(
        _ arrival: Arrival, at desk: Desk, from source: S, under custody: CustodyRules = .standard
    ) throws(S.Failure) -> [ContentWrite] {
        let arrival =
            custody.countsBeyondCut
            ? arrival : try arrival.judged(by: desk.directory, from: source)
        let writes = try fold(arrival, at: desk, from: source, under: custody)
        guard let line = StaffFold.line(of: arrival, writes, at: desk) else { return writes }
        return writes + [line]
    }

    private static func fold<S: DocumentSource>(
        _ arrival: Arrival, at desk: Desk, from source: S, under custody: CustodyRules
    ) throws(S.Failure) -> [ContentWrite] {
        if CatalogFold.handles(arrival) {
            return try CatalogFold.apply(arrival, at: desk, from: source)
        }
        switch arrival.scope.family {
        case .cases where arrival.change.kind.isTicketKind:
            return try TicketDoor.fold(arrival, at: desk, from: source)
        case .cases where arrival.change.kind == .noticeGiven:
            return try NoticeDoor.fold(arrival, at: desk, from: source)
        case .cases where arrival.change.kind.isCounterKind:
            return try CounterDoor.fold(arrival, at: desk, from: source)
        case .cases where arrival.change.kind == .scopeKey:
            return try keyring(arrival, from: source)
        case .cases where arrival.change.kind == .scopeReceipt:
            return try arrived(arrival, at: desk, from: source)
        case .cases:
            var writes = try CaseFold.apply(arrival, at: desk, from: source, under: custody)
            writes += try CounterDoor.certificates(of: writes, from: source)
            guard let rating = try TicketDoor.rating(arrival, writes, at: desk, from: source)
            else { return writes }
            return writes + [rating]
        case .custody, .corridor:
            return try CaseReactions.marked(
                try HandoverFold.apply(arrival, at: desk, from: source), at: desk, from: source)
        case .staff: return try StaffFold.apply(arrival, at: desk, from: source)
        case .control where arrival.change.kind == .erasureReceipt:
            return erased(arrival, at: desk)
        case .control
        where arrival.change.kind == .reconcileStatement
            || arrival.change.kind == .reconcileAnswer:
            return try reconciliation(arrival, at: desk, from: source)
        case .control: return try holding(arrival, at: desk, from: source)
        case .directory, .catalog, .statistics: return []
        }
    }

    /// A key of the scope: whoever may write here may say for whom it is wrapped. What a stolen
    /// node says behind its end is not taken in.
    private static func keyring<S: DocumentSource>(
        _ arrival: Arrival, from source: S
    ) throws(S.Failure) -> [ContentWrite] {
        guard !arrival.isIdle, let body = arrival.change.body,
            let said = KeyringState.read(JSON.orNull(body))
        else { return [] }
        let scope = arrival.change.scope
        let key = KeyringState.key(scope: scope, key: said.number)
        var state = KeyringState(scope: scope, number: said.number)
        if case .keyring(let known)? = try source.content(key) { state = known }
        state.take(said.wraps, generation: said.generation)
        return [ContentWrite(key: key, content: .keyring(state))]
    }

    /// 对账: the node's own word, or its parent's; an answer is a line of the audit on both sides.
    private static func reconciliation<S: DocumentSource>(
        _ arrival: Arrival, at desk: Desk, from source: S
    ) throws(S.Failure) -> [ContentWrite] {
        let region = arrival.scope.region
        let isAnswer = arrival.change.kind == .reconcileAnswer
        let author = desk.directory.region(seatedBy: arrival.key)
        guard !arrival.isIdle, let body = arrival.change.body, author != nil,
            author == (isAnswer ? desk.directory.region(region)?.parent : region),
            let day = ReconciliationState.day(of: body)
        else { return [] }
        let header = arrival.change.header
        let key = ReconciliationState.key(of: region)
        var state = ReconciliationState(region: region)
        if case .reconciliation(let known)? = try source.content(key) { state = known }
        state.take(
            ReconciliationState.Word(
                hash: arrival.change.hash.prefix16, time: header.time, body: body),
            isAnswer: isAnswer)
        let write = ContentWrite(key: key, content: .reconciliation(state))
        guard isAnswer else { return [write] }
        let (differing, count) = ReconciliationState.differing(in: body)
        var line = AuditState(act: "reconcile", region: region, recorded: header.time.millis)
        line.about = day
        line.outcome = differing.isEmpty ? "done" : "differs"
        line.reason = differing.isEmpty ? "\(count)" : differing.joined(separator: " ")
        let id = Digest16(
            high: UInt64(max(0, header.time.millis)), low: arrival.change.hash.prefix8)
        return [
            write,
            ContentWrite(
                key: DocumentKey(collection: .audit, id: id), content: .audit(line)),
        ]
    }

    /// What a node has destroyed, as lines of the audit wherever its control scope goes.
    private static func erased(_ arrival: Arrival, at desk: Desk) -> [ContentWrite] {
        let region = arrival.scope.region
        guard !arrival.isIdle, desk.directory.region(seatedBy: arrival.key) == region,
            let body = arrival.change.body
        else { return [] }
        let time = arrival.change.header.time.millis
        let lines = (JSON.orNull(body)["erased"]?.array ?? [])
            .prefix(Limits.erasuresPerReceiptMax)
        return lines.enumerated().map { index, line in
            var state = AuditState(act: "case.erased", region: region, recorded: time)
            state.about = line["number"]?.text ?? ""
            state.reason = line["erasure"]?.text ?? ""
            let id = Digest16(
                high: UInt64(max(0, time)), low: arrival.change.hash.prefix8 &+ UInt64(index))
            return ContentWrite(
                key: DocumentKey(collection: .audit, id: id), content: .audit(state))
        }
    }

    /// 到站回执: what a place above a station says that it holds of the station's scope, said in that
    /// scope, so that the station hears it.
    private static func arrived<S: DocumentSource>(
        _ arrival: Arrival, at desk: Desk, from source: S
    ) throws(S.Failure) -> [ContentWrite] {
        guard !arrival.isIdle, let region = desk.directory.region(seatedBy: arrival.key),
            let body = arrival.change.body,
            let said = HoldingState.read(JSON.orNull(body))
        else { return [] }
        let scope = arrival.change.scope
        let key = HoldingState.key(of: region, in: scope)
        var state = HoldingState(region: region)
        if case .holding(let known)? = try source.content(key) { state = known }
        state.take(said.filter { $0.id == scope }, at: arrival.change.header.time)
        return [ContentWrite(key: key, content: .holding(state))]
    }

    /// A node's receipt: of its own region, in its own control scope.
    private static func holding<S: DocumentSource>(
        _ arrival: Arrival, at desk: Desk, from source: S
    ) throws(S.Failure) -> [ContentWrite] {
        let region = arrival.scope.region
        guard arrival.change.kind == .scopeReceipt, !arrival.isIdle,
            desk.directory.region(seatedBy: arrival.key) == region,
            let body = arrival.change.body
        else { return [] }
        let receipt: [HoldingState.Scope]?
        do throws(JSONError) {
            receipt = HoldingState.read(try JSON(parsing: body))
        } catch {
            // A body that is none is stored and has no effect, like any other.
            return []
        }
        guard let receipt else { return [] }
        let key = HoldingState.key(of: region)
        var state = HoldingState(region: region)
        if case .holding(let known)? = try source.content(key) { state = known }
        state.take(receipt, at: arrival.change.header.time)
        return [ContentWrite(key: key, content: .holding(state))]
    }

    /// Judges a case anew: because the directory has changed, or since one of its chains was
    /// proven to be forked from a number on. Other documents hold no judgement.
    ///
    /// - Parameter fork: Where the chain is forked; nil where only the directory has changed.
    /// - Returns: The case as it is now, and what owes something else.
    package static func judgeAgain<S: DocumentSource>(
        _ key: DocumentKey, fork: Dot? = nil, at desk: Desk, from source: S,
        under custody: CustodyRules = .standard
    ) throws(S.Failure) -> [ContentWrite] {
        guard case .caseFile(let known) = try source.content(key) else { return [] }
        let judged =
            fork.map {
                CaseFold.quarantine($0, in: known, directory: desk.directory, under: custody)
            } ?? CaseFold.refold(known, in: desk.directory, under: custody)
        let writes = try CaseReactions.marked(
            [ContentWrite(key: key, content: .caseFile(judged))], at: desk, from: source)
        return try writes + CounterDoor.certificates(of: writes, from: source)
    }
}

/// A folded document in memory. The kernel keeps those that a batch touches, and has them
/// encoded once, at the end of the batch.
///
/// `Failure` is the port's own error: the domain never makes one.
package protocol DocumentSource<Failure> {
    associatedtype Failure: Error

    /// The document as the batch has it by now.
    func content(_ key: DocumentKey) throws(Failure) -> Content?
    /// Documents of a collection with this label, by id.
    func find(_ collection: Collection, label: String) throws(Failure) -> [DocumentKey]
    /// A stored change, for folding a document anew.
    func change(at dot: Dot, in scope: ScopeID) throws(Failure) -> Change?
    /// Which of some attachments this node does not hold whole.
    func missing(_ attachments: [Digest]) throws(Failure) -> [Digest]
    /// The same content for other readers; nil where this node cannot open it, or does not know
    /// their key.
    func rewrapped(
        _ envelope: Envelope, for reader: EnvelopeReader
    ) throws(Failure) -> Envelope?
    /// The elements of a version; nil where they are not of their form. One parse, or none where
    /// the source remembers them.
    func elements(_ version: ItemState.Version) -> ItemElements?
}

extension DocumentSource {
    /// Where nothing is remembered, each look parses.
    package func elements(_ version: ItemState.Version) -> ItemElements? {
        ItemElements(version.value.elements)
    }

    /// Where nobody knows of attachments, none is waited for.
    package func missing(_ attachments: [Digest]) throws(Failure) -> [Digest] { [] }

    /// Where nothing is sealed, nothing is wrapped anew.
    package func rewrapped(
        _ envelope: Envelope, for reader: EnvelopeReader
    ) throws(Failure) -> Envelope? { envelope }
}

/// What a fold puts back.
package struct ContentWrite: Sendable {
    package let key: DocumentKey
    package let content: Content

    package init(key: DocumentKey, content: Content) {
        self.key = key
        self.content = content
    }
}

/// A folded document of any kind.
package enum Content: Sendable {
    case item(ItemState)
    case overlay(OverlayState)
    case grant(GrantState)
    case calendar(CalendarState)
    case receipt(CatalogReceiptState)
    case caseFile(CaseState)
    case handover(HandoverState)
    case parcel(ParcelState)
    case serial(SerialState)
    case holding(HoldingState)
    case account(AccountState)
    case audit(AuditState)
    case draft(DraftState)
    case keyring(KeyringState)
    case reconciliation(ReconciliationState)
    case definition(DefinitionState)
    case ticket(TicketState)
    case rating(RatingState)
    case booking(BookingState)
    case mailing(MailingState)
    case certificate(CertificateState)
    case queueDay(QueueDayState)
    case notice(NoticeState)

    /// The document as the store keeps it.
    ///
    /// - Parameters:
    ///   - key: Its identity, of this content's own collection.
    ///   - scope: The scope whose changes made it.
    package func stored(key: DocumentKey, scope: ScopeID) -> StoredDocument {
        switch self {
        case .item(let state): state.stored(key: key, scope: scope)
        case .overlay(let state): state.stored(key: key, scope: scope)
        case .grant(let state): state.stored(key: key, scope: scope)
        case .calendar(let state): state.stored(key: key, scope: scope)
        case .receipt(let state): state.stored(key: key, scope: scope)
        case .caseFile(let state): state.stored(key: key)
        case .handover(let state): state.stored(key: key)
        case .parcel(let state): state.stored(key: key)
        case .serial(let state): state.stored(key: key)
        case .holding(let state): state.stored(key: key, scope: scope)
        case .account(let state): state.stored(key: key, scope: scope)
        case .audit(let state): state.stored(key: key, scope: scope)
        case .draft(let state): state.stored(key: key, scope: scope)
        case .keyring(let state): state.stored(key: key)
        case .reconciliation(let state): state.stored(key: key, scope: scope)
        case .definition(let state): state.stored(key: key, scope: scope)
        case .ticket(let state): state.stored(key: key, scope: scope)
        case .rating(let state): state.stored(key: key, scope: scope)
        case .booking(let state): state.stored(key: key, scope: scope)
        case .mailing(let state): state.stored(key: key, scope: scope)
        case .certificate(let state): state.stored(key: key, scope: scope)
        case .queueDay(let state): state.stored(key: key, scope: scope)
        case .notice(let state): state.stored(key: key, scope: scope)
        }
    }

    /// Whether the local seat may owe a reaction: as the stored document says it, too.
    package var owes: Bool {
        switch self {
        case .caseFile(let state): state.attention
        case .handover(let state): state.attention
        case .parcel(let state): state.attention
        case .receipt(let state): state.owesReceipt
        case .booking(let state): state.attention
        case .item, .overlay, .grant, .calendar, .serial, .holding, .account, .audit, .draft,
            .keyring, .reconciliation, .definition, .ticket, .rating, .mailing, .certificate,
            .queueDay, .notice:
            false
        }
    }

    /// - Throws: Where the stored state is not of its collection's form: the store is damaged.
    package static func decode(_ document: StoredDocument) throws(JSONError) -> Content {
        switch document.key.collection {
        case .item: .item(try ItemState(document))
        case .overlay: .overlay(try OverlayState(document))
        case .grant: .grant(try GrantState(document))
        case .calendar: .calendar(try CalendarState(document))
        case .receipt: .receipt(try CatalogReceiptState(document))
        case .caseFile: .caseFile(try CaseState(document))
        case .handover: .handover(try HandoverState(document))
        case .parcel: .parcel(try ParcelState(document))
        case .serial: .serial(try SerialState(document))
        case .holding: .holding(try HoldingState(document))
        case .account: .account(try AccountState(document))
        case .audit: .audit(try AuditState(document))
        case .draft: .draft(try DraftState(document))
        case .keyring: .keyring(try KeyringState(document))
        case .reconciliation: .reconciliation(try ReconciliationState(document))
        case .theme, .basic, .knowledge, .proof, .question, .ruling, .setting, .figure, .station,
            .window:
            .definition(try DefinitionState(document))
        case .ticket: .ticket(try TicketState(document))
        case .rating: .rating(try RatingState(document))
        case .booking: .booking(try BookingState(document))
        case .mailing: .mailing(try MailingState(document))
        case .certificate: .certificate(try CertificateState(document))
        case .queueDay: .queueDay(try QueueDayState(document))
        case .notice: .notice(try NoticeState(document))
        }
    }
}

/// A change as the fold gets it: with the scope's name and who wrote it.
package struct Arrival: Sendable {
    package let change: Change
    package let scope: ScopeName
    /// The incarnation that wrote it.
    package let key: IncarnationKey
    /// Set where its chain is quarantined at or before it: stored, never effective.
    package private(set) var quarantined: Bool
    /// Set where it came behind its author's end and was not adopted: stored, never effective.
    package private(set) var isBeyondCut = false

    package init(change: Change, scope: ScopeName, key: IncarnationKey, quarantined: Bool) {
        self.change = change
        self.scope = scope
        self.key = key
        self.quarantined = quarantined
    }
    /// As the ends of incarnations leave it: what lies beyond one has no effect, and what one
    /// names counts, though the author's key wrote another branch beside it.
    func judged<S: DocumentSource>(
        by directory: Directory, from source: S
    ) throws(S.Failure) -> Arrival {
        let author = change.header.author
        let isOfTurned = author != 0 && directory.hasTurns(author, at: key)
        guard isOfTurned || directory.isRevoked(key) else { return self }
        var copy = self
        // What an applicant brought, and what commutes, is nobody's decision.
        if isOfTurned, change.kind.isDecided {
            copy.isBeyondCut = directory.isBeyondEnd(
                of: author, at: key, in: scope, seq: change.header.seq,
                hash: change.hash.prefix16)
        }
        guard directory.isRevoked(key), !copy.isBeyondCut else { return copy }
        copy.isBeyondCut = directory.isBeyondCut(
            key, in: scope, seq: change.header.seq, hash: change.hash.prefix16)
        guard quarantined, !copy.isBeyondCut, let cut = directory.cut(of: key, in: scope.id)
        else { return copy }
        let last = try source.change(
            at: Dot(actor: change.header.actor, seq: cut.seq), in: scope.id)
        if last?.hash.prefix16 == cut.hash { copy.quarantined = false }
        return copy
    }

    /// Whether it has no effect, whatever it says.
    package var isIdle: Bool { quarantined || isBeyondCut }
}
