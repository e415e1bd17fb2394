import Account
import Base
import Testing

@testable import Console

/// Bodies of pages: what people wrote never becomes markup.
@Suite struct ConsoleTests {
    private let script = "<script>\"'&</script>"

    private func text(_ html: HTMLText) -> String { String(decoding: html.bytes, as: UTF8.self) }

    @Test func aLoginFormSaysWhyAndKeepsNoPassword() {
        let form = text(LoginForm(place: script, next: "/cases/1", problem: script).html)
        #expect(!form.contains("<script>") && form.contains("&lt;script&gt;"))
        #expect(form.contains("name=\"next\" value=\"/cases/1\""))
        #expect(form.contains("type=\"password\"") && !form.contains("type=\"password\" value"))
    }

    @Test func whatCameLateIsEscapedAndCountsByWordOnly() throws {
        let row: JSON = [
            "id": "0123abcd", "region": "370124106000", "name": .text(script), "kind": "decide",
            "number": .text(script), "login": .text(script), "person": .text(script),
            "time": "2026-11-22T08:00:00+08:00", "reason": "stolen", "adopted": false,
        ]
        let done: JSON = [
            "id": "99999999", "kind": "note", "reason": "account", "adopted": true,
            "time": "2026-11-22T08:00:00+08:00",
        ]
        let list: JSON = [
            "count": 9, "late": [row, done],
            "ended": [["name": .text(script), "node": .text(script), "reason": "lost"]],
        ]
        func page(_ mayAdopt: Bool, _ chosen: String?) -> String {
            text(
                LateTable(
                    list, token: .empty, mayAdopt: mayAdopt, seesCases: true, chosen: chosen
                ).html)
        }
        let shown = page(true, nil)
        #expect(!shown.contains("<script>") && shown.contains("&lt;script&gt;"))
        #expect(shown.contains("决定") && shown.contains("机器被盗") && shown.contains("账户已停用"))
        #expect(shown.contains("共 9 条") && !shown.contains("<form"))
        #expect(page(true, "0123abcd").contains("name=\"confirmed\" value=\"yes\" required"))
        #expect(page(true, script).contains("不在此列"))
        #expect(page(true, "99999999").contains("不在此列"), "it counts already")
        #expect(page(true, "all").contains("action=\"/console/late\""))
        #expect(!page(false, "0123abcd").contains("<form"))
        #expect(!page(false, nil).contains("/late?id="))
    }

    @Test func anAccountsFieldsAreEscaped() {
        let row = AccountRow(
            login: script, name: script, roles: [.auditor], isDisabled: true, hasCode: false,
            region: "")
        let viewer = Principal(
            kind: .account, author: 1, login: script, name: script, roles: [.nodeAdmin])
        let forms = text(
            AccountForms(viewer: viewer, rows: [row], token: .empty, roles: [.auditor]).html)
        #expect(!forms.contains("<script>"))
        #expect(forms.contains("审计员") && forms.contains("已停用"))
    }

    @Test func onlyAdministratorsSeeAccounts() {
        let row = AccountRow(
            login: "niemand", name: "某人", roles: [], isDisabled: false, hasCode: false, region: "")
        let viewer = Principal(
            kind: .account, author: 1, login: "a", name: "A", roles: [.countyWindow])
        let forms = text(AccountForms(viewer: viewer, rows: [row], token: .empty, roles: []).html)
        #expect(!forms.contains("niemand") && forms.contains("修改口令"))
    }

    @Test func adraftIsNotOfferedToItsAuthor() {
        func table(isOwn: Bool) -> String {
            let row = DraftTable.Row(
                id: "00", code: "1", name: script, from: "立即", time: "", isWaiting: true,
                isOwn: isOwn)
            return text(DraftTable(rows: [row], token: .empty, mayPublish: true).html)
        }
        #expect(!table(isOwn: true).contains("/console/draft"))
        #expect(table(isOwn: false).contains("/console/draft"))
        #expect(!table(isOwn: false).contains("<script>"))
    }

    /// One login may be two people's: a button says at which place, and nobody's own has one.
    @Test func anAccountIsChangedWhereItWorks() {
        let viewer = Principal(
            kind: .account, author: 1, login: "guanli", name: "沈管理", roles: [.nodeAdmin])
        func row(_ login: String, _ code: String, isOwn: Bool = false) -> AccountRow {
            var row = AccountRow(
                login: login, name: "某人", roles: [], isDisabled: false, hasCode: false,
                region: "01")
            row.code = code
            row.isOwn = isOwn
            return row
        }
        let rows = [
            row("guanli", "370124000000", isOwn: true), row("kuayu", "370124000000"),
            row("kuayu", "370124106000"),
        ]
        let form = AccountForms(viewer: viewer, rows: rows, token: .empty, roles: [])
        let places = text(form.html).split(separator: "name=\"at\" value=\"").dropFirst()
            .map { $0.prefix(12) }
        #expect(places == ["370124000000", "370124106000"])
    }
}
