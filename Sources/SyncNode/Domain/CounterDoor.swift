package import Base
import Change
import Civil
package import Counter
import Document
package import Region

/// What pages ask about bookings.
package enum CounterQuery {
    /// A window's hours with the bookings that are here. Reads a day's bookings when asked.
    package static func book<S: DocumentSource>(
        _ window: ServiceWindow, at now: Instant, in directory: Directory, from source: S
    ) throws(S.Failure) -> BookingBook<S.Failure> {
        let year = CivilDate(of: now).year
        let calendar = try CatalogQuery.calendar(
            of: year...min(9999, year + 1), for: window.region, in: directory, from: source)
        return BookingBook(window, calendar, at: now) { (date) throws(S.Failure) in
            var found: [BookingState] = []
            let label = BookingState.label(window.region, window.code, date)
            for key in try source.find(.booking, label: label) {
                if case .booking(let state)? = try source.content(key) { found.append(state) }
            }
            return found
        }
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
            let key =
                Digest16(hex: order.booking).map { DocumentKey(collection: .booking, id: $0) }
                ?? BookingState.key(order.booking)
            guard let state = try booking(key, from: source) else { return .refuse(.noBooking) }
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

    /// Who has each original that is in somebody's keeping, by the 交接单 of the case.
    static func holders<S: DocumentSource>(
        of state: CaseState, from source: S
    ) throws(S.Failure) -> [String: OriginalHolder] {
        var holders: [String: OriginalHolder] = [:]
        let events = state.effective(.caseOriginals)
            .sorted { ($0.time, $0.dot.seq, $0.hash) < ($1.time, $1.dot.seq, $1.hash) }
        for event in events {
            var holder = state.region(of: event.dot.actor).map { OriginalHolder.place($0) }
            if event.outcome == "on" {
                let change = try source.change(at: event.dot, in: state.scopeID)
                let words =
                    change?.body.flatMap { CatalogFold.parsed($0)["detail"]?["receiver"]?.text }
                    ?? ""
                holder = MailingRules.holder(words, at: holder)
            }
            for code in event.terms.codes {
                holders[code] = event.outcome == "back" ? nil : holder
            }
        }
        return holders
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

    // MARK: certificates

    private static func remind<S: DocumentSource>(
        _ order: ReminderOrder, at desk: Desk, from source: S
    ) throws(S.Failure) -> Decision {
        let keys = try source.find(.certificate, label: order.caseNumber)
        guard keys.count == 1, case .certificate(let state)? = try source.content(keys[0]) else {
            return .refuse(
                RuleRefusal(
                    "certificate-unknown", "此办件没有带有效期的证照", field: "case", category: .missing))
        }
        let moment = order.at ?? desk.now
        guard let stage = state.due(on: CivilDate(of: moment)) else {
            return .refuse(
                RuleRefusal("reminder-not-due", "尚未到提醒的日子，或本次已提醒", field: "case"))
        }
        var body = JSONWriter(capacity: 128)
        body.object { object in
            object.field("case", hex: keys[0].id)
            object.field("stage", stage.rawValue)
            object.field("way", order.way)
            object.field("at", moment.millis)
        }
        return .write(
            [Draft(scope: state.scope, kind: .reminderGiven, body: body.bytes)],
            answer: CatalogRules.answer { object in
                object.field("number", state.caseNumber)
                object.field("stage", stage.rawValue)
            })
    }

    /// The certificates of cases that were written: what they say of their validity, made of the
    /// case alone.
    static func certificates<S: DocumentSource>(
        of writes: [ContentWrite], from source: S
    ) throws(S.Failure) -> [ContentWrite] {
        var found: [ContentWrite] = []
        for write in writes {
            guard case .caseFile(let file) = write.content,
                file.events.contains(where: { $0.kind == .caseReady && $0.outcome != nil })
            else { continue }
            let key = CertificateState.key(case: write.key.id)
            var state = CertificateState(scope: file.scope)
            if case .certificate(let known)? = try source.content(key) { state = known }
            let ready = file.effective(.caseReady).filter { $0.outcome != nil }
                .max { ($0.time, $0.hash) < ($1.time, $1.hash) }
            state.caseNumber = file.number
            state.item = file.item
            state.validUntil = ready?.outcome.flatMap { CivilDate($0) }
            state.isRevoked = !file.effective(.caseRevoke).isEmpty
            found.append(ContentWrite(key: key, content: .certificate(state)))
        }
        return found
    }

    // MARK: folding

    static func fold<S: DocumentSource>(
        _ arrival: Arrival, at desk: Desk, from source: S
    ) throws(S.Failure) -> [ContentWrite] {
        guard !arrival.isIdle, let bytes = arrival.change.body else { return [] }
        let body = CatalogFold.parsed(bytes)
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
        state.attention = state.status == .pending && state.owner == desk.region
        return [ContentWrite(key: key, content: .booking(state))]
    }

    /// What the audit calls it.
    static func act(_ change: Change, _ family: String) -> String {
        let act = change.body.flatMap { CatalogFold.parsed($0)["act"]?.text }
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
