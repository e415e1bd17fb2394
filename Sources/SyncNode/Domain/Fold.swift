package import Base
import Change
import Document
import Region

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
        case .cases where arrival.change.kind == .scopeKey:
            return try keyring(arrival, from: source)
        case .cases:
            let writes = try CaseFold.apply(arrival, at: desk, from: source, under: custody)
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
            let said = KeyringState.read(CatalogFold.parsed(body))
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
        let lines = (CatalogFold.parsed(body)["erased"]?.array ?? [])
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
        return try CaseReactions.marked(
            [ContentWrite(key: key, content: .caseFile(judged))], at: desk, from: source)
    }
}
