import Base
import Change
import Civil

@testable import Domain

/// One case as a supervisor would work it out with pencil and calendar: straight from its events,
/// by nothing that the figures are made with.
final class NaiveCase {
    let place: RegionID
    let item: RandomItem
    let state: CaseState
    /// 收件; nil where it was only brought.
    let received: CivilDate?
    let isForeign: Bool
    let accepted: CivilDate?
    let decided: CivilDate?
    /// 撤回, 不予受理, 终止 without a decision.
    let ended: CivilDate?
    let delivered: CivilDate?
    private let calendar = WorkCalendar()

    init(_ state: CaseState) {
        self.state = state
        place = state.scope.region
        item = RandomItem.named(state.item)
        func first(_ kinds: [ChangeKind]) -> CivilDate? {
            state.events.filter { kinds.contains($0.kind) }.map { Self.day($0) }.min()
        }
        received = state.facts.stage == nil ? Self.day(state.events[0]) : first([.caseTake])
        isForeign = state.events[0].kind == .caseArrive
        accepted = first([.caseAccept])
        decided = first([.caseDecide])
        ended = decided == nil ? first([.caseRefuse, .caseWithdraw, .caseEnd]) : nil
        delivered = first([.caseDeliver])
    }

    static func day(_ event: CaseEvent) -> CivilDate {
        CivilDate(of: Instant(millis: event.time))
    }

    private lazy var byKind = Dictionary(grouping: state.events, by: \.kind)

    func all(_ kind: ChangeKind) -> [CaseEvent] { byKind[kind] ?? [] }

    // MARK: days

    /// A step for each day, as one counts on a wall calendar.
    func due(_ start: CivilDate, _ count: Int, _ pauses: [ClosedRange<CivilDate>] = [])
        -> CivilDate
    {
        var (day, left) = (start, count)
        while left > 0 {
            day = day.advanced(by: 1)
            if calendar.isWorkingDay(day) == true, !pauses.contains(where: { $0.contains(day) }) {
                left -= 1
            }
        }
        return day
    }

    func worked(_ start: CivilDate, _ end: CivilDate, _ pauses: [ClosedRange<CivilDate>] = [])
        -> Int
    {
        var (day, count) = (start, 0)
        while day < end {
            day = day.advanced(by: 1)
            if calendar.isWorkingDay(day) == true, !pauses.contains(where: { $0.contains(day) }) {
                count += 1
            }
        }
        return count
    }

    /// 特别程序 that is over, or was cut off by the decision.
    lazy var pauses: [ClosedRange<CivilDate>] = {
        all(.casePause).compactMap { pause in
            let start = Self.day(pause)
            let end = all(.caseResume).first { $0.about == pause.hash }.map { Self.day($0) }
            return (end ?? decided ?? ended).map { start...max(start, $0) }
        }
    }()

    var isPaused: Bool {
        decided == nil && ended == nil
            && all(.casePause).contains { pause in
                !all(.caseResume).contains { $0.about == pause.hash }
            }
    }

    var promisedDays: Int {
        state.itemVersion == 2 ? item.second ?? item.promised : item.promised
    }

    private var extended: Int { all(.caseExtend).count * 5 }

    /// Where the clock starts, seen on a day: 视为受理 once five working days have passed in silence.
    func start(on today: CivilDate) -> CivilDate? {
        guard let received else { return nil }
        let answers = [accepted, decided, ended] + all(.caseCorrection).map { Self.day($0) }
        let answer = answers.compactMap { $0 }.min()
        return due(received, 5) < answer ?? today ? received : accepted
    }

    func promised(on today: CivilDate) -> CivilDate? {
        start(on: today).map { due($0, promisedDays + extended, pauses) }
    }

    lazy var legal: CivilDate? = {
        received.flatMap { start(on: $0) }.map { due($0, RandomItem.legal + extended, pauses) }
    }()

    // MARK: 容缺, 补正, 免交

    private var isPromised: Bool { all(.caseAccept).contains { !$0.terms.codes.isEmpty } }

    var isDeferred: Bool { isPromised && received != nil }

    /// When M1 came at last; nil while it is missing.
    var supplied: CivilDate? {
        (all(.caseSupplement) + all(.caseMaterial)).filter { $0.terms.codes.contains("M1") }
            .map { Self.day($0) }.min()
    }

    lazy var deferralDue: CivilDate? = {
        isDeferred ? received.flatMap { start(on: $0) }.map { due($0, promisedDays) } : nil
    }()

    /// 承诺 as it stood when it was decided.
    lazy var promisedAtLast: CivilDate? = { received.flatMap { promised(on: $0) } }()

    /// 补正 that count against the rate.
    var corrections: [CivilDate] {
        all(.caseCorrection).filter { $0.outcome != CaseEvent.rebased }.map { Self.day($0) }
            .sorted()
    }

    /// What need not be handed in: by certificate or newer version, and held already.
    var spared: (waived: Int, reused: Int) {
        let later = all(.caseMaterial).filter { $0.terms.codes.contains("M1") }
        let isReused = later.contains { $0.outcome == CaseEvent.reused }
        let dropped = state.itemVersion == 1 && item.second != nil ? 1 : 0
        return (
            (later.isEmpty || isReused ? 0 : 1) + dropped, isReused ? 1 : 0
        )
    }

    // MARK: 亮灯

    enum Shown: Int, Comparable {
        case blue = 1
        case yellow, red

        static func < (left: Shown, right: Shown) -> Bool { left.rawValue < right.rawValue }
    }

    /// §3.5: 蓝 ≤ 3, 黄 ≤ 1, 红 overdue.
    func near(_ due: CivilDate, _ today: CivilDate) -> Shown? {
        if today > due { return .red }
        let left = worked(today, due)
        return left <= 1 ? .yellow : left <= 3 ? .blue : nil
    }

    func light(on today: CivilDate) -> Shown? {
        guard let received, ended == nil, !isPaused else { return nil }
        if let decided {
            let isPledged = all(.caseAccept).contains { $0.terms.isPledged }
            let isLate = all(.caseVerify).isEmpty && isPledged && today > due(decided, 40)
            let delivery = delivered == nil ? near(due(decided, 10), today) : nil
            return [delivery, isLate ? .yellow : nil].compactMap { $0 }.max()
        }
        var shown: [Shown?] = []
        if let offer = all(.custodyOffer).first {
            let passed = worked(Self.day(offer), today)
            shown.append(passed > 2 ? .red : passed > 1 ? .yellow : nil)
        }
        if isDeferred, supplied == nil, let due = deferralDue, today > due {
            shown.append(.yellow)
        }
        if accepted == nil, corrections.count > 1 { shown.append(.red) }
        if let promised = promised(on: today), accepted != nil || corrections.count < 2 {
            if item.isImmediate, promisedDays == 0 {
                let late = worked(promised, today)
                shown.append(today > promised ? late > 1 ? .red : late == 1 ? .yellow : nil : nil)
            } else {
                shown.append(near(promised, today))
            }
        } else if accepted == nil, all(.caseCorrection).isEmpty {
            // Silence accepts, so that the reply's own clock warns and no more.
            if worked(today, due(received, 5)) <= 1 { shown.append(.yellow) }
        }
        return shown.compactMap { $0 }.max()
    }
}
