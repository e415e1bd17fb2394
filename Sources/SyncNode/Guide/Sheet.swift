package import Base
package import Console

/// Something to be read: on a screen, on paper and by a program, with one content (同源发布).
package struct Sheet: Hashable, Sendable {
    /// A table, or where it has no columns, lines.
    package struct Section: Hashable, Sendable {
        package let heading: String
        package let columns: [String]
        package let rows: [[String]]
        /// Where the first cell of each row leads on a screen, as a path with its query; empty for
        /// nowhere. None, or one a row.
        package var paths: [String] = []

        package init(_ heading: String, _ columns: [String] = [], _ rows: [[String]]) {
            self.heading = heading
            self.columns = columns
            self.rows = rows
        }

        /// The same, with the first cell of each row leading somewhere.
        package func leading(_ paths: [String]) -> Section {
            invariant(paths.count == rows.count, "each row leads somewhere or nowhere")
            var section = self
            section.paths = paths
            return section
        }
    }

    package let title: String
    /// Version, dates and place: what makes a paper comparable with the screen.
    package let stamp: String
    package let sections: [Section]
    /// The same for programs.
    package let data: JSON

    package init(_ title: String, stamp: String, _ sections: [Section], data: JSON = .null) {
        self.title = title
        self.stamp = stamp
        self.sections = sections.filter { !$0.rows.isEmpty }
        self.data = data
    }

    /// {title, stamp, sections: [{heading, columns, rows}], data}.
    package var json: [UInt8] {
        var writer = JSONWriter(capacity: 4096)
        writer.object { object in
            object.field("title", title)
            object.field("stamp", stamp)
            object.array("sections") { array in
                for section in sections { section.write(to: &array) }
            }
            object.field("data", data)
        }
        return writer.bytes
    }

    /// For paper: UTF-8 lines.
    package var text: String {
        var lines = [title, stamp, ""]
        for section in sections {
            lines.append("【\(section.heading)】")
            if !section.columns.isEmpty { lines.append(section.columns.joined(separator: " | ")) }
            lines += section.rows.map {
                $0.joined(separator: section.columns.isEmpty ? "：" : " | ")
            }
            lines.append("")
        }
        return lines.joined(separator: "\n")
    }

    /// Its sections as rows of comma-separated values, one under the other, each behind its
    /// heading and columns.
    package var table: [[String]] {
        let width = max(
            2,
            sections.map { max($0.columns.count, $0.rows.map(\.count).max() ?? 0) }
                .max() ?? 2)
        func padded(_ row: [String]) -> [String] {
            row + [String](repeating: "", count: max(0, width - row.count))
        }
        var rows = [padded([title, stamp])]
        for section in sections {
            rows.append(padded([section.heading]))
            if !section.columns.isEmpty { rows.append(padded(section.columns)) }
            rows += section.rows.map(padded)
        }
        return rows
    }

    /// For the console.
    package var html: HTMLText {
        let parts = sections.map { section -> HTMLText in
            let heads = section.columns.map { column -> HTMLText in "<th>\(column)" }
            let rows = section.rows.enumerated().map { index, row -> HTMLText in
                let path = index < section.paths.count ? section.paths[index] : ""
                let cells = row.enumerated().map { place, cell -> HTMLText in
                    guard place == 0 || place >= section.columns.count else {
                        return "<td data-l=\"\(section.columns[place])\">\(cell)</td>"
                    }
                    return place > 0 || path.isEmpty
                        ? "<td>\(cell)</td>" : "<td><a href=\"\(path)\">\(cell)</a></td>"
                }
                return "<tr>\(cells)</tr>"
            }
            let head: HTMLText = heads.isEmpty ? .empty : "<thead><tr>\(heads)</thead>"
            // On a phone more columns than these stand below each other.
            let stack: HTMLText = section.columns.count > 3 ? " class=\"stack\"" : .empty
            return """
                <section class="card"><h2>\(section.heading)</h2><div class="scroll">\
                <table\(stack)>\(head)<tbody>\(rows)</tbody></table></div></section>
                """
        }
        let none: HTMLText = sections.isEmpty ? "<p>暂无内容。</p>" : .empty
        return """
            <section class="card"><h1>\(title)</h1><p class="quiet">\(stamp)</p>\(none)</section>
            \(HTMLText(parts))
            """
    }
}

extension Sheet.Section {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.field("heading", heading)
            object.array("columns") { array in
                for column in columns { array.value(column) }
            }
            object.array("rows") { array in
                for row in rows {
                    array.array { inner in
                        for cell in row { inner.value(cell) }
                    }
                }
            }
        }
    }
}

extension JSON {
    /// What a writer made; null where it made none.
    static func made(_ write: (inout JSONWriter) -> Void) -> JSON {
        var writer = JSONWriter(capacity: 1024)
        write(&writer)
        do throws(JSONError) {
            return try JSON(parsing: writer.bytes)
        } catch {
            return .null
        }
    }
}
