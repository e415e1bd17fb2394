package import Base
import Civil
package import Document

/// What a definition must say before it is taken: by its family.
package enum DefinitionCheck {
    /// All that is wrong with a definition, as far as it says itself. Whether what it names is
    /// there is for whoever can look.
    package static func findings(
        _ family: DefinitionState.Family, _ code: String, _ body: JSON
    ) -> [Finding] {
        var found: [Finding] = []
        if !ElementCheck.isName(code) {
            found.append(Finding("code", "definition-code", "编码为空或过长"))
        }
        let size = body.bytes.count
        if size > Limits.itemElementsBytesMax {
            found.append(Finding("code", "definition-too-large", "内容过大：\(size) 字节"))
        }
        switch family {
        case .theme: found += theme(body)
        case .basic: found += basic(code, body)
        case .knowledge: found += knowledge(body)
        case .proof: found += proof(body)
        case .question: found += question(body)
        case .ruling: found += ruling(body)
        // Only a county's own node states it, and signs what it states.
        case .station: found.append(Finding("code", "command-unknown", "没有这个命令"))
        case .setting: found += setting(code, body)
        case .figure: found += figure(code, body)
        // What a window has to say is looked at where bookings are known (`ServiceWindow.fault`).
        case .window: break
        }
        return found
    }

    private static func text(_ key: String, _ label: String, _ body: JSON) -> [Finding] {
        guard let text = body[key]?.text, text.contains(where: { !$0.isWhitespace }),
            text.count <= Limits.elementCharactersMax
        else { return [Finding(key, "element-missing", "“\(label)”未填或过长")] }
        return []
    }

    private static func word(
        _ key: String, _ label: String, _ words: [String], _ body: JSON
    ) -> [Finding] {
        guard let text = body[key]?.text, words.contains(text) else {
            let all = words.joined(separator: "、")
            return [Finding(key, "element-form", "“\(label)”应为 \(all) 之一")]
        }
        return []
    }

    /// What an entry of the basic list is that stands for a theme; its code is the theme's.
    package static let themeKind = "一件事"

    /// What an entry of the basic list may be.
    package static let claimKinds = ElementTable.kinds + [themeKind]

    private static func basic(_ code: String, _ body: JSON) -> [Finding] {
        var found: [Finding] = []
        if body["kind"]?.text != themeKind, ItemCode(code)?.form != .basic {
            found.append(Finding("code", "item-code", "基本编码应为 12 位"))
        }
        found += text("name", "事项名称", body)
        found += word("kind", "事项类型", claimKinds, body)
        found += word("status", "认领状态", ["waiting", "claimed", "notApplicable"], body)
        if body["status"]?.text == "claimed" { found += text("department", "认领部门", body) }
        if body["status"]?.text == "notApplicable" { found += text("reason", "不适用的理由", body) }
        return found
    }

    private static func knowledge(_ body: JSON) -> [Finding] {
        var found = text("question", "问题", body) + text("answer", "解答", body)
        found += word("status", "状态", ["current", "withdrawn"], body)
        let labels = body["labels"]?.array ?? []
        if labels.count != 3 || labels.contains(where: { $0.text?.isEmpty ?? true }) {
            found.append(Finding("labels", "knowledge-labels", "须有三级标签"))
        }
        return found
    }

    /// 一律取消 of six kinds, or a proof that stays on the list with its basis.
    private static func proof(_ body: JSON) -> [Finding] {
        text("name", "证明名称", body) + text("basis", "设定依据", body)
            + word("status", "状态", ["current", "withdrawn"], body)
    }

    private static func question(_ body: JSON) -> [Finding] {
        let found = text("question", "问题", body)
        guard (body["question"]?.text?.count ?? 0) > Limits.questionCharactersMax else {
            return found
        }
        return found + [Finding("question", "question-too-long", "问题过长")]
    }

    private static func ruling(_ body: JSON) -> [Finding] {
        word("status", "裁定", ["continue", "end"], body) + text("reason", "理由", body)
            + word("about", "裁定事由", ["standing", "grant"], body)
    }

    /// The settings that there are, each with whole numbers of its own: 亮灯 in working days,
    /// 排名 as weights, 企业开办 as items.
    private static func setting(_ code: String, _ body: JSON) -> [Finding] {
        func numbers(_ keys: [String], _ most: Int64) -> [Finding] {
            keys.filter { key in !(0...most).contains(body[key]?.int ?? -1) }
                .map { Finding($0, "setting-number", "应为 0 到 \(most) 的整数") }
        }
        switch code {
        case "lights":
            let more = ["offered", "unsigned"].filter { body[$0].map { !$0.isNull } ?? false }
            var found = numbers(["blue", "yellow", "red"] + more, 60)
            if found.isEmpty, (body["unsigned"]?.int ?? 2) < (body["offered"]?.int ?? 1) {
                found.append(Finding("unsigned", "setting-number", "移交未签收的红灯不得早于黄灯"))
            }
            guard found.isEmpty, (body["blue"]?.int ?? 0) < (body["yellow"]?.int ?? 0) else {
                return found
            }
            return [Finding("blue", "setting-number", "蓝灯的剩余日数不得少于黄灯")]
        case "ranking": return numbers(["onTime", "once", "content", "tickets"], 100)
        case "retention":
            return retention(body)
        case "startup":
            let items = body["items"]?.array ?? []
            let isNamed = body["theme"]?.text?.isEmpty == false
            let isGood = (!items.isEmpty || isNamed) && items.count <= Limits.themeChildrenMax
            return isGood && items.allSatisfy { $0.text?.isEmpty == false }
                ? [] : [Finding("items", "element-form", "应为事项编码的列表，或以 theme 指明主题")]
        default: return [Finding("code", "setting-unknown", "没有这项设置")]
        }
    }

    /// 保管期限: years by the kind of item, of what was refused or ended, and of what was withdrawn.
    private static func retention(_ body: JSON) -> [Finding] {
        let most = Int64(Retention.permanent)
        func isYears(_ value: JSON?) -> Bool { (0...most).contains(value?.int ?? -1) }
        var found = [("default", "其他事项"), ("refused", "不予受理、终止"), ("withdrawn", "撤回")]
            .filter { !isYears(body[$0.0]) }
            .map { Finding($0.0, "setting-number", "“\($0.1)”的年数应为 0 到 \(most) 的整数") }
        let kinds = body["kinds"]?.array ?? []
        let names = kinds.map { $0["kind"]?.text ?? "" }
        if let odd = names.first(where: { !ElementTable.kinds.contains($0) }) {
            let all = ElementTable.kinds.joined(separator: "、")
            found.append(Finding("kinds", "element-form", "没有事项类型“\(odd)”，应为 \(all)"))
        } else if Set(names).count < names.count || names.count > RetentionTerms.kindsMax {
            found.append(Finding("kinds", "element-form", "事项类型重复或过多"))
        } else if let odd = kinds.first(where: { !isYears($0["years"]) }) {
            let name = odd["kind"]?.text ?? ""
            found.append(
                Finding("kinds", "setting-number", "“\(name)”的年数应为 0 到 \(most) 的整数"))
        }
        if let document = body["document"], !document.isNull,
            (document.text ?? "").isEmpty || (document.text?.count ?? 0) > 200
        {
            found.append(Finding("document", "element-form", "依据文号应为 1 到 200 字"))
        }
        return found
    }

    /// `14` or another metric that is entered: {value, whole?, source}.
    private static func figure(_ code: String, _ body: JSON) -> [Finding] {
        var found = text("source", "数据来源", body)
        if !["14", "20", "27", "30"].contains(code) {
            found.append(Finding("code", "figure-unknown", "只填报第 14、20、27、30 项"))
        }
        let value = body["value"]?.int ?? -1
        if value < 0 { found.append(Finding("value", "setting-number", "应为不小于 0 的整数")) }
        if let whole = body["whole"], !whole.isNull, (whole.int ?? -1) < max(1, value) {
            found.append(Finding("whole", "setting-number", "总数应为不小于 value 的整数"))
        }
        return found
    }

    // MARK: themes

    private static func theme(_ body: JSON) -> [Finding] {
        var found = text("name", "主题名称", body) + text("lead", "牵头部门", body)
        found += word("object", "面向对象", ["企业", "个人"], body)
        found += word("status", "状态", ["draft", "published", "ended"], body)
        let days = body["promisedDays"]?.int ?? -1
        if !(0...Int64(Limits.themeDaysMax)).contains(days) {
            found.append(
                Finding(
                    "promisedDays", "theme-days",
                    "总时限应为 0 到 \(Limits.themeDaysMax) 个工作日（联合办理上限）"))
        }
        let children = body["children"]?.array ?? []
        guard (2...Limits.themeChildrenMax).contains(children.count) else {
            found.append(Finding("children", "theme-children", "须有两个以上事项"))
            return found
        }
        return found + edges(children) + fields(body, children)
    }

    /// 前置: each names another child, and none waits for itself.
    private static func edges(_ children: [JSON]) -> [Finding] {
        var found: [Finding] = []
        var codes: [String] = []
        for (index, child) in children.enumerated() {
            let code = child["item"]?.text ?? ""
            if code.isEmpty || codes.contains(code) {
                found.append(Finding("children[\(index)].item", "theme-child", "事项为空或重复"))
            }
            codes.append(code)
        }
        var waits: [Set<Int>] = []
        for (index, child) in children.enumerated() {
            var before: Set<Int> = []
            for edge in child["after"]?.array ?? [] {
                guard let code = edge.text, let place = codes.firstIndex(of: code) else {
                    found.append(
                        Finding(
                            "children[\(index)].after", "theme-edge",
                            "前置事项 \(edge.text ?? "?") 不在本主题中"))
                    continue
                }
                before.insert(place)
            }
            waits.append(before)
        }
        if let circle = Self.circle(waits) {
            let names = circle.map { codes[$0] }.joined(separator: " → ")
            found.append(Finding("children", "theme-cycle", "前置关系成环：\(names)"))
        }
        return found
    }

    /// Children that wait for each other; nil where an order exists.
    private static func circle(_ waits: [Set<Int>]) -> [Int]? {
        var done: Set<Int> = []
        while done.count < waits.count {
            let free = waits.indices.filter { !done.contains($0) && waits[$0].isSubset(of: done) }
            if free.isEmpty { return waits.indices.filter { !done.contains($0) } }
            done.formUnion(free)
        }
        return nil
    }

    /// One form for all: each field goes to children that there are.
    private static func fields(_ body: JSON, _ children: [JSON]) -> [Finding] {
        let codes = Set(children.compactMap { $0["item"]?.text })
        var found: [Finding] = []
        for (index, field) in (body["form"]?.array ?? []).enumerated() {
            found += text("label", "表单字段", field).map {
                Finding("form[\(index)].label", $0.rule, $0.title)
            }
            for map in field["maps"]?.array ?? [] {
                guard let item = map["item"]?.text, codes.contains(item) else {
                    found.append(
                        Finding("form[\(index)].maps", "theme-map", "字段映射的事项不在本主题中"))
                    continue
                }
            }
        }
        return found
    }

    /// The children in an order in which each stands behind what it waits for.
    package static func order(_ body: JSON) -> [[String]] {
        let children = body["children"]?.array ?? []
        let codes = children.map { $0["item"]?.text ?? "" }
        var done: Set<String> = []
        var rounds: [[String]] = []
        while done.count < codes.count {
            let free = children.filter { child in
                let waits = (child["after"]?.array ?? []).compactMap(\.text)
                return !done.contains(child["item"]?.text ?? "")
                    && waits.allSatisfy { done.contains($0) || !codes.contains($0) }
            }.compactMap { $0["item"]?.text }
            guard !free.isEmpty else { return rounds }
            rounds.append(free)
            done.formUnion(free)
        }
        return rounds
    }
}
