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
    /// - Returns: Nothing while its first event is not here. Cost: a step for each event, and one
    ///   for each calendar day of its limits.
    package static func of(
        _ state: CaseState, _ binding: CaseBinding?, _ calendar: WorkCalendar
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
        portion.addReceipt(state, course, binding)
        portion.addEnd(state, course, terms, calendar)
        if course.decided == nil {
            portion.addOpen(state, course, terms, calendar)
        } else if !course.endedWithout, course.delivered == nil {
            let due = CaseClock(course, terms, calendar, on: course.received).delivery?.date
            portion.due = due
            portion.add(due == nil ? .undated : .openDelivery, due)
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
        _ state: CaseState, _ course: CaseClock.Course, _ binding: CaseBinding?
    ) {
        let day = course.received
        let isForeign = state.events.contains { $0.kind == .caseArrive }
        add(isForeign ? .crossIn : .received, day)
        if !isForeign {
            let channel = state.facts.channel
            add(.channel, day, channel.isEmpty ? "window" : channel)
            add(.itemReceived, day, state.item)
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
        let materials = MaterialMarks(state.facts.materials)
        if state.effective(.acceptance)?.terms.codes.isEmpty == false {
            add(.deferred, day)
            if !course.isDeferred { add(.completed, day) }
        }
        let waived = binding?.materials.filter { $0.standing == .waived }.count ?? 0
        let spared = waived + materials.spared + state.spared.count
        if spared > 0 { add(.spared, day, sum: spared) }
        if let sent = state.effective(.custodyOutgoing).first {
            add(.crossOut, CivilDate(of: Instant(millis: sent.moment)))
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
        guard let terms, terms.promised > 0, let accepted = course.accepted,
            let used = calendar.workingDays(
                after: accepted, through: decided, pauses: course.pauses)
        else { return }
        add(.used, decided, sum: used)
        add(.promised, decided, sum: terms.promised)
        add(.saved, decided, sum: (terms.promised - used) * 1000 / terms.promised)
    }

    private mutating func addOpen(
        _ state: CaseState, _ course: CaseClock.Course, _ terms: CaseClock.Terms?,
        _ calendar: WorkCalendar
    ) {
        if state.status == .forwarded || state.offer != nil,
            let sent = state.event(state.offer ?? state.outgoing)
        {
            add(.openHandover, CivilDate(of: Instant(millis: sent.moment)))
        }
        guard course.pausedSince == nil else { return add(.paused, nil) }
        let clock = CaseClock(course, terms, calendar, on: course.received)
        if let date = clock.deferral?.date { add(.openDeferral, date) }
        if course.accepted != nil {
            let isImmediate = terms.map { $0.isImmediate && $0.promised == 0 } ?? false
            due = clock.promised?.date
            add(due == nil ? .undated : isImmediate ? .openImmediate : .open, due)
            return
        }
        if let again = course.correctedAgain {
            due = again
            return add(.openTwice, again)
        }
        guard course.answered == nil else { return add(.waiting, nil) }
        guard let reply = clock.reply?.date else { return add(.undated, nil) }
        due = reply
        add(.openReply, reply)
        // 视为受理 comes about by the passing of a day, which no event tells.
        let later = CaseClock(course, terms, calendar, on: reply.advanced(by: 1))
        if let promised = later.promised?.date {
            add(.openDeemed, promised, Self.padded(reply.daysSince1970))
        }
    }

    /// In an order that texts keep.
    static func padded(_ number: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, 6 - text.count)) + text
    }
}

/// What a case's list of materials says of each.
private struct MaterialMarks {
    /// 免交 or 复用: held already, or covered by a certificate.
    var spared = 0

    init(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        do throws(JSONError) {
            for material in try JSON(parsing: bytes).array ?? [] {
                if material["waived"]?.bool == true || material["reused"]?.bool == true {
                    spared += 1
                }
            }
        } catch {
            // What is not of the form says nothing.
            spared = 0
        }
    }
}
