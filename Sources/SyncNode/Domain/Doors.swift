import Account
import Base
import Change
import Civil
import Counter
import Document
import Region
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
            if let refusal = try refusal(of: order, at: desk, from: source) {
                return .refuse(refusal)
            }
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

    /// The ticket that a step is about; nil where it is about none.
    static func key<S: DocumentSource>(
        of command: TicketCommand, from source: S
    ) throws(S.Failure) -> DocumentKey? {
        guard case .step(let order) = command else { return nil }
        return try find(order.ticket, from: source).map { TicketState.key($0.0) }
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

    /// A contact is rated on its day, or within five working days behind it (R19).
    private static func refusal<S: DocumentSource>(
        of order: RatingOrder, at desk: Desk, from source: S
    ) throws(S.Failure) -> RuleRefusal? {
        let day = CivilDate(of: order.at ?? desk.now)
        guard let served = order.served else { return desk.refusal(of: order.at) }
        if served > day {
            return RuleRefusal("rating-ahead", "服务日期不能晚于评价之日", field: "served")
        }
        let calendar = try CatalogQuery.calendar(
            of: served.year...min(9999, served.year + 1), for: desk.region, in: desk.directory,
            from: source)
        // Where no notice is known, no five working days are longer than that.
        let last =
            calendar.due(after: served, workingDays: Limits.ratingDays).date
            ?? served.advanced(by: Limits.ratingDaysUncounted)
        return day > last
            ? .ratingOver("服务", last, field: "served") : desk.refusal(of: order.at)
    }

    /// 一事一评: a case is rated once at each place, until five working days after its end; only then
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
        guard file.overSince != nil else { return nil }
        let today = CivilDate(of: command.at ?? desk.now)
        let last = try CatalogQuery.lastRatingDay(of: file, in: desk.directory, from: source)
        if isRating {
            guard let last, today > last else { return nil }
            return .ratingOver("办结", last, field: "case")
        }
        guard let last else {
            return RuleRefusal("calendar-missing", "缺办结（终结）当年节假日安排，不能确定评价期", field: "case")
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
        let body = JSON.orNull(bytes)
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
                arrival.change, JSON.orNull(bytes), item: file.item)
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
            let act = JSON.orNull(body)["act"]?.text
        else { return Act.ticketOpen.rawValue }
        return "ticket." + act
    }
}

/// Where commands and changes about bookings, parcels and reminders find what they concern.
enum CounterDoor {
    static func decide<S: DocumentSource>(
        _ command: CounterCommand, at desk: Desk, from source: S
    ) throws(S.Failure) -> Decision {
        switch command {
        case .book(let order): return try make(order, at: desk, from: source)
        case .bookingStep(let order):
            guard let key = key(of: command), let state = try booking(key, from: source) else {
                return .refuse(.noBooking)
            }
            return try BookingRules.step(
                order, on: state, try book(of: state, at: desk, from: source), at: desk)
        case .settle(let id):
            let key = DocumentKey(collection: .booking, id: id)
            guard let state = try booking(key, from: source) else { return .refuse(.noBooking) }
            return try BookingRules.settle(
                state, try book(of: state, at: desk, from: source), at: desk)
        case .mail(let order): return try mail(order, at: desk, from: source)
        case .mailStep(let order): return try step(order, at: desk, from: source)
        case .remind(let order): return try remind(order, at: desk, from: source)
        case .queueDay(let counts):
            let scope = ScopeName.cases(desk.region, year: counts.day.scopeYear)
            return .write(
                [Draft(scope: scope, kind: .queueDay, body: counts.body)], answer: counts.body)
        }
    }

    /// The booking or parcel that a step is about; nil where it is about none.
    static func key(of command: CounterCommand) -> DocumentKey? {
        guard let about = command.about else { return nil }
        let isMail = if case .mailStep = command { true } else { false }
        if let id = Digest16(hex: about) {
            return DocumentKey(collection: isMail ? .mailing : .booking, id: id)
        }
        return isMail ? MailingState.key(about) : BookingState.key(about)
    }

    // MARK: bookings

    private static func booking<S: DocumentSource>(
        _ key: DocumentKey, from source: S
    ) throws(S.Failure) -> BookingState? {
        guard case .booking(let state)? = try source.content(key) else { return nil }
        return state
    }

    private static func make<S: DocumentSource>(
        _ order: BookingOrder, at desk: Desk, from source: S
    ) throws(S.Failure) -> Decision {
        let owner = order.owner.map { desk.directory.region(code: $0)?.id } ?? desk.region
        var known: BookingBook<S.Failure>?
        if let owner { known = try book(order.window, of: owner, at: desk, from: source) }
        let number = try CounterNumber.fresh("Y", at: desk) { (number) throws(S.Failure) in
            try source.content(BookingState.key(number)) != nil
        }
        return try BookingRules.make(order, known, number: number, at: desk)
    }

    private static func book<S: DocumentSource>(
        of state: BookingState, at desk: Desk, from source: S
    ) throws(S.Failure) -> BookingBook<S.Failure>? {
        guard let owner = state.owner else { return nil }
        return try book(state.window, of: owner, at: desk, from: source)
    }

    /// A window's hours and bookings; nil where it is not known here.
    static func book<S: DocumentSource>(
        _ code: String, of owner: RegionID, at desk: Desk, from source: S
    ) throws(S.Failure) -> BookingBook<S.Failure>? {
        let key = DefinitionState.key(.window, code, in: ScopeName.catalog(owner).id)
        guard case .definition(let state)? = try source.content(key),
            let window = ServiceWindow(state)
        else { return nil }
        return try CounterQuery.book(window, at: desk.now, in: desk.directory, from: source)
    }

    // MARK: parcels

    private static func mail<S: DocumentSource>(
        _ order: MailingOrder, at desk: Desk, from source: S
    ) throws(S.Failure) -> Decision {
        let keys = try source.find(.caseFile, label: order.caseNumber)
        guard keys.count == 1, case .caseFile(let state)? = try source.content(keys[0]) else {
            return .refuse(.noCase)
        }
        let file = MailedCase(
            number: state.number, scope: state.scope,
            originals: try holders(of: state, from: source),
            hasResult: !state.effective(.caseDecide).isEmpty)
        var parcels: [MailingState] = []
        for key in try source.find(.mailing, label: state.number) {
            if case .mailing(let parcel)? = try source.content(key) { parcels.append(parcel) }
        }
        let number = try CounterNumber.fresh("J", at: desk) { (number) throws(S.Failure) in
            try source.content(MailingState.key(number)) != nil
        }
        do throws(RuleRefusal) {
            let draft = try MailingRules.make(
                order, of: file, open: parcels, number: number, at: desk)
            return .write([draft], answer: MailingRules.answer(number, .packed))
        } catch {
            return .refuse(error)
        }
    }

    /// A step of a parcel, and beside it in the same commit what becomes of the originals in it
    /// (交接单) and, where the applicant has the result now, 送达.
    private static func step<S: DocumentSource>(
        _ order: MailingStepOrder, at desk: Desk, from source: S
    ) throws(S.Failure) -> Decision {
        guard case .mailing(let state)? = try source.content(MailingState.key(order.mailing)),
            let number = CaseNumber(state.caseNumber)
        else { return .refuse(.noMailing) }
        var drafts: [Draft] = []
        let next: MailingStatus
        do throws(RuleRefusal) {
            let (draft, status) = try MailingRules.step(order, on: state, at: desk)
            drafts = [draft]
            next = status
        } catch {
            return .refuse(error)
        }
        func decide(_ act: CaseCommand.Act) throws(S.Failure) -> Decision {
            let command = CaseCommand(act, on: .number(number), at: order.at)
            return try CaseRules.decide(command, at: desk, from: source, under: .standard)
        }
        if let step = MailingRules.originals(of: state, order.act) {
            let act = CaseCommand.Act.step(
                .originals(codes: state.originals, way: step.way, to: step.receiver))
            switch try decide(act) {
            case .write(let more, _): drafts += more
            case .refuse(let refusal): return .refuse(refusal)
            }
        }
        // Where the case does not wait for 送达 any more, the parcel is all there is to say.
        if order.act == .receive, state.hasResult, state.target == nil,
            case .write(let more, _) = try decide(.deliver(receiver: .init(name: "")))
        {
            drafts += more
        }
        return .write(drafts, answer: MailingRules.answer(state.number, next))
    }

    // MARK: folding

    static func fold<S: DocumentSource>(
        _ arrival: Arrival, at desk: Desk, from source: S
    ) throws(S.Failure) -> [ContentWrite] {
        guard !arrival.isIdle, let bytes = arrival.change.body else { return [] }
        let body = JSON.orNull(bytes)
        let region = desk.directory.region(of: arrival.key)
        let kind = arrival.change.kind
        if kind == .queueDay {
            return try day(body, arrival, region, from: source).map { [$0] } ?? []
        }
        let isBooking = kind == .bookingMade || kind == .bookingStep
        let field = isBooking ? "booking" : kind == .reminderGiven ? "case" : "mailing"
        guard let id = body[field]?.text.flatMap(Digest16.init(hex:)) else { return [] }
        let event = CounterEvent(arrival.change, body, region: region)
        if kind == .reminderGiven {
            let key = CertificateState.key(case: id)
            var state = CertificateState(scope: arrival.scope)
            if case .certificate(let known)? = try source.content(key) { state = known }
            guard state.scope == arrival.scope else { return [] }
            state.take(arrival.change, body)
            return [ContentWrite(key: key, content: .certificate(state))]
        }
        guard event.isWellFormed(kind) else { return [] }
        guard isBooking else {
            let key = DocumentKey(collection: .mailing, id: id)
            var state = MailingState(scope: arrival.scope)
            if case .mailing(let known)? = try source.content(key) { state = known }
            guard state.scope == arrival.scope else { return [] }
            state.take(event)
            return [ContentWrite(key: key, content: .mailing(state))]
        }
        let key = DocumentKey(collection: .booking, id: id)
        var state = try booking(key, from: source) ?? BookingState(scope: arrival.scope)
        guard state.scope == arrival.scope else { return [] }
        state.take(event)
        state.attention = state.status.isOpen && state.owner == desk.region
        return [ContentWrite(key: key, content: .booking(state))]
    }

    /// What the audit calls it.
    static func act(_ change: Change, _ family: String) -> String {
        let act = change.body.flatMap { JSON.orNull($0)["act"]?.text }
        return family + "." + (act ?? "make")
    }

    /// A place's day, in its own words.
    private static func day<S: DocumentSource>(
        _ body: JSON, _ arrival: Arrival, _ region: RegionID?, from source: S
    ) throws(S.Failure) -> ContentWrite? {
        guard let counts = QueueCounts(body), let region, region == arrival.scope.region else {
            return nil
        }
        let key = QueueDayState.key(region, counts.day)
        var state = QueueDayState(region: region, arrival.change, counts)
        if case .queueDay(let known)? = try source.content(key) { state.take(known) }
        return ContentWrite(key: key, content: .queueDay(state))
    }
}
