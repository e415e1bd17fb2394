import Base
import Board
import Change
import Civil

@testable import Domain

/// The metrics of DOMAIN §2, counted anew from every document for one subtree and period: what the
/// kept sums have to come to.
struct NaiveBoard {
    let cases: [NaiveCase]
    let tickets: [TicketState]
    let ratings: [RatingState]
    let period: ClosedRange<CivilDate>
    let today: CivilDate
    /// Places of the subtree.
    let places: Set<RegionID>
    let county: RandomCounty
    private let calendar = WorkCalendar()

    init(
        _ county: RandomCounty, of region: RegionID, _ period: ClosedRange<CivilDate>,
        _ all: [NaiveCase], today: CivilDate
    ) {
        self.county = county
        self.period = period
        self.today = today
        let places = Set(
            RandomCounty.all.filter { county.directory.isWithin($0, region) })
        self.places = places
        cases = all.filter { places.contains($0.place) }
        tickets = county.tickets.values.filter { places.contains($0.station) }
        ratings = county.ratings.values.filter { places.contains($0.region) }
    }

    // MARK: groups

    func lies(_ day: CivilDate?) -> Bool { day.map { period.contains($0) } ?? false }

    var received: [NaiveCase] { cases.filter { !$0.isForeign && lies($0.received) } }
    /// Those of another county, too.
    var taken: [NaiveCase] { cases.filter { lies($0.received) } }
    var decided: [NaiveCase] {
        cases.filter { $0.received != nil && lies($0.decided) }
    }
    var opened: [TicketState] { tickets.filter { lies($0.opened) } }
    var words: [RatingState.Word] {
        ratings.compactMap(\.counted).filter { lies(CivilDate(of: $0.moment)) }
    }

    func share(_ part: Int, _ whole: Int) -> String {
        guard whole > 0 else { return "无数据" }
        return tenth(Double(part) * 1000 / Double(whole), whole) + "%"
    }

    /// Half up in whole numbers, as on paper.
    func tenth(_ value: Double, _ whole: Int) -> String {
        let rounded = Int((value + 0.5).rounded(.down))
        return "\(rounded < 0 ? "-" : "")\(abs(rounded) / 10).\(abs(rounded) % 10)"
    }

    // MARK: the metrics, by number and what is told beside

    func values() -> [String: String] {
        var said: [String: String] = [:]
        addReceipts(&said)
        addDecisions(&said)
        addRatings(&said)
        addTickets(&said)
        addVolumes(&said)
        addCatalog(&said)
        addLinks(&said)
        return said
    }

    private func addReceipts(_ said: inout [String: String]) {
        let all = received.count
        func channel(_ name: String) -> Int {
            received.filter {
                ($0.state.facts.channel.isEmpty ? "window" : $0.state.facts.channel) == name
            }.count
        }
        said["2/综合窗口收件"] = share(channel("window"), all)
        said["9"] = share(channel("online"), all)
        let deferred = taken.filter(\.isDeferred)
        said["11/容缺受理件"] = "\(deferred.count) 件"
        said["11/已补齐"] = share(deferred.filter { $0.supplied != nil }.count, deferred.count)
        let late = deferred.filter { entry in
            guard let due = entry.deferralDue else { return false }
            return (entry.supplied ?? today) > due
        }
        said["11/逾期率"] = share(late.count, deferred.count)
        let immediate = taken.filter { $0.item.isImmediate }
        said["12/即办件当日办结"] = share(
            immediate.filter { $0.decided == $0.received }.count, immediate.count)
        said["31"] = share(all - taken.filter { $0.corrections.count > 1 }.count, all)
        let below = received.filter { $0.place != RandomCounty.county }.count
        said["33"] = share(below, all)
        let spared = taken.map(\.spared)
        said["36"] = "\(spared.reduce(0) { $0 + $1.waived + $1.reused }) 次"
        said["36/免交"] = "\(spared.reduce(0) { $0 + $1.waived }) 次"
        said["36/复用"] = "\(spared.reduce(0) { $0 + $1.reused }) 次"
        for mode in ["授权办理", "委托受理", "帮办代办", "未见授权", "本级办理"] {
            let count = received.filter { Self.mode($0) == mode }.count
            if count > 0 { said["33/" + mode] = share(count, all) }
        }
        let foreign = taken.filter(\.isForeign)
        said["22/转入"] = "\(foreign.count) 件"
        let out = cases.filter { entry in
            entry.received != nil
                && entry.all(.custodyOutgoing).contains { lies(NaiveCase.day($0)) }
        }
        said["22/转出"] = "\(out.count) 件"
        for (name, list) in [("转入", foreign), ("转出", out)] {
            for mode in ["异地代收代办", "全程网办", "多地联办", ""] {
                let count = list.filter { $0.item.crossMode == mode }.count
                let label = mode.isEmpty ? "未注明模式" : mode
                if count > 0 { said["22/\(name)：\(label)"] = "\(count) 件" }
            }
        }
    }

    /// As the table of the items grants it; one village has a grant of its own for the first.
    private static func mode(_ entry: NaiveCase) -> String {
        guard RandomCounty.villages.contains(entry.place) else { return "本级办理" }
        if entry.state.facts.stage == .agent { return "帮办代办" }
        if entry.place == RandomCounty.villages[0], entry.item.code == "A1" { return "委托受理" }
        return entry.item.mode?.rawValue ?? "未见授权"
    }

    private func addDecisions(_ said: inout [String: String]) {
        func promised(_ entry: NaiveCase) -> CivilDate? { entry.promisedAtLast }
        let onTime = decided.filter { entry in
            promised(entry).map { entry.decided ?? today <= $0 } ?? false
        }
        said["32"] = share(onTime.count, decided.count)
        let early = decided.filter { entry in
            promised(entry).map { entry.decided ?? today < $0 } ?? false
        }
        said["32/提前率"] = share(early.count, decided.count)
        let late = decided.filter { entry in
            entry.legal.map { entry.decided ?? today > $0 } ?? false
        }
        said["32/超法定"] = "\(late.count) 件"
        said["35"] = share(
            decided.filter { !$0.all(.caseSealAnswer).isEmpty }.count, decided.count)
        var (saved, counted) = (0.0, 0)
        for entry in decided where entry.promisedDays > 0 {
            guard let end = entry.decided,
                let from = entry.received.flatMap({ entry.start(on: $0) })
            else { continue }
            counted += 1
            let used = entry.worked(from, end, entry.pauses)
            saved += 1 - Double(used) / Double(entry.promisedDays)
        }
        said["6"] = counted == 0 ? "无数据" : tenth(saved * 1000 / Double(counted), counted) + "%"
        let starts = decided.filter { ["A1", "C1"].contains($0.item.code) }.compactMap { entry in
            entry.received.flatMap { start in entry.decided.map { entry.worked(start, $0) } }
        }.sorted()
        said["13"] = share(starts.filter { $0 <= 1 }.count, starts.count)
        if !starts.isEmpty {
            said["13/P50"] = "\(Self.percentile(starts, 50)) 工作日"
            said["13/P90"] = "\(Self.percentile(starts, 90)) 工作日"
        }
        let closed = cases.filter { entry in
            entry.received != nil
                && entry.all(.caseClose).contains { close in
                    let day = NaiveCase.day(close)
                    // Five working days to rate, and then it is put away.
                    return lies(day) && entry.due(day, 5) < today
                }
        }
        said["28"] = share(closed.filter { !$0.all(.caseArchive).isEmpty }.count, closed.count)
    }

    /// The smallest that so many of a hundred keep, found by trying.
    static func percentile(_ sorted: [Int], _ share: Int) -> Int {
        sorted.first { value in
            sorted.filter { $0 <= value }.count * 100 >= share * sorted.count
        } ?? 0
    }

    private func addRatings(_ said: inout [String: String]) {
        let items = Set(received.map(\.state.item))
        said["15"] = share(items.intersection(words.map(\.item)).count, items.count)
        let served = Set(received.map(\.place))
        let rated = Set(
            ratings.filter { lies($0.counted.map { CivilDate(of: $0.moment) }) }.map(\.region))
        said["15/站点"] = share(served.intersection(rated).count, served.count)
        let channels = Set(words.map(\.channel)).intersection([
            "window", "qr", "web", "card", "sms",
        ])
        said["15/渠道"] = share(channels.count, 5)
        let bad = words.filter { $0.isNamed && $0.grade.rawValue <= 2 }.count
        let mended = opened.filter { $0.kind == .badRating && $0.isNamed && isInTime($0) }.count
        said["16"] = share(mended, bad)
        said["17"] =
            words.count >= 3
            ? share(words.filter { $0.grade.rawValue >= 3 }.count, words.count)
            : words.isEmpty ? "无评价" : "不足 3 份"
    }

    func isInTime(_ ticket: TicketState) -> Bool {
        guard let end = ticket.closing, let start = ticket.opened else { return false }
        var (day, left) = (start, ticket.kind.days)
        while left > 0 {
            day = day.advanced(by: 1)
            if calendar.isWorkingDay(day) == true { left -= 1 }
        }
        return CivilDate(of: end.moment) <= day
    }

    private func addTickets(_ said: inout [String: String]) {
        let closed = opened.filter { $0.closing != nil }
        said["34"] = share(closed.count, opened.count)
        let stuck = opened.filter { $0.kind == .stuck }
        said["34/办不成事办结率"] = share(stuck.filter { $0.closing != nil }.count, stuck.count)
        said["34/按期办结率"] = share(opened.filter { isInTime($0) }.count, closed.count)
        let pushed = opened.filter { $0.kind == .push }
        let hours = pushed.compactMap { push -> Int? in
            guard let opening = push.opening,
                let claim = push.events.first(where: { $0.act == .claim })
            else { return nil }
            return Int((claim.moment.millis - opening.moment.millis) / 3_600_000)
        }.sorted()
        said["19"] = share(hours.count, pushed.count)
        if !hours.isEmpty { said["19/认领用时中位数"] = "\(Self.percentile(hours, 50)) 小时" }
    }

    // MARK: 亮灯

    func lights() -> [Int] {
        var counts = [0, 0, 0]
        for entry in cases {
            if let light = entry.light(on: today) { counts[light.rawValue - 1] += 1 }
        }
        for ticket in tickets where ticket.closing == nil {
            guard let start = ticket.opened, let entry = cases.first else { continue }
            let due = entry.due(start, ticket.kind.days)
            if let light = entry.near(due, today) { counts[light.rawValue - 1] += 1 }
        }
        return counts
    }
}
