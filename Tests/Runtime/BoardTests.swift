import API
import Base
import Board
import Domain
import Foundation
import Guide
import Testing

@testable import Runtime

extension County {
    /// An item that is decided within five working days, of the law's twenty.
    fileprivate static let slow = "370511002002"

    fileprivate func setClock(_ text: String) async throws {
        let moment = try #require(Instant(rfc3339: text + "T10:00:00+08:00"))
        for station in [county, village] { try await station.running().clock.set(to: moment) }
    }

    fileprivate func publishSlow() async throws {
        try await county.say(
            "{\"command\":\"item.publish\",\"code\":\"\(Self.slow)\",\"immediate\":true,"
                + "\"elements\":{\"name\":\"津贴认定\",\"kind\":\"行政给付\",\"handling\":\"承诺件\","
                + "\"legalDays\":20,\"promisedDays\":5,\"basis\":\"样例办法第一条\",\"level\":\"县级\","
                + "\"department\":\"县人社局\",\"agency\":\"县人社局\",\"audience\":[\"自然人\"],"
                + "\"steps\":[\"收件\",\"决定\"],\"fees\":{\"charged\":false},\"conditions\":\"无\","
                + "\"materials\":[{\"code\":\"M1\",\"name\":\"登记表\",\"deferrable\":true}],"
                + "\"result\":{\"kind\":\"其他\",\"name\":\"办理结果\"}}}")
        try await county.say(
            "{\"command\":\"grant.set\",\"code\":\"\(Self.slow)\",\"region\":\"\(county.code)\","
                + "\"level\":\"village\",\"mode\":\"授权办理\",\"from\":\"2020-01-01\","
                + "\"document\":\"2号\"}")
        try await settle(village)
    }
}

/// The board on real nodes: what is counted by hand is what is shown, kept up or made anew.
@Suite struct BoardTests {
    /// A case received on a day of December 2026, and what became of it on which day.
    private func file(
        _ station: Station, _ item: String, _ day: Int, _ acts: [(String, Int)],
        channel: String = "window", material: String = "\"M1\""
    ) async throws -> String {
        let answer = try await station.say(
            "{\"command\":\"case.receive\",\"item\":\"\(item)\",\"applicant\":\"王某\","
                + "\"channel\":\"\(channel)\",\"materials\":[\(material)],\(at(day))}")
        let number = try #require(answer["number"]?.text)
        for (act, day) in acts {
            try await station.say(
                "{\"command\":\"case.\(act),\"case\":\"\(number)\",\(at(day))}")
        }
        return number
    }

    private func at(_ day: Int) -> String {
        "\"at\":\"2026-12-\(day < 10 ? "0" : "")\(day)T09:30:00+08:00\""
    }

    private func sheet(
        _ station: Station, _ kind: BoardKind, region: String? = nil
    ) async throws -> Sheet {
        let month = try #require(
            CivilDate("2026-12-01").flatMap { first in
                CivilDate("2026-12-31").map { first...$0 }
            })
        let queries = NodeQueries(runtime: try await station.running())
        let found = try queries.board(
            BoardQuestion(kind, region: region.flatMap(RegionCode.init(_:)), period: month))
        return try #require(found)
    }

    /// The value of a metric, or of what is told beside it.
    private func value(_ sheet: Sheet, _ number: Int, _ more: String? = nil) -> String {
        let rows = sheet.sections.first { $0.heading == "指标" }?.rows ?? []
        guard let start = rows.firstIndex(where: { $0[0] == String(number) }) else { return "" }
        guard let more else { return rows[start][2] }
        return rows[(start + 1)...].prefix { $0[0].isEmpty }.first { $0[1] == "　" + more }?[2] ?? ""
    }

    @Test func theFiguresAreThoseWorkedByHand() async throws {
        let place = try await County()
        try await place.publishSlow()
        try await place.setClock("2026-12-14")
        let village = place.village
        let grant = "decide\",\"outcome\":\"grant\""
        let accept = "accept\""
        // Due on the 8th: decided on the 3rd (two of five days) and on the 9th (six of five).
        let first = try await file(village, County.slow, 1, [(accept, 1), (grant, 3)])
        let second = try await file(
            village, County.slow, 1, [("accept\",\"promise\":true", 1), (grant, 9)],
            material: "{\"code\":\"M1\",\"present\":false}")
        // 即办件: in the visit, and the day after.
        let third = try await file(village, County.item, 2, [(accept, 2), (grant, 2)])
        _ = try await file(village, County.item, 2, [(accept, 2), (grant, 3)])
        // Told twice what is missing, by the county; nobody answered; accepted, open until the 17th.
        _ = try await file(
            place.county, County.slow, 4,
            [
                ("correct\",\"gaps\":[\"缺\"]", 4),
                ("correct\",\"gaps\":[\"还缺\"],\"override\":true,\"reason\":\"漏列\"", 5),
            ])
        _ = try await file(village, County.slow, 7, [])
        _ = try await file(village, County.slow, 10, [(accept, 10)])
        _ = try await file(
            place.county, County.item, 8, [(accept, 8), (grant, 8)], channel: "online")
        for (number, score) in [(first, "5"), (second, "2,\"named\":true"), (third, "4")] {
            try await village.say(
                "{\"command\":\"case.rate\",\"case\":\"\(number)\",\"score\":\(score),\(at(9))}")
        }
        try await village.say(
            "{\"command\":\"rating.give\",\"contact\":\"A1\",\"grade\":3,\(at(9))}")
        try await village.say(
            "{\"command\":\"ticket.open\",\"kind\":\"stuck\",\"text\":\"办不成\",\"days\":0,\(at(9))}")
        try await place.settle(village)

        for station in [place.county, village] {
            let isCounty = station.code == place.county.code
            let sheet = try await sheet(station, .metrics, region: nil)
            #expect(value(sheet, 2, "综合窗口收件") == (isCounty ? "87.5%" : "100.0%"))
            #expect(value(sheet, 9) == (isCounty ? "12.5%" : "0.0%"))
            // Saved 600, −200, 1000, 0, and at the county 1000 thousandths.
            #expect(value(sheet, 6) == (isCounty ? "48.0%" : "35.0%"))
            #expect(value(sheet, 32) == (isCounty ? "80.0%" : "75.0%"))
            #expect(value(sheet, 32, "提前率") == (isCounty ? "60.0%" : "50.0%"))
            #expect(value(sheet, 31) == (isCounty ? "87.5%" : "100.0%"))
            #expect(value(sheet, 33) == (isCounty ? "75.0%" : "100.0%"))
            #expect(value(sheet, 12, "即办件当日办结") == (isCounty ? "66.7%" : "50.0%"))
            #expect(value(sheet, 11, "容缺受理件") == "1 件")
            // 5, 2, 4, 3: three of four.
            #expect(value(sheet, 17) == "75.0%")
            #expect(value(sheet, 16) == "0.0%")
            #expect(value(sheet, 34) == "0.0%")
            let lights = try await self.sheet(station, .lights)
            // 承诺 17th, 送达 16th, 17th, 17th and the ticket 16th; 答复 on the day itself.
            #expect(lights.data["blue"]?.int == 5)
            #expect(lights.data["yellow"]?.int == 1)
            // The county's own, of which the applicant was told twice what is missing.
            #expect(lights.data["red"]?.int == (isCounty ? 2 : 1), "办不成事 of the 9th, 即办")
        }
        try await later(place)
        try await settings(place)
        try await madeAnew(place)
        await place.stop()
    }

    /// Four days on: nothing was written for what is late now; and the bad rating is put right.
    private func later(_ place: County) async throws {
        let county = NodeQueries(runtime: try await place.county.running())
        let open = try #require(try county.board(BoardQuestion(.tickets)))
        let numbers = (open.data["tickets"]?.array ?? []).filter {
            $0["kind"]?.text == "bad-rating"
        }.compactMap { $0["number"]?.text }
        let number = try #require(numbers.first)
        for act in [
            "fix\",\"note\":\"增开一窗", "reply\",\"note\":\"已道歉", "review\",\"outcome\":\"yes",
        ] {
            try await place.village.say(
                "{\"ticket\":\"\(number)\",\(at(11)),\"command\":\"ticket.\(act)\"}")
        }
        try await place.village.say(
            "{\"command\":\"overlay.set\",\"code\":\"\(County.slow)\",\"values\":{\"officer\":\"甲\","
                + "\"sectionHead\":\"乙\",\"leader\":\"丙\"}}")
        try await place.settle(place.village)
        try await place.setClock("2026-12-18")
        let metrics = try await sheet(place.county, .metrics)
        #expect(value(metrics, 16) == "100.0%")
        #expect(value(metrics, 34) == "50.0%")
        let lights = try await sheet(place.county, .lights)
        // 视为受理 of the 7th was due on the 14th; 承诺 17th; 送达 16th, 17th, 17th; 办不成事; and
        // the second 补正.
        #expect(lights.data["red"]?.int == 7)
        #expect(lights.data["yellow"]?.int == 0)
        // 送达 on the 22nd and the 23rd.
        #expect(lights.data["blue"]?.int == 2)
        let late = lights.sections.first { $0.heading.hasPrefix("临期") }?.rows ?? []
        #expect(late.count == 9)
        // 直接责任人 is told from blue on, and at red all three; the two blue ones are 送达.
        let told = late.filter { $0[6] == "甲" }.map { $0[4...8].joined(separator: "|") }
        #expect(
            told.filter { $0 == "红|送达时限|甲|乙|丙" }.count + told.filter { $0 == "红|承诺时限|甲|乙|丙" }.count
                == 3)
        #expect(told.filter { $0.hasPrefix("蓝") }.allSatisfy { $0 == "蓝|送达时限|甲||" })
        let ranking = try await sheet(place.county, .ranking)
        let departments = ranking.sections.first { $0.heading == "部门" }?.rows ?? []
        // 民政: three of three; 人社: one of two.
        #expect(departments.map { $0[1] + $0[2] } == ["县民政局100.0%", "县人社局50.0%"])
    }

    /// 亮灯阈值 and figures entered by hand go down with the catalog.
    private func settings(_ place: County) async throws {
        try await place.county.say(
            "{\"command\":\"setting.set\",\"code\":\"lights\",\"blue\":3,\"yellow\":2,\"red\":1}")
        try await place.county.say(
            "{\"command\":\"figure.set\",\"code\":\"20\",\"value\":6,\"whole\":8,\"source\":\"县局\"}"
        )
        try await place.settle(place.village)
        for station in [place.county, place.village] {
            let lights = try await sheet(station, .lights)
            let isCounty = station.code == place.county.code
            // One working day late is still 黄: what was due on the 17th; two left: the 22nd.
            // 14th, 16th, 办不成事 of the 9th, and at the county the second 补正.
            #expect(lights.data["red"]?.int == (isCounty ? 4 : 3))
            #expect(lights.data["yellow"]?.int == (isCounty ? 4 : 3))
            #expect(lights.data["blue"]?.int == 1, "the 23rd")
            #expect(value(try await sheet(station, .metrics), 20) == "75.0%")
        }
    }

    /// Thrown away and made anew, the figures are the same.
    private func madeAnew(_ place: County) async throws {
        let before = try await sheet(place.county, .month)
        #expect(before.sections.first?.rows.first?.prefix(4) == ["平阴县", "8", "6", "5"])
        await place.county.stop()
        for name in ["board.db", "board.db-wal", "board.db-shm"] {
            let path = place.county.data + "/" + name
            if FileManager.default.fileExists(atPath: path) {
                try FileManager.default.removeItem(atPath: path)
            }
        }
        try await place.county.start()
        try await place.setClock("2026-12-18")
        let after = try await sheet(place.county, .month)
        #expect(lasting(after) == lasting(before))
    }

    /// Everything but how long ago a station was heard of, which grows with each minute, and what its
    /// county signed for, which it does when it has time.
    private func lasting(_ sheet: Sheet) -> [[[String]]] {
        sheet.sections.filter { !$0.heading.hasPrefix("数据截至") }.map { section in
            section.rows.filter { row in
                !["　静默 P95", "　滞后 P95", "　离线时长", "　在线率"].contains { row.contains($0) }
            }
        }
    }
}
