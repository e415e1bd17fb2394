package import Base
import Civil

/// The members of a command, each refused by its name.
package struct CommandFields {
    package let json: JSON

    package init(_ json: JSON) { self.json = json }

    /// A text that is not empty, at most `Limits.caseTextCharactersMax` characters.
    package func text(_ name: String) throws(RuleRefusal) -> String {
        guard let text = try optionalText(name), !text.isEmpty else {
            throw .invalid(name, "缺少 \(name)")
        }
        return text
    }

    /// As `text`, or nil where there is none or it is `null`.
    package func optionalText(_ name: String) throws(RuleRefusal) -> String? {
        guard let value = json[name], !value.isNull else { return nil }
        guard let text = value.text else { throw .invalid(name, "\(name) 应为文字") }
        guard Self.isBounded(text) else {
            throw .invalid(name, "\(name) 至多 \(Limits.caseTextCharactersMax) 字")
        }
        return text
    }

    /// Bytes count, too: one character may carry marks without end.
    package static func isBounded(_ text: String) -> Bool {
        text.utf8.count <= 4 * Limits.caseTextCharactersMax
            && text.count <= Limits.caseTextCharactersMax
    }

    /// A list of texts, one at least.
    package func texts(_ name: String) throws(RuleRefusal) -> [String] {
        guard let list = json[name]?.array, !list.isEmpty,
            list.count <= Limits.caseMaterialsMax
        else {
            throw .invalid(name, "\(name) 应为 1 到 \(Limits.caseMaterialsMax) 项的列表")
        }
        var texts: [String] = []
        for entry in list {
            guard let text = entry.text, !text.isEmpty, Self.isBounded(text)
            else { throw .invalid(name, "\(name) 的每一项应为文字") }
            texts.append(text)
        }
        return texts
    }

    /// A truth value; false where there is none.
    package func flag(_ name: String) throws(RuleRefusal) -> Bool {
        guard let value = json[name], !value.isNull else { return false }
        guard let flag = value.bool else { throw .invalid(name, "\(name) 应为 true 或 false") }
        return flag
    }

    /// One of a few words.
    package func choice(_ name: String, _ words: [String]) throws(RuleRefusal) -> String {
        let text = try text(name)
        guard words.contains(text) else {
            throw .invalid(name, "\(name) 应为 " + words.joined(separator: " 或 "))
        }
        return text
    }

    /// A whole number within a range.
    package func number(
        _ name: String, in range: ClosedRange<Int>
    ) throws(RuleRefusal) -> Int {
        guard let number = try optionalNumber(name, in: range) else {
            throw .invalid(name, "缺少 \(name)")
        }
        return number
    }

    /// As `number`, or nil where there is none.
    package func optionalNumber(
        _ name: String, in range: ClosedRange<Int>
    ) throws(RuleRefusal) -> Int? {
        guard let value = json[name], !value.isNull else { return nil }
        guard let number = value.int.flatMap(Int.init(exactly:)), range.contains(number) else {
            throw .invalid(
                name, "\(name) 应为 \(range.lowerBound) 到 \(range.upperBound) 的整数")
        }
        return number
    }

    /// A 12-digit division code.
    package func region(_ name: String) throws(RuleRefusal) -> RegionCode {
        guard let code = RegionCode(try text(name)) else {
            throw .invalid(name, "\(name) 应为 12 位区划代码")
        }
        return code
    }

    /// The first 16 bytes of a change's hash.
    package func hash(_ name: String) throws(RuleRefusal) -> Digest16 {
        guard let hash = Digest16(hex: try text(name)) else {
            throw .invalid(name, "\(name) 应为 32 位十六进制数")
        }
        return hash
    }

    /// A moment: RFC 3339 with a zone, or milliseconds since 1970; nil where there is none.
    package func moment(_ name: String) throws(RuleRefusal) -> Instant? {
        guard let value = json[name], !value.isNull else { return nil }
        if let millis = value.int { return Instant(millis: millis) }
        guard let instant = value.text.flatMap(Instant.init(rfc3339:)) else {
            throw .invalid(name, "\(name) 应为带时区的时间，如 2026-09-24T09:05:00+08:00")
        }
        return instant
    }
}
