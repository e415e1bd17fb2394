/// A form that was refused, on its own page again: what was filled in still stands there, and the
/// rule beside the field that it is about. It reads pages of this node alone, whose markup
/// `HTMLText` wrote: names in small letters, attributes in double quotes.
package struct FormRefill {
    /// Where the form goes to.
    package let action: String
    /// Name and value of each field that came, in order.
    package let fields: [(name: String, value: String)]
    /// What the rule says, and about which field; nil where it is about the whole.
    package let title: String
    package let field: String?
    /// The page on which the form stood, which it brings back with the next try.
    package let page: String

    /// What is made anew on each page, or is no field that people see.
    private static let fresh: Set<String> = ["token", "key", "seen", "seenState", "page"]

    /// What rules call a field that a form has by another name.
    private static let aliases: [String: [String]] = [
        "codes": ["code"], "materials": ["material", "listed"], "originals": ["originals", "code"],
        "date": ["hour", "validUntil"], "start": ["hour"], "region": ["hour"],
        "window": ["hour"], "idNumber": ["last"], "score": ["grade"], "case": ["number"],
        "to": ["place"], "blob": ["file"], "elements": ["file"],
    ]

    package init(
        action: String, fields: [(name: String, value: String)], title: String, field: String?,
        page: String
    ) {
        self.action = action
        self.fields = fields
        self.title = title
        self.field = field
        self.page = page
    }

    /// The page with the form as it was sent; nil where it has no such form any more.
    package func applied(to page: [UInt8]) -> [UInt8]? {
        let tags = MarkupTag.all(in: page)
        var best: (range: Range<Int>, score: Int)?
        var index = 0
        while let start = tags[index...].firstIndex(where: { $0.name == "form" }) {
            let end = tags[start...].firstIndex { $0.name == "/form" } ?? tags.count
            if tags[start]["action"] == action, let score = score(tags[start..<end]),
                score > best?.score ?? -1
            {
                best = (start..<end, score)
            }
            index = end
            if index >= tags.count { break }
        }
        guard let best else { return nil }
        return rewritten(page, tags, best.range)
    }

    /// How many of its hidden fields came with the same value; nil where one came with another.
    private func score(_ form: ArraySlice<MarkupTag>) -> Int? {
        var score = 0
        for tag in form where tag.name == "input" && tag["type"] == "hidden" {
            guard let name = tag["name"], !Self.fresh.contains(name) else { continue }
            let came = fields.filter { $0.name == name }.map(\.value)
            guard came.contains(tag["value"] ?? "") else { return nil }
            score += 1
        }
        return score
    }

    // MARK: writing

    private func rewritten(
        _ page: [UInt8], _ tags: [MarkupTag], _ form: Range<Int>
    ) -> [UInt8] {
        let target = concerned(tags[form])
        var out: [UInt8] = []
        out.reserveCapacity(page.count + 1024)
        var copied = 0
        // Behind which tag the sentence stands; that of the form where it is about no field.
        var closer = target.map { closing(tags[$0]) } ?? "form"
        for index in form {
            let tag = tags[index]
            out.append(contentsOf: page[copied..<tag.range.lowerBound])
            copied = tag.range.upperBound
            switch tag.name {
            case "input", "select", "textarea":
                out.append(contentsOf: control(tag, index == target).bytes)
            case "option":
                let end = index + 1 < tags.count ? tags[index + 1].range.lowerBound : page.count
                let text = page[copied..<end]
                let words = MarkupTag.plain(String(decoding: text, as: UTF8.self))
                out.append(contentsOf: option(tag, words, tags[form.lowerBound..<index]).bytes)
            default: out.append(contentsOf: page[tag.range])
            }
            if tag.name == "textarea", let value = value(of: tag), index + 1 < tags.count {
                out.append(contentsOf: HTMLText(text: value).bytes)
                copied = tags[index + 1].range.lowerBound
            }
            if index == form.lowerBound {
                let origin: HTMLText =
                    "<input type=\"hidden\" name=\"page\" value=\"\(self.page)\">"
                out.append(contentsOf: origin.bytes)
            }
            if index >= target ?? form.lowerBound, tag.name == closer {
                out.append(contentsOf: fault(isBeside: target != nil).bytes)
                closer = ""
            }
        }
        out.append(contentsOf: page[copied...])
        return out
    }

    private func closing(_ control: MarkupTag) -> String {
        guard control.name == "input" else { return "/" + control.name }
        return ["checkbox", "radio"].contains(control["type"]) ? "/label" : "input"
    }

    /// The sentence beside its field; where it is about none, a reader's eye is led to it.
    private func fault(isBeside: Bool) -> HTMLText {
        isBeside
            ? "<span class=\"wrong\" role=\"alert\" id=\"wrong\">\(title)</span>"
            : """
            <p class="wrong" role="alert" id="wrong" tabindex="-1" autofocus>\(title)</p>
            """
    }

    /// The control that the rule is about, by its place in all tags.
    private func concerned(_ form: ArraySlice<MarkupTag>) -> Int? {
        guard let field else { return nil }
        let plain = String(field.prefix { $0 != "[" && $0 != "." })
        for name in [field, plain] + (Self.aliases[plain] ?? []) {
            let found = form.indices.first { index in
                let tag = form[index]
                return ["input", "select", "textarea"].contains(tag.name)
                    && tag["type"] != "hidden" && tag["name"] == name
            }
            if let found { return found }
        }
        return nil
    }

    /// What came for a control; nil where nothing did.
    private func value(of tag: MarkupTag) -> String? {
        guard let name = tag["name"], !Self.fresh.contains(name) else { return nil }
        return fields.first { $0.name == name }?.value
    }

    private func came(_ name: String, _ value: String) -> Bool {
        fields.contains { $0.name == name && $0.value == value }
    }

    private func control(_ tag: MarkupTag, _ isTarget: Bool) -> HTMLText {
        var tag = tag
        let type = tag["type"] ?? "text"
        if tag.name == "input", let name = tag["name"] {
            switch type {
            case "hidden", "file", "password", "submit": break
            case "checkbox", "radio":
                tag["checked"] = came(name, tag["value"] ?? "on") ? "" : nil
            default: if let value = value(of: tag) { tag["value"] = value }
            }
        }
        if isTarget {
            tag["aria-invalid"] = "true"
            tag["aria-describedby"] = "wrong"
            tag["autofocus"] = ""
        }
        return tag.markup
    }

    /// An option as its select came; one of a select that did not come stays.
    private func option(
        _ tag: MarkupTag, _ words: String, _ before: ArraySlice<MarkupTag>
    ) -> HTMLText {
        guard let select = before.last(where: { $0.name == "select" }), let name = select["name"],
            fields.contains(where: { $0.name == name })
        else { return tag.markup }
        var tag = tag
        tag["selected"] = came(name, tag["value"] ?? words) ? "" : nil
        return tag.markup
    }
}

/// One tag of a page, with its attributes in order.
struct MarkupTag {
    /// In small letters; with its stroke where it closes.
    let name: String
    /// Its bytes, from `<` to behind `>`.
    let range: Range<Int>
    private var attributes: [(name: String, value: String)] = []

    subscript(_ name: String) -> String? {
        get { attributes.first { $0.name == name }?.value }
        set {
            let place = attributes.firstIndex { $0.name == name }
            switch (place, newValue) {
            case (let place?, let value?): attributes[place].value = value
            case (let place?, nil): attributes.remove(at: place)
            case (nil, let value?): attributes.append((name, value))
            case (nil, nil): break
            }
        }
    }

    /// The tag anew; a value that is empty is a word alone, but for `value`.
    var markup: HTMLText {
        let list = attributes.map { attribute -> HTMLText in
            attribute.value.isEmpty && attribute.name != "value"
                ? " \(attribute.name)" : " \(attribute.name)=\"\(attribute.value)\""
        }
        return "<\(name)\(list)>"
    }

    /// All tags of a page, in order. Cost: one pass.
    static func all(in page: [UInt8]) -> [MarkupTag] {
        var tags: [MarkupTag] = []
        var index = 0
        while let start = page[index...].firstIndex(of: UInt8(ascii: "<")) {
            guard let tag = MarkupTag(page, at: start) else { break }
            tags.append(tag)
            index = tag.range.upperBound
        }
        return tags
    }

    /// nil where it does not end.
    private init?(_ page: [UInt8], at start: Int) {
        var index = start + 1
        func text(_ range: Range<Int>) -> String { String(decoding: page[range], as: UTF8.self) }
        func isEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ">") || byte <= 0x20 }
        while index < page.count, !isEnd(page[index]) { index += 1 }
        name = text(start + 1..<index)
        while index < page.count, page[index] != UInt8(ascii: ">") {
            guard page[index] > 0x20 else {
                index += 1
                continue
            }
            let begin = index
            while index < page.count, !isEnd(page[index]), page[index] != UInt8(ascii: "=") {
                index += 1
            }
            let key = text(begin..<index)
            var value = ""
            if index + 1 < page.count, page[index] == UInt8(ascii: "="),
                page[index + 1] == UInt8(ascii: "\""),
                let close = page[(index + 2)...].firstIndex(of: UInt8(ascii: "\""))
            {
                value = Self.plain(text(index + 2..<close))
                index = close + 1
            } else {
                while index < page.count, !isEnd(page[index]) { index += 1 }
            }
            attributes.append((key, value))
        }
        guard index < page.count else { return nil }
        range = start..<index + 1
    }

    /// What `HTMLText` wrote of a value, back.
    static func plain(_ text: String) -> String {
        guard text.contains("&") else { return text }
        var text = text
        for (mark, sign) in [
            ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&"),
        ] {
            text = text.replacing(mark, with: sign)
        }
        return text
    }
}
