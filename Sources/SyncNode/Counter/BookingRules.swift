package import Base
package import Change
package import Civil
package import Region
package import Verdict

/// What the hours of one window and the bookings of its days allow. Bookings are asked for day by
/// day, as the store finds them.
package struct BookingBook<Failure: Error> {
    package let window: ServiceWindow
    package let calendar: WorkCalendar
    package let now: Instant
    private let bookings: (CivilDate) throws(Failure) -> [BookingState]

    /// - Parameter bookings: All of the window that stand on a day.
    package init(
        _ window: ServiceWindow, _ calendar: WorkCalendar, at now: Instant,
        bookings: @escaping (CivilDate) throws(Failure) -> [BookingState]
    ) {
        self.window = window
        self.calendar = calendar
        self.now = now
        self.bookings = bookings
    }

    /// Who has a place in a slot, by business time.
    package func holders(of slot: BookingSlot) throws(Failure) -> [BookingState] {
        try bookings(slot.date)
            .filter { $0.owner == window.region && $0.window == window.code && $0.holds(slot) }
            .sorted { $0.isBefore($1) }
    }

    /// Places left in a slot; 0 where there is none.
    package func free(_ slot: BookingSlot) throws(Failure) -> Int {
        guard slot.moment > now else { return 0 }
        return max(0, (window.places(slot, calendar) ?? 0) - (try holders(of: slot).count))
    }

    /// The first free slot behind one; nil where all that may be booked is taken.
    package func next(after slot: BookingSlot) throws(Failure) -> BookingSlot? {
        let today = CivilDate(of: now)
        let first = max(slot.date, today)
        let last = max(window.lastDay(from: today), slot.date.advanced(by: window.aheadDays))
        for date in first.through(last) {
            for hour in window.hours {
                let candidate = BookingSlot(date: date, start: hour.start)
                if candidate > slot, try free(candidate) > 0 { return candidate }
            }
        }
        return nil
    }
}

/// What becomes of commands about bookings. The documents are looked up by the caller.
package enum BookingRules {
    /// 预约: at the owner's own counter with its answer at once, elsewhere 待确认 until it comes.
    ///
    /// - Parameters:
    ///   - book: nil where the window is not known here.
    ///   - number: A fresh one.
    package static func make<Failure>(
        _ order: BookingOrder, _ book: BookingBook<Failure>?, number: String, at desk: Desk
    ) throws(Failure) -> Decision {
        guard let book else { return .refuse(.noWindow) }
        let window = book.window
        let scope = scope(of: order, at: desk.region, now: desk.now, in: desk.directory)
        if let refusal = refusal(of: order, book, scope, desk) { return .refuse(refusal) }
        let isOwn = window.region == desk.region && desk.isSeated
        if isOwn, try book.free(order.slot) == 0 {
            return .refuse(try full(order.slot, book))
        }
        let id = BookingState.key(number).id
        var body = JSONWriter(capacity: 384)
        body.object { object in
            object.field("booking", hex: id)
            object.field("number", number)
            object.field("owner", window.region.hex)
            object.field("window", window.code)
            object.field("date", order.slot.date.text)
            object.field("start", order.slot.time)
            if let item = order.item { object.field("item", item) }
            if let sealed = order.sealed { object.field("sealed", sealed.text) }
            object.field("at", (order.at ?? desk.now).millis)
        }
        var drafts = [Draft(scope: scope, kind: .bookingMade, body: body.bytes)]
        if isOwn { drafts.append(step(.confirm, id, scope, to: order.slot)) }
        return .write(
            drafts,
            answer: answer(number, isOwn ? .confirmed : .pending, order.slot, window.name))
    }

    private static func full<Failure>(
        _ slot: BookingSlot, _ book: BookingBook<Failure>
    ) throws(Failure) -> RuleRefusal {
        let next = try book.next(after: slot)
        return RuleRefusal(
            "slot-full",
            next.map { "该时段已约满，最近可约 \($0.text)" } ?? "该时段已约满，近期没有可约时段", field: "start")
    }

    /// Where a booking stands that is made at a region: in its own scope, or, so that it gets
    /// there, in that of the place below whose window it is.
    package static func scope(
        of order: BookingOrder, at region: RegionID, now: Instant, in directory: Directory
    ) -> ScopeName {
        let year = CivilDate(of: order.at ?? now).scopeYear
        guard let owner = order.owner.flatMap(directory.region(code:))?.id, owner != region,
            directory.isWithin(owner, region)
        else { return .cases(region, year: year) }
        return .cases(owner, year: year)
    }

    private static func refusal<Failure>(
        of order: BookingOrder, _ book: BookingBook<Failure>, _ scope: ScopeName, _ desk: Desk
    ) -> RuleRefusal? {
        let window = book.window
        if let refusal = desk.refusal(of: order.at) { return refusal }
        guard desk.directory.carries(window.region, scope),
            desk.directory.carries(desk.region, scope)
        else {
            return RuleRefusal("window-elsewhere", "只能预约本站、其上级或其下级的窗口", field: "region")
        }
        if desk.mustSeal, order.person != nil, order.sealed == nil {
            return RuleRefusal("person-not-sealed", "个人信息未经加密，不予保存", category: .forbidden)
        }
        if let item = order.item, !window.items.isEmpty, !window.items.contains(item) {
            return RuleRefusal("window-item", "\(window.name)不办理此事项", field: "item")
        }
        return refusal(of: order.slot, book)
    }

    /// Why an hour of a window is not for booking; nil where it is, whoever has it.
    private static func refusal<Failure>(
        of slot: BookingSlot, _ book: BookingBook<Failure>
    ) -> RuleRefusal? {
        let window = book.window
        guard slot.moment > book.now else {
            return RuleRefusal("slot-past", "该时段已过", field: "start")
        }
        guard slot.date <= window.lastDay(from: CivilDate(of: book.now)) else {
            return RuleRefusal("slot-far", "只能预约 \(window.aheadDays) 天以内", field: "date")
        }
        switch window.places(slot, book.calendar) {
        case nil:
            return RuleRefusal(
                "calendar-missing", "缺 \(slot.date.year) 年节假日安排，不能预约", field: "date")
        case 0:
            return RuleRefusal("slot-unknown", "\(window.name)没有这个时段，或当日不开放", field: "start")
        default: return nil
        }
    }

    /// What the owner says of a booking that waits: the hour that was asked for, where it is
    /// free or goes to the earlier of two by business time; else the next free one. Whoever is to
    /// come today is not sent away any more.
    ///
    /// - Parameter book: nil where the window is not here any more.
    package static func settle<Failure>(
        _ booking: BookingState, _ book: BookingBook<Failure>?, at desk: Desk
    ) throws(Failure) -> Decision {
        guard booking.status.isOpen, booking.owner == desk.region,
            let wanted = booking.wish?.slot ?? booking.wanted
        else { return .write([], answer: []) }
        if booking.status == .changing { return try settle(booking, wish: wanted, book) }
        guard let book, book.window.isOpen else {
            return written([decline(booking, "窗口已停止预约")])
        }
        if try book.free(wanted) > 0 { return written([step(.confirm, booking, to: wanted)]) }
        let isToCome = wanted.date > CivilDate(of: desk.now)
        if isToCome, let last = try book.holders(of: wanted).last, booking.isBefore(last),
            book.window.places(wanted, book.calendar) ?? 0 > 0
        {
            let other = try away(last, from: wanted, book, "先约者优先，请改约")
            return written([other, step(.confirm, booking, to: wanted)])
        }
        return written([try away(booking, from: wanted, book, "该时段已约满")])
    }

    /// Another hour for who has one: where it is free. Nobody is sent away for it, and what was
    /// given is not lost over it.
    private static func settle<Failure>(
        _ booking: BookingState, wish: BookingSlot, _ book: BookingBook<Failure>?
    ) throws(Failure) -> Decision {
        if let book, refusal(of: wish, book) == nil, try book.free(wish) > 0 {
            return written([step(.move, booking, to: wish, "申请人改约")])
        }
        return written([step(.keep, booking, "所申请的 \(wish.text) 已约满或不开放，保留原时段")])
    }

    /// To the next free hour, or nowhere.
    private static func away<Failure>(
        _ booking: BookingState, from slot: BookingSlot, _ book: BookingBook<Failure>,
        _ reason: String
    ) throws(Failure) -> Draft {
        guard let next = try book.next(after: slot) else {
            return decline(booking, reason + "，近期没有可约时段")
        }
        return step(.move, booking, to: next, reason)
    }

    private static func decline(_ booking: BookingState, _ reason: String) -> Draft {
        step(.decline, booking, reason)
    }

    /// A step that a clerk takes.
    package static func step<Failure>(
        _ order: BookingStepOrder, on booking: BookingState, _ book: BookingBook<Failure>?,
        at desk: Desk
    ) throws(Failure) -> Decision {
        guard desk.directory.carries(desk.region, booking.scope), let slot = booking.slot else {
            return .refuse(.noBooking)
        }
        guard desk.isSeated else {
            return .refuse(
                RuleRefusal("seat-suspended", "本机席位未获上级授予，不能办理预约", category: .forbidden))
        }
        let isMaker = order.act.isOfMaker && desk.region == booking.maker
        guard booking.owner == desk.region || isMaker else {
            let name = booking.owner.flatMap { desk.directory.region($0)?.name } ?? "他处"
            return .refuse(
                RuleRefusal("booking-not-owned", "号源归\(name)，由其办理", category: .forbidden))
        }
        guard let next = order.act.next(from: booking.status) else {
            return .refuse(
                RuleRefusal(
                    "booking-state", "\(booking.status.name)的预约不能\(order.act.name)",
                    field: "booking"))
        }
        let today = CivilDate(of: desk.now)
        if order.act.isOfMaker, booking.status.holdsPlace, slot.moment <= desk.now {
            return .refuse(
                RuleRefusal("slot-past", "约定的时段已过，不能\(order.act.name)", field: "booking"))
        }
        if order.act == .ask { return try ask(order, booking, book, at: desk) }
        if order.act == .miss, slot.moment > desk.now {
            return .refuse(RuleRefusal("slot-ahead", "预约时间未到", field: "booking"))
        }
        if order.act == .arrive, slot.date > today {
            return .refuse(RuleRefusal("slot-ahead", "预约日期未到", field: "booking"))
        }
        var target: BookingSlot?
        if order.act == .move {
            guard let wanted = order.slot, let book, try book.free(wanted) > 0 else {
                return .refuse(RuleRefusal("slot-full", "该时段已约满或不开放", field: "start"))
            }
            target = wanted
        }
        return .write(
            [step(order.act, booking, to: target, order.reason)],
            answer: answer(booking.number, next, target ?? slot, book?.window.name ?? ""))
    }

    /// Another hour: given at once by the owner, elsewhere a wish that waits for its answer.
    private static func ask<Failure>(
        _ order: BookingStepOrder, _ booking: BookingState, _ book: BookingBook<Failure>?,
        at desk: Desk
    ) throws(Failure) -> Decision {
        guard let book, let wanted = order.slot else { return .refuse(.noWindow) }
        guard wanted != booking.wish?.slot ?? booking.slot else {
            return .refuse(RuleRefusal("slot-same", "已是这个时段，无需改约", field: "start"))
        }
        if let refusal = refusal(of: wanted, book) { return .refuse(refusal) }
        guard booking.owner == desk.region else {
            let status: BookingStatus = booking.status == .pending ? .pending : .changing
            return .write(
                [step(.ask, booking, to: wanted, order.reason)],
                answer: answer(booking.number, status, wanted, book.window.name))
        }
        guard try book.free(wanted) > 0 else { return .refuse(try full(wanted, book)) }
        return .write(
            [step(.move, booking, to: wanted, order.reason)],
            answer: answer(booking.number, .moved, wanted, book.window.name))
    }

    private static func step(
        _ act: BookingAct, _ booking: BookingState, to slot: BookingSlot? = nil,
        _ reason: String = ""
    ) -> Draft {
        step(
            act, BookingState.key(booking.number).id, booking.scope, to: slot,
            on: act == .ask ? nil : booking.wish?.hash, reason)
    }

    private static func step(
        _ act: BookingAct, _ id: Digest16, _ scope: ScopeName, to slot: BookingSlot? = nil,
        on wish: Digest16? = nil, _ reason: String = ""
    ) -> Draft {
        var body = JSONWriter(capacity: 160)
        body.object { object in
            object.field("booking", hex: id)
            object.field("act", act.rawValue)
            if let slot {
                object.field("date", slot.date.text)
                object.field("start", slot.time)
            }
            if let wish { object.field("on", hex: wish) }
            if !reason.isEmpty { object.field("reason", reason) }
        }
        return Draft(scope: scope, kind: .bookingStep, body: body.bytes)
    }

    private static func written(_ drafts: [Draft]) -> Decision { .write(drafts, answer: []) }

    private static func answer(
        _ number: String, _ status: BookingStatus, _ slot: BookingSlot, _ window: String
    ) -> [UInt8] {
        var answer = JSONWriter()
        answer.object { object in
            object.field("booking", number)
            object.field("status", status.rawValue)
            object.field("state", status.name)
            object.field("slot", slot.text)
            object.field("window", window)
        }
        return answer.bytes
    }
}

/// Numbers of bookings and parcels: a letter, the place that gave it, the day, six digits.
package enum CounterNumber {
    /// One that this place has not given yet.
    package static func fresh<Failure>(
        _ letter: String, at desk: Desk, isKnown: (String) throws(Failure) -> Bool
    ) throws(Failure) -> String {
        let place = desk.directory.region(desk.region)?.code.text ?? "000000000000"
        let day = CivilDate(of: desk.now).text.filter(\.isNumber).dropFirst(2)
        var word = desk.entropy.words.2
        while true {
            let digits = String(word % 1_000_000)
            let number =
                "\(letter)\(place)-\(day)-" + String(repeating: "0", count: 6 - digits.count)
                + digits
            if try !isKnown(number) { return number }
            word &+= 1
        }
    }
}

extension RuleRefusal {
    /// There is no such window here.
    package static let noWindow = RuleRefusal(
        "window-unknown", "没有这个预约窗口，或本站尚未收到", field: "window", category: .missing)
    /// There is no such booking here.
    package static let noBooking = RuleRefusal(
        "booking-not-found", "没有这个预约", field: "booking", category: .missing)
}
