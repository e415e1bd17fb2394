import Base

/// The statutory clock of one case (DOMAIN §3.5): what is due when, and which light it shows.
///
/// Derived wherever it is asked for, from what happened and from the calendar, and never kept:
/// so every node that has the same events and the same notice says the same days. A day is due
/// until it ends; day 0 is the day of the act.
package struct CaseClock: Hashable, Sendable {
    /// What the case's version of its item promises.
    package struct Terms: Hashable, Sendable {
        /// 承诺时限 and 法定时限 in working days, 0 … `Limits.workingDaysMax`.
        package let promised: Int
        package let legal: Int
        /// 即办件: decided in the visit in which it is accepted.
        package let isImmediate: Bool

        package init(promised: Int, legal: Int, isImmediate: Bool) {
            invariant((0...legal).contains(promised), "what is promised is within the law")
            self.promised = promised
            self.legal = legal
            self.isImmediate = isImmediate
        }
    }

    /// What happened, by business date; nil where it did not.
    package struct Course: Hashable, Sendable {
        /// 收件.
        package var received: CivilDate
        /// The first 补正告知, 受理 or 不予受理.
        package var answered: CivilDate?
        /// 受理 alone.
        package var accepted: CivilDate?
        /// 决定, or the end without one: 撤回, 不予受理, 终止.
        package var decided: CivilDate?
        /// Whether the end was no decision, so that nothing is to be delivered.
        package var endedWithout = false
        /// 送达.
        package var delivered: CivilDate?
        /// 特别程序 and 挂起 from their first to their last day, in any order.
        package var pauses: [ClosedRange<CivilDate>] = []
        /// The first day of a pause that has not ended.
        package var pausedSince: CivilDate?
        /// Working days that 延期 added, all in all.
        package var extended = 0
        /// 容缺: something promised at the acceptance has not come.
        package var isDeferred = false
        /// The day of a second 补正告知, where there was one that counts (DOMAIN §3.5: 红).
        package var correctedAgain: CivilDate?
        /// Whether the days rest on a clock that nobody above has vouched for yet.
        package var isDoubtful = false
        /// 告知承诺: accepted on a written promise, and the day on which that was checked.
        package var isPledged = false
        package var verified: CivilDate?

        package init(received: CivilDate) { self.received = received }
    }

    /// The end of a limit; nil where it does not run.
    package typealias Due = WorkCalendar.DueDate

    /// 补正告知 or 受理 within five working days of 收件; nil once there is an answer.
    package let reply: Due?
    /// 承诺办结 and 法定办结; nil before 受理.
    package let promised: Due?
    package let legal: Due?
    /// 送达 within ten working days of the decision; nil before it.
    package let delivery: Due?
    /// 容缺补齐: within the promised days, whatever extends them; nil where nothing is missing.
    package let deferral: Due?
    /// 事后核查 of what was granted on a promise; nil where there was none, or it was checked.
    package let verification: Due?
    /// 视为受理: nobody answered in time, so that the case counts as accepted on the day of 收件.
    package let deemedAccepted: CivilDate?
    /// Whether the handling limit stands still today.
    package let isPaused: Bool

    /// What it was made of.
    package let course: Course
    /// The day on which it was looked at.
    package let today: CivilDate
    private let terms: Terms?
    private let calendar: WorkCalendar

    /// Working days within which 补正告知 or 受理 must come (行政许可法 第三十二条).
    package static let replyDays = 5
    /// Working days within which the result is delivered (行政许可法 第四十四条).
    package static let deliveryDays = 10
    /// Working days within which what was granted on a promise is checked.
    package static let verificationDays = 40

    /// - Parameters:
    ///   - terms: nil where the item's version is not here: its limits are not known then.
    ///   - today: The day on which it is looked at. Cost: a step for each calendar day of every
    ///     limit.
    package init(
        _ course: Course, _ terms: Terms?, _ calendar: WorkCalendar, on today: CivilDate
    ) {
        self.course = course
        self.terms = terms
        self.calendar = calendar
        self.today = today
        let reply = calendar.due(after: course.received, workingDays: Self.replyDays)
        let answer = [course.answered, course.decided].compactMap { $0 }.min()
        // What comes behind the limit is no answer any more: silence had accepted by then.
        let isDeemed = reply.date.map { $0 < answer ?? today } == true
        deemedAccepted = isDeemed ? course.received : nil
        self.reply = answer == nil && !isDeemed ? reply : nil
        var pauses = course.pauses
        if let since = course.pausedSince, since <= today { pauses.append(since...today) }
        isPaused = course.decided == nil && pauses.contains { $0.contains(today) }
        let stops = pauses
        let start = isDeemed ? course.received : course.accepted
        func limit(_ days: Int?) -> Due? {
            guard let start, let days else { return nil }
            return calendar.due(
                after: start, workingDays: days + course.extended, pauses: stops)
        }
        promised = limit(terms?.promised)
        legal = limit(terms?.legal)
        deferral =
            course.isDeferred
            ? start.flatMap { start in
                terms.map { calendar.due(after: start, workingDays: $0.promised) }
            } : nil
        verification =
            course.isPledged && course.verified == nil && !course.endedWithout
            ? course.decided.map {
                calendar.due(after: $0, workingDays: Self.verificationDays)
            } : nil
        delivery =
            course.endedWithout
            ? nil : course.decided.map { calendar.due(after: $0, workingDays: Self.deliveryDays) }
    }

    /// The same version and day, had another course been taken.
    package func again(_ course: Course) -> CaseClock {
        CaseClock(course, terms, calendar, on: today)
    }

    /// 亮灯: how near a limit is.
    package enum Light: String, Hashable, Comparable, Sendable, CaseIterable {
        /// 蓝: three working days are left, or fewer.
        case blue
        /// 黄: one is left, or what was due in the visit or in four days is not done.
        case yellow
        /// 红: overdue.
        case red

        /// 蓝, 黄 or 红.
        package var name: String {
            switch self {
            case .blue: "蓝"
            case .yellow: "黄"
            case .red: "红"
            }
        }

        package static func < (left: Light, right: Light) -> Bool { left.rank < right.rank }

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    /// The light that shows today; nil where nothing is near, where the limit stands still, and
    /// where a missing year keeps it from being known.
    package var light: Light? {
        if isPaused { return nil }
        if isCorrectedAgain { return .red }
        let lights = [replyLight, handlingLight, deliveryLight, promiseLight].compactMap { $0 }
        return lights.max()
    }

    /// Whether the applicant was sent back a second time and has not been accepted since.
    package var isCorrectedAgain: Bool {
        course.correctedAgain != nil && course.accepted == nil && course.decided == nil
    }

    /// The limit that stands next, as it is told; nil where none runs.
    package var next: Due? {
        if course.decided != nil { return course.delivered == nil ? delivery : nil }
        return promised ?? reply
    }

    /// Whether it was to be done in the visit: 即办件 of 0 working days.
    package var isDueInVisit: Bool { terms.map { $0.isImmediate && $0.promised == 0 } ?? false }

    private var replyLight: Light? {
        guard reply != nil,
            let passed = calendar.workingDays(after: course.received, through: today)
        else { return nil }
        return passed >= Self.replyDays - 1 ? .yellow : nil
    }

    private var handlingLight: Light? {
        guard course.decided == nil, let due = promised?.date else { return nil }
        if isDueInVisit {
            // What should have been done in the visit: a warning the next day, late after that.
            guard let late = calendar.workingDays(after: due, through: today), today > due else {
                return nil
            }
            return late > 1 ? .red : .yellow
        }
        return near(due)
    }

    /// 容缺 overdue, or a check overdue: a warning, since the applicant's limit is another.
    private var promiseLight: Light? {
        let days = [deferral, verification].compactMap { $0?.date }
        return days.contains { today > $0 } ? .yellow : nil
    }

    private var deliveryLight: Light? {
        guard course.delivered == nil, let due = delivery?.date else { return nil }
        return near(due)
    }

    private func near(_ due: CivilDate) -> Light? {
        if today > due { return .red }
        guard let left = calendar.workingDays(after: today, through: due) else { return nil }
        if left <= 1 { return .yellow }
        return left <= 3 ? .blue : nil
    }
}
