import Testing

@testable import Console

/// A form that was refused comes back as it was filled in, with the rule beside its field.
@Suite struct FormRefillTests {
    private let page: HTMLText = """
        <main><form method="post" action="/a"><input type="hidden" name="command" value="one">\
        <label>名<input name="name" required value="old"></label><button>甲</button></form>\
        <form method="post" action="/a"><input type="hidden" name="command" value="two">\
        <input type="hidden" name="key" value="k2"><label>名<input name="name" value=""></label>\
        <label>类<select name="kind"><option value="a" selected>A</option>\
        <option>B</option></select></label>\
        <label>话<textarea name="text" rows="4">was</textarea></label>\
        <label><input type="checkbox" name="box" value="yes" checked> 是</label>\
        <label><input type="password" name="secret"></label><button>乙</button></form></main>
        """

    private func refilled(
        _ fields: [(name: String, value: String)], _ field: String?, action: String = "/a"
    ) -> String? {
        FormRefill(
            action: action, fields: fields, title: "不对 <b>", field: field, page: "/here?x=1&y=2"
        ).applied(to: page.bytes).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func whatWasFilledInStandsThere() throws {
        let text = try #require(
            refilled(
                [
                    ("command", "two"), ("key", "k1"), ("name", "\"><script>"), ("kind", "B"),
                    ("text", "a & b"), ("secret", "p"),
                ], "name"))
        #expect(
            text.contains("name=\"name\" required value=\"old\""), "the other form is as it was")
        #expect(text.contains("value=\"&quot;&gt;&lt;script&gt;\"") && !text.contains("<script>"))
        #expect(text.contains("<option value=\"a\">A") && text.contains("<option selected>B"))
        #expect(text.contains("rows=\"4\">a &amp; b</textarea>"))
        #expect(!text.contains("checked"), "what did not come was not chosen")
        #expect(!text.contains("value=\"p\""), "a password never goes back")
        #expect(text.contains("name=\"key\" value=\"k2\""), "a new try has the new page's key")
        #expect(text.contains("name=\"page\" value=\"/here?x=1&amp;y=2\""))
    }

    @Test func theRuleStandsBesideItsField() throws {
        for (field, before) in [
            ("name", "aria-describedby=\"wrong\" autofocus>"), ("kind", "</select>"),
            ("text", "</textarea>"), ("box", "</label>"), ("name[2]", "autofocus>"),
        ] {
            let text = try #require(refilled([("command", "two")], field))
            #expect(
                text.contains(
                    before + "<span class=\"wrong\" role=\"alert\" id=\"wrong\">不对 &lt;b&gt;"),
                "\(field)")
        }
        for field in [nil, "elsewhere", "command"] {
            let text = try #require(refilled([("command", "one")], field))
            let fault = try #require(text.firstRange(of: "<p class=\"wrong\""))
            let form = try #require(text.firstRange(of: "<form"))
            #expect(fault.lowerBound > form.lowerBound)
            #expect(text.contains("tabindex=\"-1\" autofocus>不对"))
        }
    }

    @Test func onlyTheFormThatWasSentIsTaken() {
        #expect(refilled([("command", "three")], "name") == nil)
        #expect(refilled([("command", "two")], "name", action: "/b") == nil)
        let none: HTMLText = "<main><p>nothing here"
        let refill = FormRefill(action: "/a", fields: [], title: "t", field: nil, page: "/")
        #expect(refill.applied(to: none.bytes) == nil)
    }

    /// A page that is cut anywhere is read to its end, and nothing traps.
    @Test func aCutPageIsRead() {
        for end in 0...page.bytes.count {
            let refill = FormRefill(
                action: "/a", fields: [("command", "two"), ("kind", "B"), ("text", "x")],
                title: "t", field: "text", page: "/")
            _ = refill.applied(to: Array(page.bytes.prefix(end)))
        }
    }
}
