import Base
package import Console

/// A file of items out of a browser: chosen, tried, taken in as drafts; and the report.
package struct ImportPage: Sendable {
    /// Rows that a page shows; the program's answer has all.
    private static let rowsShown = 500

    /// The form's hidden field.
    private let token: HTMLText

    /// - Parameter token: The form's hidden field.
    package init(token: HTMLText) { self.token = token }

    /// The form.
    package var form: HTMLText {
        """
        <section class="card"><h1>导入与导出</h1>\
        <p class="quiet">JSON 或 CSV：首行为要素名（中文名或键名），UTF-8（可带 BOM）或 GB18030。\
        全部导入或一行也不导入；导入的事项成为草稿，由另一人复核发布。</p>\
        <form method="post" enctype="multipart/form-data" action="/console/import">\(token)\
        <label>文件<input type="file" name="file" required accept=".json,.csv,text/csv,\
        application/json"></label>\
        <label>生效日期（空为复核后立即）<input type="date" name="effectiveFrom"></label>\
        <label class="inline"><input type="checkbox" name="skipRefused" value="true"> \
        略过不合格的行，其余导入</label>\
        <p><button name="mode" value="check">试导入（不写入）</button> \
        <button name="mode" value="draft">导入为草稿</button></p></form>\
        <p>导出全部事项：<a class="button" href="/api/v1/export/csv" download="items.csv">CSV</a> \
        <a class="button" href="/api/v1/export/json" download="items.json">JSON</a></p></section>
        """
    }

    /// What a file came to or would come to.
    ///
    /// - Parameters:
    ///   - answer: As programs get it: JSON of this node's own.
    ///   - isTried: Nothing was written.
    package func report(_ answer: [UInt8], isTried: Bool) -> HTMLText {
        do throws(JSONError) {
            return report(try JSON(parsing: answer), isTried: isTried)
        } catch {
            invariant(false, "the node's own answer is JSON")
            return .empty
        }
    }

    private func report(_ answer: JSON, isTried: Bool) -> HTMLText {
        func count(_ key: String) -> Int { answer[key]?.int.map(Int.init) ?? 0 }
        let heads = ["rows": "行", "drafted": "草稿", "unchanged": "不变", "refused": "拒绝"]
        let sums = ["rows", "drafted", "unchanged", "refused"].map { key -> HTMLText in
            "<tr><td>\(heads[key] ?? "")<td>\(count(key))</tr>"
        }
        let gaps = (answer["gaps"]?.array ?? []).map { gap -> HTMLText in
            """
            <tr><td>\(Int(gap["rows"]?.int ?? 0))<td><code>\(gap["field"]?.text ?? "")</code>\
            <td>\(gap["title"]?.text ?? "")</tr>
            """
        }
        let rows = answer["report"]?.array ?? []
        let more = rows.count - Self.rowsShown
        let rest: HTMLText =
            more > 0 ? "<p class=\"quiet\">其余 \(more) 行见接口或命令行的报告。</p>" : .empty
        return """
            <section class="card"><h1>\(isTried ? "试导入：没有写入任何内容" : "已导入")</h1>\
            <table><tbody>\(sums)</tbody></table></section>\
            <section class="card"><h2>缺项与问题合计</h2><div class="scroll"><table><thead>\
            <tr><th>行数<th>要素<th>说明</thead><tbody>\(gaps)</tbody></table></div></section>\
            <section class="card"><h2>逐行</h2><div class="scroll"><table><thead><tr><th>行\
            <th>事项<th>结果<th>完整度<th>要素与说明</thead><tbody>\
            \(rows.prefix(Self.rowsShown).map(row))</tbody></table></div>\(rest)</section>
            """
    }

    private func row(_ row: JSON) -> HTMLText {
        let findings = (row["findings"]?.array ?? []).map { finding -> HTMLText in
            "<li><code>\(finding["field"]?.text ?? "")</code> \(finding["title"]?.text ?? "")</li>"
        }
        return """
            <tr><td>\(Int(row["row"]?.int ?? 0))<td>\(row["name"]?.text ?? "")<br>\
            <code>\(row["code"]?.text ?? "")</code><td>\(row["fate"]?.text ?? "")\
            <td>\(Int(row["score"]?.int ?? 0))%<td><ul>\(findings)</ul></tr>
            """
    }
}
