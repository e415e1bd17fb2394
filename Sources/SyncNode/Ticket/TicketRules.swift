import Account
package import Base
package import Change
package import Civil
import Document
package import Region
package import Verdict

/// What becomes of a command about tickets and ratings. The documents that it concerns are looked
/// up by the caller.
package enum TicketRules {
    /// 登记: in the scope of the place where it is opened, so that it goes up with its cases.
    package static func open(_ order: TicketOrder, at desk: Desk) throws(RuleRefusal) -> Decision {
        let (draft, id, number) = try opening(order, at: desk)
        return .write([draft], answer: answer(id, number, .open, order.kind))
    }

    /// The change that opens a ticket, with its id and number.
    package static func opening(
        _ order: TicketOrder, at desk: Desk, number given: Int = 0
    ) throws(RuleRefusal) -> (draft: Draft, id: Digest16, number: String) {
        try checkMoment(order.at, desk)
        let characters = Limits.ticketTextCharactersMax
        guard
            SealedText.isSealed(order.text)
                ? order.text.utf8.count <= SealedText.bytesMax(characters: characters)
                : order.text.count <= characters
        else { throw .invalid("text", "内容至多 \(characters) 字") }
        let date = CivilDate(of: order.at ?? desk.now)
        let scope = scope(of: order, at: desk.region, now: desk.now, in: desk.directory)
        var target: RegionID?
        if let code = order.target {
            let place = desk.directory.region(code: code)?.id
            guard let place, desk.directory.carries(place, scope),
                desk.directory.carries(desk.region, scope)
            else { throw RuleRefusal("ticket-target", "只能交给本站、其上级或下级", field: "to") }
            target = place
        }
        if desk.mustSeal, order.person != nil, order.sealed == nil {
            throw RuleRefusal("person-not-sealed", "个人信息未经加密，不予保存", category: .forbidden)
        }
        let words = desk.entropy.words
        let id = Digest16(high: words.0, low: words.1 &+ UInt64(given))
        let number = order.hotline.map { "R" + $0 } ?? Self.number(order.kind, date, words.2, given)
        var body = JSONWriter(capacity: 512)
        body.object { object in
            object.field("ticket", hex: id)
            object.field("number", number)
            object.field("kind", order.kind.rawValue)
            object.field("text", order.text)
            object.field("days", order.days ?? order.kind.days)
            object.field("channel", order.channel)
            if let text = order.caseNumber { object.field("case", text) }
            if let text = order.item { object.field("item", text) }
            if let text = order.hotline { object.field("hotline", text) }
            if let target { object.field("to", target.hex) }
            if let sealed = order.sealed { object.field("sealed", sealed.text) }
            if order.isNamed { object.field("named", true) }
            if let grade = order.grade { object.field("grade", grade.rawValue) }
            if let at = order.at ?? desk.stated { object.field("at", at.millis) }
        }
        return (Draft(scope: scope, kind: .ticketOpen, body: body.bytes), id, number)
    }

    /// Where a ticket stands that is opened at a region: in its own scope, or, so that it gets
    /// there, in that of the place below that it is about.
    package static func scope(
        of order: TicketOrder, at region: RegionID, now: Instant, in directory: Directory
    ) -> ScopeName {
        let year = UInt16(clamping: CivilDate(of: order.at ?? now).year)
        guard order.person == nil, let place = order.target.flatMap(directory.region(code:))?.id,
            place != region, directory.isWithin(place, region)
        else { return .cases(region, year: year) }
        return .cases(place, year: year)
    }

    /// A letter, the date, and six digits out of fresh randomness.
    private static func number(
        _ kind: TicketKind, _ date: CivilDate, _ word: UInt64, _ given: Int
    ) -> String {
        let digits = String((word &+ UInt64(given)) % 1_000_000)
        let day = date.text.filter(\.isNumber)
        return kind.letter + day + "-" + String(repeating: "0", count: 6 - digits.count) + digits
    }

    /// One step, of whoever has the ticket or stands above it.
    package static func step(
        _ order: TicketStepOrder, on state: TicketState, _ id: Digest16, at desk: Desk
    ) throws(RuleRefusal) -> Decision {
        try checkMoment(order.at, desk)
        guard desk.directory.carries(desk.region, state.scope), state.opening != nil else {
            throw .noTicket
        }
        guard desk.isSeated else {
            throw RuleRefusal("seat-suspended", "本机席位未获上级授予，不能办理工单", category: .forbidden)
        }
        guard !state.isFull else { throw RuleRefusal("ticket-full", "工单记录已达上限") }
        let next = TicketTable.next(state.kind, state.status, order.act, isGood: order.isGood)
        guard let next else {
            throw RuleRefusal(
                "ticket-state",
                "工单\(state.status.name(of: state.kind))，不能\(order.act.name(of: state.kind))")
        }
        guard
            TicketState.may(
                desk.region, order.act, holding: state.holder, station: state.station,
                desk.directory)
        else {
            let name = state.holder.flatMap { desk.directory.region($0)?.name } ?? "他处"
            throw RuleRefusal("ticket-not-held", "工单现由\(name)办理", category: .forbidden)
        }
        var target: RegionID?
        if let code = order.target {
            guard let place = desk.directory.region(code: code),
                desk.directory.carries(place.id, state.scope)
            else { throw RuleRefusal("ticket-target", "只能交给登记站或其上级", field: "to") }
            target = place.id
        }
        try checkReviewer(order, state, desk)
        var body = JSONWriter(capacity: 256)
        body.object { object in
            object.field("ticket", hex: id)
            object.field("act", order.act.rawValue)
            if !order.isGood { object.field("outcome", "no") }
            if let target { object.field("to", target.hex) }
            if !order.note.isEmpty { object.field("note", order.note) }
            if let at = order.at ?? desk.stated { object.field("at", at.millis) }
        }
        return .write(
            [Draft(scope: state.scope, kind: .ticketStep, body: body.bytes)],
            answer: answer(id, state.number, next, state.kind))
    }

    /// 复核, 回访: by another person than who put it right or answered.
    private static func checkReviewer(
        _ order: TicketStepOrder, _ state: TicketState, _ desk: Desk
    ) throws(RuleRefusal) {
        guard order.act == .review, desk.author != 0, desk.author != AccountID.operatorAuthor
        else { return }
        let worked = state.events.contains { event in
            event.counts && (event.act == .fix || event.act == .reply)
                && event.author == desk.author
        }
        guard !worked else {
            throw RuleRefusal("separate-officers", "复核、回访须由整改、答复以外的人办理", category: .forbidden)
        }
    }

    /// 评价 of a contact without a case: one word, and of a 差评 a ticket beside it.
    ///
    /// - Parameter known: What was said of the contact before.
    package static func rate(
        _ order: RatingOrder, known: RatingState?, at desk: Desk
    ) throws(RuleRefusal) -> Decision {
        try checkMoment(order.at, desk)
        guard known?.counted == nil else { throw .rated }
        let moment = order.at ?? desk.now
        let year = UInt16(clamping: CivilDate(of: moment).year)
        let scope = ScopeName.cases(desk.region, year: year)
        let key = RatingState.key(Array(order.contact.utf8), at: desk.region)
        var body = JSONWriter(capacity: 256)
        body.object { object in
            object.field("contact", hex: key.id)
            object.field("grade", order.grade.rawValue)
            object.field("channel", order.channel)
            if let item = order.item { object.field("item", item) }
            if order.isNamed { object.field("named", true) }
            if let served = order.served { object.field("served", served.text) }
            object.field("at", moment.millis)
        }
        var drafts = [Draft(scope: scope, kind: .ratingGiven, body: body.bytes)]
        var number: String?
        if order.grade.isBad {
            let opened = try opening(
                bad(order.grade, order.text, isNamed: order.isNamed, item: order.item, at: moment),
                at: desk)
            drafts.append(opened.draft)
            number = opened.number
        }
        return .write(drafts, answer: ratingAnswer(order.grade, number))
    }

    /// The ticket that a bad rating is.
    package static func bad(
        _ grade: Grade, _ text: String, isNamed: Bool, item: String?, at moment: Instant?
    ) -> TicketOrder {
        var ticket = TicketOrder(.badRating, text.isEmpty ? grade.name : text)
        ticket.item = item
        ticket.isNamed = isNamed
        ticket.grade = grade
        ticket.at = moment
        return ticket
    }

    /// {grade, ticket?}.
    package static func ratingAnswer(_ grade: Grade, _ ticket: String?) -> [UInt8] {
        var answer = JSONWriter()
        answer.object { object in
            object.field("grade", grade.rawValue)
            if let ticket { object.field("ticket", ticket) }
        }
        return answer.bytes
    }

    private static func checkMoment(_ at: Instant?, _ desk: Desk) throws(RuleRefusal) {
        if let refusal = desk.refusal(of: at) { throw refusal }
    }

    private static func answer(
        _ id: Digest16, _ number: String, _ status: TicketStatus, _ kind: TicketKind
    ) -> [UInt8] {
        var answer = JSONWriter()
        answer.object { object in
            object.field("ticket", hex: id)
            object.field("number", number)
            object.field("status", status.rawValue)
            object.field("state", status.name(of: kind))
        }
        return answer.bytes
    }
}

extension RuleRefusal {
    /// There is no such ticket here.
    package static let noTicket = RuleRefusal(
        "ticket-not-found", "没有这个工单", field: "ticket", category: .missing)
    /// The days in which somebody is rated are over.
    package static func ratingOver(
        _ since: String, _ last: CivilDate, field: String
    ) -> RuleRefusal {
        RuleRefusal(
            "rating-over", "评价期已过：\(since)后 \(Limits.ratingDays) 个工作日内评价，至 \(last.text)",
            field: field)
    }

    /// The contact has its word.
    package static let rated = RuleRefusal("rating-given", "此次服务已评价，一次一评", field: "contact")
}
