import Base
import Change
import Civil
import Testing

@testable import Domain
@testable import Tally

/// What happens in a random county: cases, ratings, tickets, written a piece at a time.
extension RandomCounty {
    /// Days from the first of March on, so that all limits end in the year that is known.
    static let first = CivilDate("2026-03-01") ?? CivilDate(of: Instant(millis: 0))
    static let days = 150

    static func day(_ offset: Int) -> CivilDate { first.advanced(by: offset) }

    /// A moment of a day at work.
    private func moment(_ day: Int) -> Int64 {
        Self.day(day).start.millis + Int64(8 + dice.roll(10)) * 3_600_000
    }

    /// Cases, each as far as it has come by a day; more of the same case comes later.
    func receive(_ count: Int) throws {
        try journal.begin()
        for number in 0..<count {
            let place = dice.hits(70) ? dice.one(of: Self.villages) : dice.one(of: Self.all)
            let day = dice.roll(Self.days - 40)
            var events = RandomEvents(
                Self.scope(place), try Self.key(place), cases.count + 1,
                first: (wrote[place]?.last?.seq ?? 1) + 1)
            begin(&events, day)
            proceed(&events, day)
            let key = DocumentKey(
                collection: .caseFile, id: Digest16(high: 77, low: UInt64(cases.count + 1)))
            try save(events.state, key, at: place)
            if number % 3 == 0 { try rate(key, events.state, at: place, day) }
        }
        for place in Self.villages + Self.towns where dice.hits(80) {
            let last = max(wrote[place]?.last?.time ?? 0, signed[place]?.last?.time ?? 0)
            try sign(place, at: last + Int64(dice.roll(90)) * 3_600_000)
        }
        try journal.commit()
    }

    /// More happens to some of those that are there.
    func goOn(_ count: Int) throws {
        try journal.begin()
        let keys = cases.keys.sorted { $0.id < $1.id }
        for _ in 0..<count {
            let key = dice.one(of: keys)
            guard let state = cases[key] else { continue }
            var events = RandomEvents(state)
            proceed(&events, Self.days - 40 + dice.roll(30))
            try save(events.state, key, at: state.scope.region)
        }
        try journal.commit()
    }

    func save(_ state: CaseState, _ key: DocumentKey, at place: RegionID) throws {
        cases[key] = state
        let time = max(wrote[place]?.last?.time ?? 0, state.events.map(\.time).max() ?? 0)
        try write(
            state.stored(key: key), .caseNote, Array("{\"case\":\"\(key.id.hex)\"}".utf8),
            at: place, time)
    }

    // MARK: the course of one

    private func begin(_ events: inout RandomEvents, _ day: Int) {
        let item = dice.one(of: RandomItem.all)
        var facts = CaseFacts()
        facts.number = "N\(events.number)"
        facts.item = item.code
        facts.itemVersion = item.version(on: Self.day(day)).number
        facts.channel = dice.one(of: ["window", "online", "phone", ""])
        facts.isOffline = dice.hits(30)
        if dice.hits(8) { facts.stage = dice.hits(50) ? .agent : .precheck }
        events.state.facts = facts
        let isForeign = facts.stage == nil && dice.hits(5)
        events.add(isForeign ? .caseArrive : .caseReceive, moment(day))
        if facts.stage != nil, dice.hits(70) { events.add(.caseTake, moment(day)) }
    }

    private func proceed(_ events: inout RandomEvents, _ start: Int) {
        var day = start
        func has(_ kind: ChangeKind) -> Bool { events.has(kind) }
        guard !has(.caseRefuse), !has(.caseWithdraw), !has(.caseEnd) else { return }
        if !has(.caseAccept), !has(.caseDecide) {
            for _ in 0..<dice.one(of: [0, 0, 0, 1, 1, 2]) {
                day += dice.roll(3)
                events.add(
                    .caseCorrection, moment(day), dice.hits(20) ? CaseEvent.rebased : nil)
            }
            if dice.hits(15) {
                day += dice.roll(9)
                events.add(dice.one(of: [.caseRefuse, .caseWithdraw, .caseEnd]), moment(day))
                return
            }
            guard dice.hits(75) else { return }
            day += dice.roll(4)
            events.add(.caseAccept, moment(day), codes: dice.hits(25) ? ["M1"] : [])
            if dice.hits(15) {
                events.state.events[events.state.events.count - 1].terms.isPledged = true
            }
        }
        if has(.caseAccept), !has(.caseDecide) { handle(&events, &day) }
        if has(.caseDecide) { finish(&events, &day) }
    }

    private func handle(_ events: inout RandomEvents, _ day: inout Int) {
        if events.has(.caseAccept), !events.has(.caseSupplement), dice.hits(50) {
            events.add(.caseSupplement, moment(day + dice.roll(12)), codes: ["M1"])
        }
        if dice.hits(15) {
            let pause = events.add(.casePause, moment(day + dice.roll(3)), "鉴定")
            if dice.hits(70) {
                day += 3 + dice.roll(8)
                events.add(.caseResume, moment(day), about: pause)
            }
        }
        if dice.hits(10) { events.add(.caseExtend, moment(day), "5") }
        if dice.hits(10) {
            events.add(
                .caseMaterial, moment(day), dice.hits(50) ? CaseEvent.reused : CaseEvent.waived,
                codes: ["M1"])
        }
        if dice.hits(5) { events.hand(.custodyOutgoing, moment(day)) }
        if dice.hits(6) { events.hand(.custodyOffer, moment(day)) }
        guard dice.hits(75) else { return }
        day += dice.one(of: [0, 0, 1, 3, 5, 8, 14])
        events.add(.caseDecide, moment(day), dice.hits(90) ? "grant" : "refuse")
        if dice.hits(30) { events.add(.caseSealAnswer, moment(day), "sealed") }
    }

    private func finish(_ events: inout RandomEvents, _ day: inout Int) {
        if dice.hits(20) { events.add(.caseVerify, moment(day + 20)) }
        if !events.has(.caseDeliver) {
            guard dice.hits(70) else { return }
            day += dice.roll(15)
            events.add(.caseDeliver, moment(day))
        }
        guard !events.has(.caseClose), dice.hits(80) else { return }
        events.add(.caseClose, moment(day))
        if dice.hits(50) { events.add(.caseArchive, moment(day + 12)) }
    }

    // MARK: ratings and tickets

    private func rate(
        _ key: DocumentKey, _ state: CaseState, at place: RegionID, _ day: Int
    ) throws {
        let at = moment(day + dice.roll(9))
        let grade = try #require(Grade(rawValue: 1 + dice.roll(5)))
        let isNamed = dice.hits(50)
        var rating = RatingState(region: place)
        let channel = dice.one(of: ["window", "qr", "web", "else"])
        let hash = Digest16(high: 5, low: UInt64(ratings.count + 1))
        rating.take(
            RatingState.Word(
                hash: hash, moment: Instant(millis: at), officer: UInt64(1 + dice.roll(2)),
                grade: grade, channel: channel, item: state.item, isNamed: isNamed))
        let id = RatingState.key(Array(key.id.hex.utf8), at: place)
        ratings[id] = rating
        try write(
            rating.stored(key: id, scope: Self.scope(place).id), .ratingGiven,
            Array("{\"contact\":\"\(id.id.hex)\"}".utf8), at: place, at)
        if grade.isBad {
            try open(.badRating, at: place, at, isNamed ? ",\"named\":true" : "")
        } else if dice.hits(30) {
            try open(dice.one(of: [.stuck, .flaw, .complaint, .request, .push]), at: place, at, "")
        }
    }

    private func open(
        _ kind: TicketKind, at place: RegionID, _ at: Int64, _ more: String
    ) throws {
        let scope = Self.scope(place)
        let id = Digest16(high: 6, low: UInt64(tickets.count + 1))
        var state = TicketState(scope: scope)
        var time = at
        func say(_ kind: ChangeKind, _ rest: String) throws {
            let body = Array("{\"ticket\":\"\(id.hex)\",\"at\":\(time)\(rest)}".utf8)
            let change = try append(kind, body, to: scope, by: place, time)
            let event = TicketEvent(change, try JSON(parsing: body), region: place)
            state.take(try #require(event), in: directory)
        }
        try say(
            .ticketOpen,
            ",\"number\":\"T\(tickets.count + 1)\",\"kind\":\"\(kind.rawValue)\",\"text\":\"文\"\(more)"
        )
        let acts: [String] =
            switch kind {
            case .push: ["claim", "reply"]
            case .badRating: ["judge", "fix", "reply", "review"]
            default: ["judge", "fix", "reply", "review"]
            }
        for act in acts.prefix(dice.roll(acts.count + 1)) {
            time += Int64(1 + dice.roll(50)) * 3_600_000
            // 实名差评 stands behind its verification already.
            if act == "judge", state.status == .working { continue }
            try say(.ticketStep, ",\"act\":\"\(act)\"")
        }
        tickets[TicketState.key(id)] = state
        try journal.putDocument(state.stored(key: TicketState.key(id), scope: scope.id))
    }
}

/// The events of one case, as they come.
struct RandomEvents {
    var state: CaseState
    let number: Int
    private let actor: ActorID
    private let region: RegionID
    /// The change that speaks of it first.
    private let first: UInt64

    init(_ scope: ScopeName, _ key: IncarnationKey, _ number: Int, first: UInt64) {
        self.first = first
        state = CaseState(scope: scope, id: scope.id)
        actor = key.actor(in: scope.id)
        region = scope.region
        self.number = number
    }

    init(_ state: CaseState) {
        self.state = state
        actor = state.events[0].dot.actor
        first = state.events[0].dot.seq.rawValue
        region = state.scope.region
        number = Int(state.events[0].hash.high)
    }

    func has(_ kind: ChangeKind) -> Bool { state.events.contains { $0.kind == kind } }

    @discardableResult
    mutating func add(
        _ kind: ChangeKind, _ moment: Int64, _ outcome: String? = nil, codes: [String] = [],
        about: Digest16? = nil
    ) -> Digest16 {
        let index = UInt64(state.events.count + 1)
        let hash = Digest16(high: UInt64(number), low: index)
        // The number of the change that speaks of it is of no weight, but for the first.
        var event = CaseEvent(
            dot: Dot(actor: actor, seq: Seq(index == 1 ? first : UInt64(number) * 100 + index)),
            hash: hash,
            kind: kind, time: moment, author: 0)
        event.outcome = outcome
        event.about = about
        if !codes.isEmpty { event.terms.codes = codes }
        state.events.append(event)
        if state.links.isEmpty {
            state.links = [CustodyLink(event: hash, actor: actor, region: region, epoch: 1)]
        }
        state.deriveStatus()
        return hash
    }

    /// An act that leaves the case frozen.
    mutating func hand(_ kind: ChangeKind, _ moment: Int64) {
        guard !has(kind) else { return }
        let hash = add(kind, moment)
        if kind == .custodyOffer { state.offer = hash } else { state.outgoing = hash }
        state.deriveStatus()
    }
}
