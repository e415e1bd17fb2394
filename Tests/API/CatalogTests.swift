import Account
import Base
import Domain
import Guide
import HTTP
import Testing

@testable import API

/// Sheets, files and definitions at the door.
@Suite struct CatalogTests {
    private let ask = Ask()

    @Test(arguments: SheetKind.allCases) func everySheetIsOneForScreenAndProgram(
        kind: SheetKind
    ) throws {
        let code = kind.needsCode ? "?code=I1" : ""
        let answer = try ask.now("GET", "/api/v1/catalog/\(kind.rawValue)\(code)")
        #expect(answer.status == 200)
        let json = try JSON(parsing: answer.body)
        #expect(json["stamp"]?.text == "v4 · 打印 2026-09-24")
        let page = try ask.now("GET", "/catalog/\(kind.rawValue)\(code)")
        #expect(page.status == 200)
        let text = String(decoding: page.body, as: UTF8.self)
        #expect(text.contains("v4 · 打印 2026-09-24"))
        #expect(text.contains("&lt;申请表&gt;"))
        if kind.needsCode {
            #expect(try ask.now("GET", "/api/v1/catalog/\(kind.rawValue)").status == 400)
            let unknown = try ask.now("GET", "/api/v1/catalog/\(kind.rawValue)?code=I9")
            #expect(unknown.status == 404)
        }
    }

    @Test func theGuideIsForEverybodyAndTheCaseIsNot() throws {
        let item = try Ask(principal: .nobody).now("GET", "/guide/I1")
        #expect(item.status == 200)
        #expect(item.text.contains("申请材料"))
        let editor = Ask(principal: GateTests.person([.itemEditor]))
        #expect(try editor.now("GET", "/api/v1/catalog/binding?code=I1").status == 403)
        #expect(try editor.now("GET", "/api/v1/catalog/board?code=I1").status == 200)
    }

    /// A file out of a browser's form: tried without writing, taken in as drafts, for those who
    /// may draft.
    @Test func aFileComesOutOfABrowser() throws {
        func form(_ fields: [(String, String)], _ file: String) -> String {
            let texts = fields.map { name, value in
                "--b\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
            }
            return texts.joined()
                + "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n"
                + "Content-Type: text/csv\r\n\r\n\(file)\r\n--b--\r\n"
        }
        let type = "multipart/form-data; boundary=b"
        let file = "\u{feff}事项编码,事项名称\n370118009002,甲\n"
        let tried = try ask.now(
            "POST", "/console/import", [("Content-Type", type)],
            body: form([("mode", "check")], file))
        #expect(tried.status == 200 && tried.text.contains("试导入：没有写入任何内容"))
        let order = try ask.order(
            "/console/import",
            body: form(
                [("mode", "draft"), ("skipRefused", "true"), ("effectiveFrom", "2026-09-28")], file
            ), type: type)
        guard case .catalog(.importItems(let items)) = order.command else {
            Issue.record("no import: \(order.command)")
            return
        }
        #expect(
            items.skipsRefused && !items.publishes && items.rows.map(\.code) == ["370118009002"])
        #expect(items.effectiveFrom?.text == "2026-09-28")
        for (fields, file, field) in [
            ([("mode", "draft")], "事项编码,事项名称\n1,\"a\n", "file"),
            ([("effectiveFrom", "28.9.")], file, "effectiveFrom"),
        ] {
            let refused = try ask.now(
                "POST", "/console/import",
                [("Content-Type", type)],
                body: form(fields, file))
            #expect(refused.status == 422 && refused.text.contains(field), "\(fields)")
        }
        let clerk = Ask(principal: GateTests.person([.villageClerk]))
        #expect(try clerk.now("GET", "/import").status == 403)
        let editor = Ask(principal: GateTests.person([.itemEditor]))
        #expect(try editor.now("GET", "/import").text.contains("/console/import"))
        #expect(try editor.now("GET", "/catalog").text.contains("href=\"/import\""))
    }

    @Test func anImportIsOneCommand() throws {
        let body = "[{\"code\":\"370118009002\",\"name\":\"甲\"}]"
        let reply = try ask.reply(
            "POST", "/api/v1/catalog/import?publish=true&effectiveFrom=2026-09-28", body: body)
        guard case .submit(let order) = reply,
            case .catalog(.importItems(let rows)) = order.command
        else {
            Issue.record("no import: \(reply)")
            return
        }
        #expect(rows.publishes && !rows.skipsRefused)
        #expect(rows.effectiveFrom?.text == "2026-09-28")
        #expect(rows.rows.map(\.code) == ["370118009002"])
        let broken = try ask.now(
            "POST", "/api/v1/catalog/import", body: "事项编码,名称\n1,\"a\n")
        #expect(broken.status == 422)
        #expect(try JSON(parsing: broken.body)["title"]?.text == "第 2 行：引号没有收尾")
    }

    /// Blank forms of what is published are for everybody; any other attachment is not.
    @Test func blankFormsAreForEverybody() throws {
        let nobody = Ask(principal: .nobody)
        let given = try nobody.reply("GET", "/guide/I1/files/" + Fixture.blank)
        guard case .blob(.get(let request)) = given else {
            Issue.record("no file: \(given)")
            return
        }
        #expect(request.digest.hex == Fixture.blank)
        let other = String(repeating: "b", count: 64)
        for target in [
            "/guide/I1/files/" + other, "/guide/I9/files/" + Fixture.blank,
            "/guide/nothing/files/" + Fixture.blank,
        ] { #expect(try nobody.now("GET", target).status == 404, "\(target)") }
        #expect(try nobody.now("GET", "/guide/I1/files/x").status == 400)
        #expect(try nobody.now("GET", "/api/v1/blobs/" + Fixture.blank).status == 401)
        let editor = Ask(
            principal: Principal(
                kind: .account, author: 7, login: "x", name: "x", roles: [.itemEditor]))
        #expect(try editor.now("GET", "/api/v1/blobs/" + Fixture.blank).status == 403)
    }

    @Test func exportsAreFiles() throws {
        for format in ItemFile.Format.allCases {
            let answer = try ask.now("GET", "/api/v1/export/\(format.rawValue)")
            #expect(answer.status == 200)
            #expect(try ItemFile.rows(answer.body).map(\.code) == ["370118009002"])
        }
        #expect(try ask.now("GET", "/api/v1/export/xml").status == 404)
    }

    @Test func aFormGivesNoOtherCommand() throws {
        let type = "application/x-www-form-urlencoded"
        let order = try ask.order(
            "/console/catalog", body: "command=item.rollback&code=1&to=3&reason=x", type: type)
        #expect(order.command.act == .publish)
        let draft = try ask.order(
            "/console/catalog",
            body: "command=item.draft&code=370118009002&base=1&elements=%7B%22name%22:%22x%22%7D",
            type: type)
        guard case .catalog(.draft(let publication)) = draft.command else {
            Issue.record("no draft: \(draft.command)")
            return
        }
        #expect(publication.base == 1 && publication.elements["name"]?.text == "x")
        let refused = try ask.now(
            "POST", "/console/catalog", [("Content-Type", type)],
            body: "command=account.add&login=x")
        #expect(refused.status == 404)
    }
}
