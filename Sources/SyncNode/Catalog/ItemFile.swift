package import Base

/// A file of items: read into rows, written from items. A round trip changes nothing.
package enum ItemFile {
    /// How the file is written.
    package enum Format: String, Hashable, Sendable, CaseIterable {
        case json, csv
    }

    /// Why a file could not be read at all.
    package struct Fault: Error, Hashable, Sendable {
        /// The row, where the fault has one.
        package let row: Int?
        package let title: String
    }

    /// The rows of a file.
    ///
    /// - Parameter bytes: UTF-8, with or without a byte order mark: an array of objects, one
    ///   object with them under `items`, or CSV with a heading of element names.
    /// - Throws: Where it is none of these; a row that is no item is a finding of that row.
    package static func rows(_ bytes: [UInt8]) throws(Fault) -> [ItemRow] {
        guard bytes.count <= Limits.importBytesMax else {
            throw Fault(row: nil, title: "文件过大：\(bytes.count) 字节")
        }
        let plain = bytes.starts(with: CSV.mark) ? Array(bytes[CSV.mark.count...]) : bytes
        let first = plain.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
        let isJSON = first == UInt8(ascii: "[") || first == UInt8(ascii: "{")
        let rows = isJSON ? try jsonRows(plain) : try csvRows(plain)
        guard rows.count <= Limits.importRowsMax else {
            throw Fault(row: nil, title: "行数过多：\(rows.count)")
        }
        return marked(rows)
    }

    /// Notes rows that bear a code that an earlier one has.
    package static func marked(_ rows: [ItemRow]) -> [ItemRow] {
        var first: [String: Int] = [:]
        return rows.map { row in
            guard !row.code.isEmpty else { return row }
            guard let known = first[row.code] else {
                first[row.code] = row.number
                return row
            }
            var copy = row
            copy.note("code", "code-duplicate", "编码与第 \(known) 行重复")
            return copy
        }
    }

    private static func jsonRows(_ bytes: [UInt8]) throws(Fault) -> [ItemRow] {
        let json: JSON
        do throws(JSONError) {
            json = try JSON(parsing: bytes)
        } catch {
            throw Fault(row: nil, title: "不是合格的 JSON：第 \(error.offset) 字节")
        }
        guard let list = json.array ?? json["items"]?.array else {
            throw Fault(row: nil, title: "应为事项的数组")
        }
        return list.enumerated().map { ItemRow($0 + 1, $1) }
    }

    private static func csvRows(_ bytes: [UInt8]) throws(Fault) -> [ItemRow] {
        let rows: [[String]]
        do throws(CSV.Fault) {
            rows = try CSV.rows(bytes)
        } catch {
            throw Fault(row: error.row, title: error.title)
        }
        guard let heading = rows.first, heading.contains(where: isCode) else {
            throw Fault(row: 1, title: "表头没有“事项编码”一列")
        }
        return rows.dropFirst().enumerated().map { index, fields in
            var object = JSONObject()
            for (name, text) in zip(heading, fields) where !text.isEmpty {
                object[name] = isCode(name) ? .text(text) : cell(text, of: name)
            }
            return ItemRow(index + 1, .object(object))
        }
    }

    private static func isCode(_ name: String) -> Bool { name == "事项编码" || name == "code" }

    /// A cell as its element wants it; one that is not of its form stays a text, which the
    /// element's own check names.
    private static func cell(_ text: String, of name: String) -> JSON {
        guard let element = ElementTable.item.first(where: { $0.label == name || $0.key == name })
        else { return .text(text) }
        switch element.form {
        case .text, .date, .choice: return .text(text)
        case .number: return Int64(text).map(JSON.int) ?? .text(text)
        case .flag: return text == "是" ? true : text == "否" ? false : .text(text)
        case .choices, .divisions, .texts:
            if let list = parsed(text)?.array { return .array(list) }
            return .array(text.split(separator: "、").map { .text(String($0)) })
        case .object, .list, .attachment: return parsed(text) ?? .text(text)
        }
    }

    private static func parsed(_ text: String) -> JSON? {
        do throws(JSONError) {
            return try JSON(parsing: Array(text.utf8))
        } catch {
            return nil
        }
    }

    // MARK: writing

    /// Items as a file.
    ///
    /// - Parameter items: Each with its code and its elements.
    package static func bytes(
        _ items: [(code: String, elements: JSON)], _ format: Format
    ) -> [UInt8] {
        format == .json ? json(items) : csv(items)
    }

    private static func json(_ items: [(code: String, elements: JSON)]) -> [UInt8] {
        var writer = JSONWriter(capacity: 2048 * items.count + 64)
        writer.object { object in
            object.array("items") { array in
                for item in items {
                    array.object { entry in
                        entry.field("code", item.code)
                        for member in item.elements.object?.members ?? [] {
                            entry.field(member.key, member.value)
                        }
                    }
                }
            }
        }
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    private static func csv(_ items: [(code: String, elements: JSON)]) -> [UInt8] {
        let used = ElementTable.item.filter { element in
            items.contains { $0.elements[element.key] != nil }
        }
        var rows = [["事项编码"] + used.map(\.label)]
        for item in items {
            rows.append([item.code] + used.map { cell(item.elements[$0.key], $0) })
        }
        return CSV.text(rows)
    }

    private static func cell(_ value: JSON?, _ element: Element) -> String {
        guard let value, !value.isNull else { return "" }
        switch element.form {
        case .flag: return value.bool == true ? "是" : "否"
        default: break
        }
        if let text = value.text { return text }
        if let number = value.int { return String(number) }
        return String(decoding: value.bytes, as: UTF8.self)
    }
}
