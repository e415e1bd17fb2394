import API
import Base
import Board
import Domain
import Foundation
import Paper
import Testing

@testable import Runtime

/// What people write freely lies on no disk in the clear, and is read where it may be (0015).
@Suite struct FreeTextTests {
    /// One for each field, each a name that stands nowhere else.
    private static let planted = [
        "gap": "上官云珠缺户口簿", "way": "请交给慕容晓晓", "note": "独孤小山来电", "decide": "令狐远山的材料属实",
        "withdraw": "端木青青不办了", "ticket": "东郭先生反映", "step": "已联系西门大雪", "rating": "夏侯长河态度差",
        "account": "皇甫一鸣", "reveal": "核对尉迟小红的证件", "receiver": "公孙绿萼取走",
    ]

    private func planted(_ name: String) -> String { Self.planted[name] ?? name }

    private func write(at place: County) async throws -> (number: String, ticket: String) {
        let village = place.village
        let number = try await village.receive("某申请人")
        let other = try await village.receive("另一人")
        for body in [
            "case.correct\",\"gaps\":[{\"material\":\"M1\",\"lack\":\"\(planted("gap"))\","
                + "\"way\":\"\(planted("way"))\"}],\"reason\":\"",
            "case.note\",\"note\":\"\(planted("note"))",
            "case.supplement\",\"materials\":[\"M1\"],\"x\":\"",
            "case.accept",
            "case.originals\",\"codes\":[\"M1\"],\"way\":\"in\",\"receiver\":\""
                + planted("receiver"),
            "case.decide\",\"outcome\":\"grant\",\"note\":\"\(planted("decide"))",
            "case.reveal\",\"reason\":\"\(planted("reveal"))",
        ] { try await village.say("{\"case\":\"\(number)\",\"command\":\"\(body)\"}") }
        try await village.say(
            "{\"case\":\"\(other)\",\"command\":\"case.withdraw\",\"reason\":\"\(planted("withdraw"))\"}"
        )
        let opened = try await village.say(
            "{\"command\":\"ticket.open\",\"kind\":\"complaint\",\"text\":\"\(planted("ticket"))\"}"
        )
        let ticket = try #require(opened["number"]?.text)
        try await village.say(
            "{\"command\":\"ticket.note\",\"ticket\":\"\(ticket)\",\"note\":\"\(planted("step"))\"}"
        )
        try await village.say(
            "{\"command\":\"rating.give\",\"contact\":\"B7\",\"grade\":1,"
                + "\"text\":\"\(planted("rating"))\"}")
        return (number, ticket)
    }

    private func addAccount(
        at county: Station, for village: Station, as role: String = "village-clerk"
    ) async throws {
        let answer = try await NodeCommands.ask(
            county.data, "POST", "/api/v1/accounts",
            body: "{\"login\":\"li\",\"name\":\"\(planted("account"))\",\"roles\":[\"\(role)\"],"
                + "\"regions\":[\"\(village.code)\"],\"password\":\"yanshi-2026\"}")
        #expect(answer.exitCode == 0, "\(answer.text)")
    }

    private func expectNothing(below path: String) throws {
        let walk = try #require(FileManager.default.enumerator(atPath: path))
        var files = 0
        for case let name as String in walk {
            guard let bytes = FileManager.default.contents(atPath: path + "/" + name) else {
                continue
            }
            files += 1
            for text in Self.planted.values {
                #expect(bytes.range(of: Data(text.utf8)) == nil, "\(text) in \(name)")
                #expect(bytes.range(of: Data(text.prefix(3).utf8)) == nil, "\(text) in \(name)")
            }
        }
        #expect(files > 10, "there was something to look at")
    }

    @Test func nothingWrittenFreelyLiesOnADisk() async throws {
        let place = try await County()
        let (number, ticket) = try await write(at: place)
        try await addAccount(at: place.county, for: place.village)
        try await place.settle(place.village)
        let saved = place.folder.path + "/backup"
        try NodeBackup.save(data: place.county.data, to: saved)
        try expectNothing(below: place.folder.path)
        // And yet it is read, at the station and above it.
        for station in [place.village, place.county] {
            let queries = NodeQueries(runtime: try await station.running())
            let file = try #require(try queries.documents(.caseFile, label: number).first)
            let papers = try queries.papers(of: file).map(\.name)
            var text = ""
            for name in papers {
                text += try queries.paper(name, of: file)?.paper.sheet.text ?? ""
            }
            for field in ["gap", "way", "decide", "receiver"] {
                #expect(text.contains(planted(field)), "\(field) at \(station.code)")
            }
            let words = try queries.words(of: file).values.joined()
            for field in ["gap", "note", "decide", "receiver"] {
                #expect(words.contains(planted(field)), "\(field) at \(station.code)")
            }
            let sheet = try #require(
                try queries.board(BoardQuestion(.ticket, code: ticket)))
            #expect(sheet.text.contains(planted("ticket")))
            #expect(sheet.text.contains(planted("step")))
        }
        try await County.until("the name opens at the village") { [village = place.village] in
            let answer = try await NodeCommands.ask(
                village.data, "GET", "/api/v1/accounts", body: nil)
            return answer.text.contains(planted("account"))
        }
        let audit = try await NodeCommands.ask(
            place.village.data, "GET", "/api/v1/audit?act=case.reveal", body: nil)
        #expect(audit.text.contains(planted("reveal")))
        await place.stop()
        try expectNothing(below: place.folder.path)
    }

    @Test func theWriterTakesNoTextInTheClear() async throws {
        let place = try await County()
        let number = try await place.village.receive("某申请人")
        for body in [
            "case.note\",\"note\":\"明文", "ticket.open\",\"kind\":\"request\",\"text\":\"明文",
        ] {
            let json = "{\"case\":\"\(number)\",\"command\":\"\(body)\"}"
            let command = try Command(json: try JSON(parsing: Array(json.utf8)))
            let outcome = try await place.village.running().carryOut(
                .command(command, author: 0, replayKey: nil))
            guard case .refused(let refusal) = outcome else {
                Issue.record("written: \(outcome)")
                continue
            }
            #expect(refusal.rule == "text-not-sealed")
        }
        await place.stop()
    }

    @Test func onlyAChangedAccountMakesSessionsReadTheirs() async throws {
        let place = try await County()
        let runtime = try await place.county.running()
        let ports = runtime.store.doorPorts(runtime.vaultDoor, runtime.keeper)
        try await addAccount(at: place.county, for: place.county, as: "county-window")
        let before = ports.version()
        var line = AuditState(act: "login", region: runtime.settings.region.id)
        line.about = "li"
        for _ in 0..<3 { _ = await ports.submit(.staff(.record(line)), 0) }
        _ = try await place.county.receive("某申请人")
        #expect(ports.version() == before, "neither a line of the audit nor a case")
        let answer = try await NodeCommands.ask(
            place.county.data, "POST", "/api/v1/accounts/li/disable", body: "{}")
        #expect(answer.exitCode == 0, "\(answer.text)")
        #expect(ports.version() != before)
        #expect(ports.byLogin("li").account?.isDisabled == true)
        #expect(ports.byLogin("li").account?.name == planted("account"), "opened for the session")
        await place.stop()
    }
}
