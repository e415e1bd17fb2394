package import Account
import Base
package import Console
import Domain
import Guide

/// The administrator's way into the catalog.
package struct CatalogPage: Sendable {
    /// One item.
    package struct Row: Sendable {
        package let code: String
        package let name: String
        package let version: Int
        package let standing: String

        package init(code: String, name: String, version: Int, standing: String) {
            self.code = code
            self.name = name
            self.version = version
            self.standing = standing
        }
    }

    private let items: [Row]
    private let next: String?
    private let viewer: Principal
    private let token: HTMLText

    /// - Parameters:
    ///   - next: Where the next page begins; nil on the last.
    ///   - token: The form's hidden field.
    package init(items: [Row], next: String?, viewer: Principal, token: HTMLText) {
        self.items = items
        self.next = next
        self.viewer = viewer
        self.token = token
    }

    /// The commands that a form of few fields may give, with these.
    package static let forms: [String: [String]] = [
        "item.suspend": ["code", "reason"], "item.resume": ["code", "reason"],
        "item.cancel": ["code", "reason"], "item.halt": ["code", "reason"],
        "item.widen": ["code", "reach", "reason"], "item.rollback": ["code", "to", "reason"],
        "item.discard": ["draft"], "knowledge.ask": ["question"], "theme.publish": ["code"],
        "theme.end": ["code"], "knowledge.end": ["code"], "proof.end": ["code"],
        "ruling.set": ["case", "about", "outcome", "reason"],
    ]

    /// The page's body.
    package var html: HTMLText {
        """
        <section class="card"><h1>事项目录</h1>\(ways)</section>
        <section class="card"><h2>事项</h2><div class="scroll">\
        <table class="stack"><thead><tr>\
        <th>事项<th>编码<th>版本<th>状态<th></thead><tbody>\(rows)</tbody></table></div>\(more)\
        </section>\(ask)
        """
    }

    private var ways: HTMLText {
        let written: [(EditTable, Bool)] = [
            (.theme, true), (.basic, true), (.knowledge, true), (.proof, true),
            (.grant, viewer.may(.grant)), (.calendar, true),
        ]
        var lists = written.filter(\.1).map { table, _ -> HTMLText in
            "<a class=\"button\" href=\"/lists/\(table.rawValue)\">\(table.title)</a> "
        }
        lists.append("<a class=\"button\" href=\"/lists/question\">答不上的问题</a> ")
        let kinds: [(SheetKind, String)] = [
            (.claims, "认领率"), (.uniform, "十同差异"), (.sink, "下沉清单"), (.onspot, "当场办结目录"),
            (.deferrable, "容缺清单"), (.assisted, "帮办清单"),
        ]
        let sheets = kinds.map { kind, title -> HTMLText in
            "<a class=\"button\" href=\"/catalog/\(kind.rawValue)\">\(title)</a> "
        }
        let new: HTMLText =
            viewer.may(.draft) ? "<a class=\"button\" href=\"/edit/item\">起草新事项</a> " : .empty
        let pending: HTMLText =
            viewer.may(.viewCases)
            ? "<a class=\"button\" href=\"/catalog/pending\">待裁定与追认</a> " : .empty
        let imports: HTMLText =
            viewer.may(.draft) ? "<a class=\"button\" href=\"/import\">导入与导出</a> " : .empty
        return """
            <p>\(new)\(imports)<a class="button" href="/drafts">待复核的草稿</a> \(pending)</p>\
            <p>\(lists)</p><p>\(sheets)</p>
            """
    }

    private var rows: [HTMLText] {
        items.map { item in
            let code = URLText.segment(item.code)
            let edit: HTMLText =
                viewer.may(.draft) ? "<a href=\"/edit/item?code=\(code)\">起草</a> " : .empty
            let own: HTMLText =
                viewer.may(.overlay) ? "<a href=\"/edit/overlay?code=\(code)\">本地</a> " : .empty
            let grant: HTMLText =
                viewer.may(.grant) ? "<a href=\"/edit/grant?code=\(code)\">下沉</a> " : .empty
            return """
                <tr><td><a href="/items/\(code)">\(item.name)</a>\
                <td data-l="编码"><code>\(item.code)</code>\
                <td data-l="版本">v\(item.version)<td data-l="状态">\(item.standing)\
                <td>\(edit)\(own)\(grant)<a href="/catalog/guide?code=\(code)">指南</a> \
                <a href="/catalog/notice?code=\(code)">告知单</a> \
                <a href="/catalog/board?code=\(code)">到达</a> \
                <a href="/catalog/impact?code=\(code)">影响</a> \
                <a href="/catalog/history?code=\(code)">版本</a></tr>
                """
        }
    }

    private var more: HTMLText {
        next.map { "<p><a href=\"/catalog?cursor=\($0)\">下一页</a></p>" } ?? .empty
    }

    private var ask: HTMLText {
        """
        <section class="card narrow"><h2>答不上的问题</h2>\
        <form method="post" action="/console/catalog">\(token)\
        <input type="hidden" name="command" value="knowledge.ask">\
        <label>问题（不写个人信息）<input name="question" required maxlength="120" \
        autocomplete="off"></label><button>上报</button></form></section>
        """
    }

    // MARK: below a sheet

    /// What may be done with an item, below its board.
    package static func itemActs(
        _ code: String, _ viewer: Principal, _ token: HTMLText
    ) -> HTMLText {
        guard viewer.may(.publish) else { return .empty }
        let acts: [(String, String, HTMLText)] = [
            ("item.widen", "扩大到镇", hidden("reach", "town")),
            ("item.widen", "扩大到全县", hidden("reach", "all")), ("item.halt", "停止扩大", .empty),
            (
                "item.rollback", "回退",
                "<label>到版本<input name=\"to\" required inputmode=\"numeric\"></label>"
            ), ("item.suspend", "暂停", .empty), ("item.resume", "恢复", .empty),
            ("item.cancel", "取消", .empty),
        ]
        let forms = acts.map { command, title, more -> HTMLText in
            """
            <form method="post" action="/console/catalog">\(token)\
            \(hidden("command", command))\(hidden("code", code))\(more)\
            <label>理由<input name="reason" required maxlength="200"></label>\
            <button>\(title)</button></form>
            """
        }
        return "<section class=\"card\"><h2>管理</h2><div class=\"acts\">\(forms)</div></section>"
    }

    /// The way to the next version, below the history.
    package static func nextVersion(_ code: String, _ viewer: Principal) -> HTMLText {
        guard viewer.may(.draft) else { return .empty }
        return """
            <section class="card"><a class="button" \
            href="/edit/item?code=\(URLText.segment(code))">起草下一版本</a></section>
            """
    }

    /// Another person publishes a theme than who drafted it.
    package static func themeActs(
        _ code: String, _ status: String, _ viewer: Principal, _ token: HTMLText
    ) -> HTMLText {
        let edit: HTMLText =
            viewer.may(.draft)
            ? "<a class=\"button\" href=\"/edit/theme?code=\(URLText.segment(code))\">修改</a>"
            : .empty
        let publish: HTMLText =
            viewer.may(.publish) && status == "draft"
            ? """
            <form class="inline" method="post" action="/console/catalog">\(token)\
            \(hidden("command", "theme.publish"))\(hidden("code", code))\
            <button class="main">发布</button></form>
            """ : .empty
        return "<section class=\"card screen\">\(publish)\(edit)</section>"
    }

    /// What may be done with a draft, below its differences.
    package static func draftActs(
        _ id: String, _ viewer: Principal, _ token: HTMLText
    ) -> HTMLText {
        let approve: HTMLText =
            viewer.may(.publish)
            ? """
            <form class="inline" method="post" action="/console/draft">\(token)\
            \(hidden("draft", id))<button class="main">复核发布</button></form>
            """ : .empty
        let discard: HTMLText =
            viewer.may(.draft)
            ? """
            <p><a class="button" href="/edit/item?draft=\(URLText.segment(id))">继续修改</a></p>\
            <form class="inline" method="post" action="/console/catalog">\(token)\
            \(hidden("command", "item.discard"))\(hidden("draft", id))<button>作废</button></form>
            """ : .empty
        return "<section class=\"card\">\(approve)\(discard)</section>"
    }

    /// A file for one of a draft's places, below the draft.
    package static func fileForm(
        _ id: String, _ places: [(place: String, title: String, isFilled: Bool)],
        _ token: HTMLText
    ) -> HTMLText {
        guard !places.isEmpty else { return .empty }
        let options = places.map { place, title, isFilled -> HTMLText in
            "<option value=\"\(place)\">\(title)\(isFilled ? "（已有，将替换）" : "")</option>"
        }
        return """
            <section class="card screen"><h2>空白表、样表、流程图</h2>\
            <form method="post" enctype="multipart/form-data" \
            action="/console/files/\(URLText.segment(id))">\(token)\
            <label>放在<select name="place">\(options)</select></label>\
            <label>文件（JPEG、PNG、PDF，至多 32 MiB）\
            <input type="file" name="file" required \
            accept="image/jpeg,image/png,application/pdf"></label>\
            <button>上传</button></form></section>
            """
    }

    /// What the authority may say on a case, below what binds it.
    ///
    /// - Parameter abouts: `standing`, `grant`: what waits.
    package static func rulingActs(
        _ id: String, _ abouts: [String], _ viewer: Principal, _ token: HTMLText
    ) -> HTMLText {
        guard viewer.may(.rule), !abouts.isEmpty else { return .empty }
        let forms = abouts.map { about -> HTMLText in
            let isGrant = about == "grant"
            return """
                <form method="post" action="/console/catalog">\(token)\
                \(hidden("command", "ruling.set"))\(hidden("case", id))\(hidden("about", about))\
                <h3>\(isGrant ? "越权待追认" : "待裁定")</h3>\
                <label>理由<input name="reason" required maxlength="200"></label>\
                <button class="main" name="outcome" value="continue">\
                \(isGrant ? "追认" : "继续办理")</button> \
                <button name="outcome" value="end">\(isGrant ? "不予追认" : "终止")</button></form>
                """
        }
        return "<section class=\"card\"><h2>裁定</h2><div class=\"acts\">\(forms)</div></section>"
    }

    /// What follows a ruling that a case ends.
    package static func endAct(
        _ id: String, _ viewer: Principal, _ token: HTMLText
    ) -> HTMLText {
        guard viewer.may(.end) else { return .empty }
        return """
            <section class="card screen"><form class="inline" method="post" \
            action="/console/cases/\(URLText.segment(id))/end">\(token)\
            <label>理由<input name="reason" required maxlength="200" value="已裁定终止"></label>\
            <button class="main">终止办件</button></form></section>
            """
    }

    /// That the applicant was told, below the paper that tells it.
    package static func toldAct(
        _ id: String, _ words: String, _ viewer: Principal, _ token: HTMLText
    ) -> HTMLText {
        guard viewer.may(.note) else { return .empty }
        return """
            <section class="card screen"><form class="inline" method="post" \
            action="/console/cases/\(URLText.segment(id))/note">\(token)\
            <label>记入办件经过<input name="note" required maxlength="200" value="\(words)"></label>\
            <button>已告知申请人</button></form></section>
            """
    }

    private static func hidden(_ name: String, _ value: String) -> HTMLText {
        "<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\">"
    }
}

/// What there is of one kind, with the way to write it.
package struct ListPage: Sendable {
    /// One line.
    package struct Row: Sendable {
        package let code: String
        package let name: String
        package let status: String
        package let detail: String
        /// Where it is written; nil leads nowhere.
        package let link: String?
        package let isContested: Bool

        package init(
            code: String, name: String, status: String, detail: String = "", link: String?,
            isContested: Bool = false
        ) {
            self.code = code
            self.name = name
            self.status = status
            self.detail = detail
            self.link = link
            self.isContested = isContested
        }
    }

    private let title: String
    private let rows: [Row]
    /// Where a new one is written; nil where the viewer writes none.
    private let new: String?
    private let next: String?

    package init(title: String, rows: [Row], new: String?, next: String?) {
        self.title = title
        self.rows = rows
        self.new = new
        self.next = next
    }

    /// The page's body.
    package var html: HTMLText {
        let lines = rows.map { row -> HTMLText in
            let name: HTMLText =
                row.link.map { "<a href=\"\($0)\">\(row.name)</a>" } ?? HTMLText(text: row.name)
            let mark: HTMLText =
                row.isContested ? " <span class=\"mark bad\">冲突待裁</span>" : .empty
            return """
                <tr><td>\(name)\(mark)<td data-l="编码"><code>\(row.code)</code>\
                <td data-l="状态">\(EditTable.label(row.status))<td>\(row.detail)</tr>
                """
        }
        let write: HTMLText =
            new.map { "<a class=\"button\" href=\"\($0)\">新建</a>" } ?? .empty
        let more: HTMLText =
            next.map { "<p><a href=\"?cursor=\($0)\">下一页</a></p>" } ?? .empty
        let empty: HTMLText = rows.isEmpty ? "<p class=\"quiet\">还没有。</p>" : .empty
        return """
            <section class="card"><div class="title"><h1>\(title)</h1>\(write)</div>
            <div class="scroll"><table class="stack"><thead><tr><th>名称<th>编码<th>状态<th></thead>\
            <tbody>\(lines)</tbody></table></div>\(empty)\(more)
            <p><a href="/catalog">事项目录</a></p></section>
            """
    }
}
