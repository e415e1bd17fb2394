import Account
import Base
import Change
import Civil
import Document
package import Region
import Ticket

/// Where commands and changes about tickets and ratings find the documents that they concern.
enum TicketDoor {
    static func decide<S: DocumentSource>(
        _ command: TicketCommand, at desk: Desk, from source: S
    ) throws(S.Failure) -> Decision {
        switch command {
        case .open(let order):
            return attempt { () throws(RuleRefusal) in try TicketRules.open(order, at: desk) }
        case .step(let order):
            guard let (id, state) = try find(order.ticket, from: source) else {
                return .refuse(.noTicket)
            }
            return attempt { () throws(RuleRefusal) in
                try TicketRules.step(order, on: state, id, at: desk)
            }
        case .rate(let order):
            let key = RatingState.key(Array(order.contact.utf8), at: desk.region)
            let known = try rating(key, from: source)
            return attempt { () throws(RuleRefusal) in
                try TicketRules.rate(order, known: known, at: desk)
            }
        case .importRows(let rows):
            let plan = try TicketPlan.of(rows, at: desk, from: source)
            if let first = plan.file.findings.first {
                return .refuse(
                    RuleRefusal(
                        "ticket-import", "第 \(first.row) 行 \(first.field)：\(first.title)",
                        field: first.field,
                        category: .invalid))
            }
            return .write(plan.drafts, answer: plan.answer)
        }
    }

    private static func attempt(
        _ body: () throws(RuleRefusal) -> Decision
    ) -> Decision {
        do throws(RuleRefusal) {
            return try body()
        } catch {
            return .refuse(error)
        }
    }

    /// By id, else by number; nil where there is none, or more than one of that number.
    private static func find<S: DocumentSource>(
        _ name: String, from source: S
    ) throws(S.Failure) -> (Digest16, TicketState)? {
        var keys = Digest16(hex: name).map { [TicketState.key($0)] } ?? []
        if keys.isEmpty { keys = try source.find(.ticket, label: name) }
        guard keys.count == 1, case .ticket(let state)? = try source.content(keys[0]) else {
            return nil
        }
        return (keys[0].id, state)
    }

    private static func rating<S: DocumentSource>(
        _ key: DocumentKey, from source: S
    ) throws(S.Failure) -> RatingState? {
        guard case .rating(let state)? = try source.content(key) else { return nil }
        return state
    }

    /// 一事一评: a case is rated once at each place, until five working days after 办结; only then
    /// is it put away. Where a notice of that year is not known, the window has no end yet.
    static func refusal<S: DocumentSource>(
        of command: CaseCommand, at desk: Desk, from source: S
    ) throws(S.Failure) -> RuleRefusal? {
        let isRating: Bool
        switch command.act {
        case .rate: isRating = true
        case .step(.archive): isRating = false
        default: return nil
        }
        guard let found = try CaseRules.document(of: command, from: source),
            case .caseFile(let file)? = try source.content(found)
        else { return nil }
        let key = RatingState.key(case: found.id, at: desk.region)
        if isRating, try rating(key, from: source) != nil { return .rated }
        guard !file.effective(.caseClose).isEmpty else { return nil }
        let today = CivilDate(of: command.at ?? desk.now)
        let last = try CatalogQuery.lastRatingDay(of: file, in: desk.directory, from: source)
        if isRating {
            guard let last, today > last else { return nil }
            return RuleRefusal(
                "rating-over", "评价期已过：办结后 \(Limits.ratingDays) 个工作日内评价，至 \(last.text)",
                field: "case")
        }
        guard let last else {
            return RuleRefusal("calendar-missing", "缺办结当年节假日安排，不能确定评价期", field: "case")
        }
        guard today <= last else { return nil }
        return RuleRefusal(
            "rating-open", "评价期未满：\(last.advanced(by: 1).text) 起方可归档", field: "case")
    }

    // MARK: folding

    static func fold<S: DocumentSource>(
        _ arrival: Arrival, at desk: Desk, from source: S
    ) throws(S.Failure) -> [ContentWrite] {
        guard !arrival.isIdle, let bytes = arrival.change.body else { return [] }
        let body = CatalogFold.parsed(bytes)
        let region = desk.directory.region(of: arrival.key)
        if arrival.change.kind == .ratingGiven {
            guard let id = body["contact"]?.text.flatMap(Digest16.init(hex:)),
                let word = RatingState.Word(arrival.change, body, item: "")
            else { return [] }
            let key = DocumentKey(collection: .rating, id: id)
            return [try taken(word, key, arrival.scope.region, from: source)]
        }
        guard let id = body["ticket"]?.text.flatMap(Digest16.init(hex:)),
            let event = TicketEvent(arrival.change, body, region: region)
        else { return [] }
        let key = TicketState.key(id)
        var state = TicketState(scope: arrival.scope)
        if case .ticket(let known)? = try source.content(key) { state = known }
        guard state.scope == arrival.scope, !state.isFull else { return [] }
        state.take(event, in: desk.directory)
        return [ContentWrite(key: key, content: .ticket(state))]
    }

    /// What a 评价 of a case is beside the event in the case; nil for every other change.
    static func rating<S: DocumentSource>(
        _ arrival: Arrival, _ writes: [ContentWrite], at desk: Desk, from source: S
    ) throws(S.Failure) -> ContentWrite? {
        guard arrival.change.kind == .caseRate, !arrival.isIdle,
            let bytes = arrival.change.body,
            case .caseFile(let file)? = writes.first(where: { $0.key.collection == .caseFile })?
                .content,
            let id = writes.first(where: { $0.key.collection == .caseFile })?.key.id,
            let region = desk.directory.region(of: arrival.key),
            let word = RatingState.Word(
                arrival.change, CatalogFold.parsed(bytes), item: file.item)
        else { return nil }
        return try taken(word, RatingState.key(case: id, at: region), region, from: source)
    }

    private static func taken<S: DocumentSource>(
        _ word: RatingState.Word, _ key: DocumentKey, _ region: RegionID, from source: S
    ) throws(S.Failure) -> ContentWrite {
        var state = try rating(key, from: source) ?? RatingState(region: region)
        state.take(word)
        return ContentWrite(key: key, content: .rating(state))
    }

    /// What the audit calls it.
    static func act(_ change: Change) -> String {
        guard change.kind == .ticketStep, let body = change.body,
            let act = CatalogFold.parsed(body)["act"]?.text
        else { return Act.ticketOpen.rawValue }
        return "ticket." + act
    }
}

extension CatalogQuery {
    /// The last day on which a closed case may be rated (R19); nil where it is not closed, or no
    /// notice of that year is known.
    package static func lastRatingDay<S: DocumentSource>(
        of state: CaseState, in directory: Directory, from source: S
    ) throws(S.Failure) -> CivilDate? {
        guard let close = state.effective(.caseClose).first else { return nil }
        let day = CivilDate(of: Instant(millis: close.moment))
        let calendar = try calendar(
            of: day.year...min(9999, day.year + 1), for: state.scope.region, in: directory,
            from: source)
        return calendar.due(after: day, workingDays: Limits.ratingDays).date
    }
}

extension CaseSheet {
    /// 评价 of a case; a 差评 is a ticket beside it. Only who gives a name is tied to the case.
    func rate(_ score: Int, _ note: String, _ isNamed: Bool) throws(RuleRefusal) -> Decision {
        let draft = draft(.caseRate) { object in
            object.field("score", score)
            if !note.isEmpty { object.field("note", note) }
            if isNamed { object.field("named", true) }
        }
        guard let grade = Grade(rawValue: score), grade.isBad else { return written([draft]) }
        var order = TicketRules.bad(grade, note, isNamed: isNamed, item: state.item, at: at)
        if isNamed { order.caseNumber = state.number }
        let opened = try TicketRules.opening(order, at: desk)
        var answer = JSONWriter()
        answer.object { object in
            object.field("case", hex: id)
            object.field("number", state.number)
            object.field("ticket", opened.number)
        }
        return .write([draft, opened.draft], answer: answer.bytes)
    }
}

/// What becomes of each row of a hotline's file: the same for a dry run and for the import.
package struct TicketPlan: Sendable {
    /// The rows with what was found, the node's word included.
    package private(set) var file: TicketFile
    private(set) var drafts: [Draft] = []
    private var known = 0

    /// The rows of an order, without a file around them: what the writer decides.
    static func of<S: DocumentSource>(
        _ rows: [TicketRow], at desk: Desk, from source: S
    ) throws(S.Failure) -> TicketPlan {
        var plan = TicketPlan(file: TicketFile(rows: rows))
        try plan.decide(at: desk, from: source)
        return plan
    }

    /// Cost: a look at the store for each row.
    package static func of<S: DocumentSource>(
        _ file: TicketFile, at desk: Desk, from source: S
    ) throws(S.Failure) -> TicketPlan {
        var plan = TicketPlan(file: file)
        try plan.decide(at: desk, from: source)
        return plan
    }

    /// Rows on which nothing was decided yet.
    init(file: TicketFile) { self.file = file }

    private mutating func decide<S: DocumentSource>(
        at desk: Desk, from source: S
    ) throws(S.Failure) {
        for row in file.rows {
            let label = "R" + (row.order.hotline ?? "")
            guard try source.find(.ticket, label: label).isEmpty else {
                known += 1
                continue
            }
            do throws(RuleRefusal) {
                drafts.append(
                    try TicketRules.opening(row.order, at: desk, number: row.number).draft)
            } catch {
                file.refuse(row.number, error)
            }
        }
    }

    /// As `TicketFile.answer`.
    package var answer: [UInt8] {
        file.answer(opened: file.findings.isEmpty ? drafts.count : 0, known: known)
    }
}
