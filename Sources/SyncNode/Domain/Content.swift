package import Base
package import Change
package import Document
import Region
import Ticket

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
}

extension DocumentSource {
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
        }
    }

    /// Whether the local seat may owe a reaction: as the stored document says it, too.
    package var owes: Bool {
        switch self {
        case .caseFile(let state): state.attention
        case .handover(let state): state.attention
        case .parcel(let state): state.attention
        case .receipt(let state): state.owesReceipt
        case .item, .overlay, .grant, .calendar, .serial, .holding, .account, .audit, .draft,
            .keyring, .reconciliation, .definition, .ticket, .rating:
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
        case .theme, .basic, .knowledge, .proof, .question, .ruling, .setting, .figure:
            .definition(try DefinitionState(document))
        case .ticket: .ticket(try TicketState(document))
        case .rating: .rating(try RatingState(document))
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
