import Base
import Change
package import Civil
package import Domain

extension Portion {
    /// What a case adds.
    ///
    /// - Parameters:
    ///   - binding: Of the version that governs it; nil where its item is not here.
    ///   - calendar: Of the years around it, as its place counts.
    ///   - mode: 下沉方式 under which it was received; empty where it is not to be counted by that.
    ///   - crossing: 通办模式 of its item, of a case that goes from county to county.
    /// - Returns: Nothing while its first event is not here. Cost: a step for each event, and one
    ///   for each calendar day of its limits.
    package static func of(
        _ state: CaseState, _ binding: CaseBinding?, _ calendar: WorkCalendar, mode: String = "",
        crossing: String = ""
    ) -> Portion {
        var portion = Portion()
        portion.addOffline(state)
        guard let course = state.course else { return portion }
        let terms = binding.map { binding in
            let legal = max(0, min(binding.legalDays, Limits.workingDaysMax))
            return CaseClock.Terms(
                promised: max(0, min(binding.promisedDays, legal)), legal: legal,
                isImmediate: binding.isImmediate)
        }
        portion.addReceipt(state, course, binding, mode, crossing)
        portion.addDeferral(state, CaseClock(course, terms, calendar, on: course.received))
        portion.addEnd(state, course, terms, calendar)
        if course.decided == nil {
            portion.addOpen(state, course, terms, calendar)
        } else if !course.endedWithout {
            portion.addDecided(CaseClock(course, terms, calendar, on: course.received))
        }
        return portion
    }

    private mutating func addOffline(_ state: CaseState) {
        guard state.facts.isOffline, let registered = state.registeredAt else { return }
        let day = CivilDate(of: Instant(millis: registered))
        add(.offline, day)
        if state.facts.stage == nil { add(.offlineReceived, day) }
    }

    private mutating func addReceipt(
        _ state: CaseState, _ course: CaseClock.Course, _ binding: CaseBinding?, _ mode: String,
        _ crossing: String
    ) {
        let day = course.received
        let isForeign = state.hasArrived
        add(isForeign ? .crossIn : .received, day, isForeign ? crossing : "")
        if !isForeign {
            let channel = state.facts.channel
            add(.channel, day, channel.isEmpty ? "window" : channel)
            add(.itemReceived, day, state.item)
            if !mode.isEmpty { add(.receivedMode, day, mode) }
        }
        if let accepted = course.accepted { add(.accepted, accepted) }
        let corrections = state.effective(.caseCorrection).count
        if corrections > 0 { add(.corrected, day) }
        // What a newer version added is asked for beside it, and counts against nobody.
        if course.correctedAgain != nil { add(.correctedTwice, day) }
        if let binding, binding.isImmediate {
            add(.immediate, day)
            if course.decided == day, !course.endedWithout { add(.sameDay, day) }
        }
        addSpared(state, binding, on: day)
        if let sent = state.effective(.custodyOutgoing).first {
            add(.crossOut, CivilDate(of: Instant(millis: sent.moment)), crossing)
        }
    }

    /// 免交 and 复用.
    private mutating func addSpared(_ state: CaseState, _ binding: CaseBinding?, on day: CivilDate)
    {
        let later = state.effective(.caseMaterial).filter { $0.outcome == CaseEvent.reused }
            .flatMap(\.terms.codes)
        let reused = state.spared.filter(later.contains).count
        let waived =
            state.spared.filter { !later.contains($0) }.count
            + (binding?.materials.filter { $0.standing == .waived }.count ?? 0)
        if waived > 0 { add(.waived, day, sum: waived) }
        if reused > 0 { add(.reused, day, sum: reused) }
        if waived + reused > 0 { add(.spared, day, sum: waived + reused) }
    }

    /// 容缺, on the day of 收件: used, completed, and what came too late or has not come.
    private mutating func addDeferral(_ state: CaseState, _ clock: CaseClock) {
        guard let codes = state.effective(.acceptance)?.terms.codes, !codes.isEmpty else { return }
        let day = clock.course.received
        add(.deferred, day)
        if clock.course.isDeferred {
            if let due = clock.deferral?.date {
                add(.deferralOpen, day, Self.padded(due.daysSince1970))
            }
            return
        }
        add(.completed, day)
        var open = clock.course
        open.isDeferred = true
        let came = codes.compactMap { state.supplied(at: $0) }.max()
        if let due = clock.again(open).deferral?.date, let came,
            CivilDate(of: Instant(millis: came)) > due
        {
            add(.deferralLate, day)
        }
    }

    private mutating func addEnd(
        _ state: CaseState, _ course: CaseClock.Course, _ terms: CaseClock.Terms?,
        _ calendar: WorkCalendar
    ) {
        if let delivered = course.delivered { add(.delivered, delivered) }
        if let close = state.effective(.caseClose).first {
            let closed = CivilDate(of: Instant(millis: close.moment))
            add(.closed, closed)
            if !state.effective(.caseArchive).isEmpty { add(.archived, closed) }
        }
        guard let decided = course.decided else { return }
        if course.endedWithout {
            let isEnded = !state.effective(.caseEnd).isEmpty
            let isWithdrawn = !state.effective(.caseWithdraw).isEmpty
            add(isEnded ? .ended : isWithdrawn ? .withdrawn : .refused, decided)
            return
        }
        // 决定书 is signed in any case; by 云审批 where a seal was asked for and given.
        add(.signedDocuments, decided, sum: 1)
        if state.effective(.caseSealAnswer).contains(where: { $0.outcome == "sealed" }) {
            add(.sealedDocuments, decided, sum: 1)
        }
        add(.decided, decided)
        add(.itemDecided, decided, state.item)
        let days = calendar.workingDays(after: course.received, through: decided)
        if let days { add(.itemUsed, decided, state.item + "|" + Self.padded(days)) }
        let clock = CaseClock(course, terms, calendar, on: course.received)
        if let due = clock.promised?.date {
            if decided <= due {
                add(.onTime, decided)
                add(.itemOnTime, decided, state.item)
            }
            if decided < due { add(.early, decided) }
        }
        if let due = clock.legal?.date, decided > due { add(.legalLate, decided) }
        // Counted from where the clock runs: of 视为受理 that is the day of 收件.
        guard let terms, terms.promised > 0,
            let start = clock.deemedAccepted ?? course.accepted,
            let used = calendar.workingDays(
                after: start, through: decided, pauses: course.pauses)
        else { return }
        add(.used, decided, sum: used)
        add(.promised, decided, sum: terms.promised)
        add(
            .saved, decided,
            sum: MetricValue.rounded((terms.promised - used) * 1_000_000, terms.promised))
    }

    /// 送达 and, of what was granted on a promise, 事后核查.
    private mutating func addDecided(_ clock: CaseClock) {
        let check = clock.verification?.date
        guard clock.course.delivered == nil else {
            due = check
            if let check { add(.openVerification, check) }
            return
        }
        let delivery = clock.delivery?.date
        var beside = OpenBeside()
        beside.verification = check?.daysSince1970
        due = [delivery, check].compactMap { $0 }.min()
        add(delivery == nil ? .undated : .openDelivery, delivery, beside.key)
    }

    private mutating func addOpen(
        _ state: CaseState, _ course: CaseClock.Course, _ terms: CaseClock.Terms?,
        _ calendar: WorkCalendar
    ) {
        guard course.pausedSince == nil else { return add(.paused, nil) }
        var dues: [CivilDate] = []
        var beside = OpenBeside()
        defer { due = dues.min() }
        if state.status == .forwarded || state.offer != nil,
            let sent = state.event(state.offer ?? state.outgoing)
        {
            let day = CivilDate(of: Instant(millis: sent.moment))
            beside.offered = day.daysSince1970
            dues.append(day.advanced(by: Limits.handoverShownDays))
        }
        let clock = CaseClock(course, terms, calendar, on: course.received)
        if let date = clock.deferral?.date {
            beside.deferral = date.daysSince1970
            dues.append(date)
        }
        if course.accepted == nil, let again = course.correctedAgain {
            dues.append(again)
            return add(.openTwice, again, beside.key)
        }
        // An answer that came too late is none: silence had accepted by then.
        if course.accepted != nil || clock.deemedAccepted != nil {
            let promised = clock.promised?.date
            if let promised { dues.append(promised) }
            let counted: Counted = clock.isDueInVisit ? .openImmediate : .open
            return add(promised == nil ? .undated : counted, promised, beside.key)
        }
        guard course.answered == nil else { return add(.waiting, nil, beside.key) }
        guard let reply = clock.reply?.date else { return add(.undated, nil, beside.key) }
        dues.append(reply)
        add(.openReply, reply, beside.key)
        // 视为受理 comes about by the passing of a day, which no event tells.
        let later = CaseClock(course, terms, calendar, on: reply.advanced(by: 1))
        if let promised = later.promised?.date {
            beside.reply = reply.daysSince1970
            add(.openDeemed, promised, beside.key)
        }
    }

    /// What is received by a town or county itself, and by a village whose grant is not known here.
    package static let ownLevel = "本级办理"
    package static let noMode = "未见授权"

    /// In an order that texts keep.
    package static func padded(_ number: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, 6 - text.count)) + text
    }
}

extension CaseState {
    /// Whether another county received it.
    package var hasArrived: Bool { events.contains { $0.kind == .caseArrive } }

    /// Whether it goes from county to county.
    package var crosses: Bool { hasArrived || !effective(.custodyOutgoing).isEmpty }

    /// When a material that was promised came: the first word of it; nil while there is none.
    fileprivate func supplied(at code: String) -> Int64? {
        let said = effective(.caseSupplement) + effective(.caseMaterial)
        return said.filter { $0.terms.codes.contains(code) }.map(\.moment).min()
    }
}
