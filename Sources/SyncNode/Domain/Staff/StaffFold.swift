import Account
import Base
package import Change
import Document
import Region

extension ChangeKind {
    /// What someone who may says of an account at a node: `AccountWord`.
    package static let accountSet = ChangeKind(rawValue: 0x00a0)
    /// A line of the audit: `AuditState`.
    package static let auditLine = ChangeKind(rawValue: 0x00a1)
}

/// The fold of a node's accounts and audit, and the lines that changes of other scopes are.
enum StaffFold {
    /// Folds one change of a `staff` scope.
    static func apply<S: DocumentSource>(
        _ arrival: Arrival, at desk: Desk, from source: S
    ) throws(S.Failure) -> [ContentWrite] {
        guard let json = arrival.change.body.map(CatalogFold.parsed) else { return [] }
        switch arrival.change.kind {
        case .accountSet: return try account(json, arrival, at: desk, from: source)
        case .auditLine:
            let region = arrival.scope.region
            let recorded = arrival.change.header.time.millis
            guard var state = AuditState(json, region: region, recorded: recorded) else {
                return []
            }
            if arrival.change.header.author != 0 { state.author = arrival.change.header.author }
            return [write(state, arrival.change)]
        default: return []
        }
    }

    /// Said by the seat of the node itself or of a place above it; of a quarantined chain, and of
    /// what lies beyond an end, nothing counts.
    private static func account<S: DocumentSource>(
        _ json: JSON, _ arrival: Arrival, at desk: Desk, from source: S
    ) throws(S.Failure) -> [ContentWrite] {
        let region = arrival.scope.region
        guard !arrival.isIdle, let word = AccountWord(json),
            let writer = desk.directory.region(seatedBy: arrival.key),
            desk.directory.isWithin(region, writer)
        else { return [] }
        let key = AccountState.key(of: AccountID.author(of: word.id), at: region)
        var state = AccountState(id: word.id, login: word.login, region: region)
        if case .account(let known)? = try source.content(key) {
            guard known.id == word.id else { return [] }
            state = known
        }
        state.take(word, arrival.change)
        return [ContentWrite(key: key, content: .account(state))]
    }

    /// The line that a person's act in another scope is; nil for the node's own doings. The
    /// change itself is the proof: this is how lists find it.
    static func line(
        of arrival: Arrival, _ writes: [ContentWrite], at desk: Desk
    ) -> ContentWrite? {
        let header = arrival.change.header
        // A case before what comes with it, such as the day's counter of numbers.
        let main = writes.first { $0.key.collection == .caseFile } ?? writes.first
        guard header.author != 0, arrival.scope.family != .staff, let first = main,
            let (act, about) = act(arrival.change, first.content)
        else { return nil }
        var state = AuditState(
            act: act, region: desk.directory.region(of: arrival.key) ?? arrival.scope.region,
            author: header.author, recorded: header.time.millis)
        state.about = about
        if case .caseFile(let file) = first.content {
            let event = file.event(arrival.change.hash.prefix16)
            state.business = event?.business
        }
        return write(state, arrival.change)
    }

    private static func act(_ change: Change, _ content: Content) -> (String, String)? {
        switch content {
        case .caseFile(let state):
            (
                Act(rawValue: "case." + change.kind.caseName)?.rawValue ?? change.kind.caseName,
                state.number
            )
        case .serial: nil
        case .item(let state):
            (change.kind == .itemPublish ? Act.publish.rawValue : "item.standing", state.code)
        case .draft(let state): (Act.draft.rawValue, state.code)
        case .definition(let state): (state.family.rawValue + ".set", state.code)
        case .overlay(let state): (Act.overlay.rawValue, state.code)
        case .grant(let state): (Act.grant.rawValue, state.code)
        case .calendar(let state): (Act.calendar.rawValue, String(state.year))
        case .ticket(let state): (TicketDoor.act(change), state.number)
        // Who rated what stands in no list.
        case .rating, .receipt, .handover, .parcel, .holding, .account, .audit,
            .keyring, .reconciliation:
            nil
        }
    }

    /// By time, so that one person's lines stand in their order in the index of labels.
    private static func write(_ state: AuditState, _ change: Change) -> ContentWrite {
        let id = Digest16(
            high: UInt64(max(0, change.header.time.millis)), low: change.hash.prefix8)
        return ContentWrite(
            key: DocumentKey(collection: .audit, id: id), content: .audit(state))
    }
}
