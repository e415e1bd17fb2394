import Account
import Base
import Domain
import HTTP
import Testing

@testable import API

/// Pages on which the catalog is written: what they show, and what their forms become.
@Suite struct EditTests {
    private let ask = Ask()

    private func escaped(_ text: String) -> String { URLText.segment(text) }

    private func body(_ fields: [(String, String)]) -> String {
        fields.map { escaped($0.0) + "=" + escaped($0.1) }.joined(separator: "&")
    }

    private static let form = "application/x-www-form-urlencoded"

    private func order(_ what: String, _ fields: [(String, String)]) throws -> Command {
        try ask.order("/console/edit/" + what, body: body(fields), type: Self.form).command
    }

    private func shown(_ what: String, _ fields: [(String, String)]) throws -> HTTPResponse {
        try ask.now(
            "POST", "/console/edit/" + what, [("Content-Type", Self.form)], body: body(fields))
    }

    @Test func theNextVersionStartsFromTheNewest() throws {
        let page = try ask.now("GET", "/edit/item?code=I1").text
        #expect(page.contains("name=\"e.name\" value=\"高龄津贴认定\""))
        #expect(page.contains("name=\"base\" value=\"4\""))
        #expect(page.contains("name=\"e.materials.3.name\" value=\"银行卡复印件\""))
        #expect(try ask.now("GET", "/edit/item?code=nothing").status == 404)
        #expect(try ask.now("GET", "/edit/item").status == 200)
    }

    @Test func aFormOfAnItemIsADraft() throws {
        let command = try order(
            "item",
            [
                ("code", "370118009002"), ("base", "4"), ("effectiveFrom", "2026-10-08"),
                ("stage", "370124106201\n370124106202"), ("e.name", "甲"), ("e.legalDays", "20"),
                ("e.materials.0.code", "M1"), ("e.materials.0.name", "申请表"),
                ("rest", #"{"own":1}"#), ("do", "save"),
            ])
        guard case .catalog(.draft(let publication)) = command else {
            Issue.record("no draft: \(command)")
            return
        }
        #expect(publication.base == 4 && publication.effectiveFrom?.text == "2026-10-08")
        #expect(publication.stage?.count == 2)
        #expect(publication.elements["legalDays"]?.int == 20)
        #expect(publication.elements["own"]?.int == 1)
        #expect(publication.elements["materials"]?.array?.first?["name"]?.text == "申请表")
    }

    /// 检查 and 加行 write nothing and lose nothing; what is not saved says so by its status.
    @Test func whatIsWrongIsShownBesideItsField() throws {
        let fields = [
            ("code", "370118009002"), ("e.name", "甲"), ("e.promisedDays", "30"),
            ("e.legalDays", "20"), ("e.materials.0.code", "M1"),
            ("e.materials.0.name", "其他材料"), ("base", "4"),
        ]
        let checked = try shown("item", fields + [("do", "check")])
        #expect(checked.status == 200)
        #expect(checked.text.contains("承诺时限不得超过法定时限"))
        #expect(checked.text.contains("name=\"base\" value=\"4\""))
        let saved = try shown("item", fields + [("do", "save")])
        #expect(saved.status == 422 && saved.text.contains("含糊"))
        let more = try shown("item", fields + [("more", "e.materials")])
        #expect(more.status == 200 && more.text.contains("e.materials.5.code"))
        #expect(!more.text.contains("承诺时限不得超过法定时限"))
    }

    @Test func otherFormsAreTheirCommands() throws {
        let theme = try order(
            "theme",
            [
                ("code", "T1"), ("e.name", "退休"), ("e.object", "个人"), ("e.lead", "县人社局"),
                ("e.promisedDays", "20"), ("e.children.0.item", "1"), ("e.children.1.item", "2"),
                ("e.children.1.after", "1"), ("do", "save"),
            ])
        #expect(theme.act == .draft)
        let circle = try shown(
            "theme",
            [
                ("code", "T1"), ("e.name", "退休"), ("e.object", "个人"), ("e.lead", "县人社局"),
                ("e.promisedDays", "20"), ("e.children.0.item", "1"), ("e.children.0.after", "2"),
                ("e.children.1.item", "2"), ("e.children.1.after", "1"), ("do", "save"),
            ])
        #expect(circle.status == 422 && circle.text.contains("前置关系成环"))
        let claim = try order(
            "basic",
            [
                ("code", "370118009002"), ("e.name", "甲"), ("e.kind", "公共服务"),
                ("e.status", "claimed"), ("e.department", "县民政局"),
            ])
        #expect(claim.act == .draft)
        let entry = try order(
            "knowledge",
            [
                ("code", "K1"), ("e.question", "问"), ("e.answer", "答"),
                ("e.labels", "民政\r\n老年\r\n津贴"),
            ])
        #expect(entry.act == .knowledge)
        let grant = try order(
            "grant",
            [
                ("code", "370118009002"), ("e.region", "370124000000"), ("e.level", "village"),
                ("e.mode", ""), ("e.from", "2026-09-24"), ("e.document", "样例〔2026〕1号"),
            ])
        guard case .catalog(.setGrant(let term)) = grant else {
            Issue.record("no grant: \(grant)")
            return
        }
        #expect(term.mode == nil && term.level == .village)
        let year = try order("calendar", [("code", "2027"), ("e.holidays", "2027-01-01")])
        #expect(year.act == .calendar)
        let hours = try order(
            "overlay", [("code", "370118009002"), ("e.hours", "8:30–16:00"), ("e.phone", "")])
        guard case .catalog(.setOverlay(_, let values)) = hours else {
            Issue.record("no overlay: \(hours)")
            return
        }
        #expect(values.first { $0.field == "hours" }?.text == "8:30–16:00")
        #expect(values.first { $0.field == "phone" }.map { $0.text == nil } == true)
    }

    /// Who may not write something gets no form of it, and no command passes for a page.
    @Test func aRoleHasItsOwnForms() throws {
        func may(_ role: Role, _ what: String) throws -> UInt16 {
            let one = Ask(
                principal: Principal(
                    kind: .account, author: 7, login: "x", name: "x", roles: [role]))
            return try one.now("GET", "/edit/" + what).status
        }
        #expect(try may(.itemEditor, "item") == 200 && may(.itemReviewer, "item") == 403)
        #expect(try may(.itemReviewer, "grant") == 200 && may(.itemEditor, "grant") == 403)
        #expect(try may(.villageClerk, "theme") == 403 && may(.itemEditor, "ruling") == 403)
        #expect(try ask.now("GET", "/edit/nothing").status == 404)
    }

    @Test(arguments: [
        "theme", "basic", "knowledge", "proof", "grant", "calendar", "ruling", "question",
    ]) func everyListHasItsPage(what: String) throws {
        #expect(try ask.now("GET", "/lists/" + what).status == 200)
    }
}
