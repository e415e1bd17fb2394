import Base
import Change
import Civil
import Domain

/// What a publisher looks at: who has a version, whom it concerns, what it changes.
extension SheetMaker {
    private func item(_ code: String) throws(Source.Failure) -> CatalogItem? {
        try CatalogQuery.item(code, for: own, in: directory, from: source)
    }

    // MARK: 到达看板

    func board(_ code: String) throws(Source.Failure) -> Sheet? {
        guard let item = try item(code), let head = Timeline.latest(of: item.state.heads) else {
            return nil
        }
        let lines = try CatalogQuery.rollout(
            of: head.stamp, in: item.state.authority, directory, from: source
        ).filter { directory.isWithin($0.region.id, own) }
        var counts = [0, 0, 0]
        var rows: [[String]] = []
        for line in lines {
            let place = StagePlace(region: line.region.id, level: line.region.level)
            let start = item.state.start(of: head, for: place)
            var word = "待达"
            var since = ""
            if case .reached(let time, let isExact) = line.reach {
                let counts = start.map { $0 <= now } ?? false
                word = counts ? "生效" : start == nil ? "已达（未到此步）" : "已达"
                since = (isExact ? "" : "不晚于 ") + max(time, counts ? start ?? time : time).minute
            }
            counts[word == "生效" ? 2 : word == "待达" ? 0 : 1] += 1
            rows.append([
                line.region.code.text, line.region.name, word, since,
                line.lastContact?.minute ?? "",
            ])
        }
        let stage = item.state.isHalted(head) ? "已停止扩大" : item.state.isStaged(head) ? "分步发布中" : ""
        return Sheet(
            "到达看板 " + (ItemElements(head.value.elements)?.name ?? code),
            stamp: stamp(
                "v\(head.value.number)", "生效 " + head.value.effectiveFrom.text, stage,
                reach(item.state.authority),
                item.state.heads.count > 1 ? "冲突待裁：\(item.state.heads.count) 个版本并列" : ""),
            [
                Sheet.Section(
                    "合计", ["生效", "已达", "待达"], [counts.reversed().map(String.init)]),
                Sheet.Section("逐站", ["区划", "站点", "状态", "自", "最后联系"], rows),
            ],
            data: [
                "code": .text(code), "version": .int(Int64(head.value.number)),
                "effective": .int(Int64(counts[2])), "reached": .int(Int64(counts[1])),
                "waiting": .int(Int64(counts[0])), "stations": .int(Int64(lines.count)),
            ])
    }

    /// Receipts go up only: below the authority a node speaks of itself and what is below it.
    private func reach(_ authority: RegionID) -> String { own == authority ? "" : "本站及以下" }

    // MARK: 历史版本

    /// Every version: how long it took to be everywhere, and what it asks for beside the first.
    func history(_ code: String) throws(Source.Failure) -> Sheet? {
        guard let item = try item(code) else { return nil }
        let versions = item.state.history(at: now, for: directory.stagePlace(own))
        let first = versions.last.flatMap { ItemElements($0.entry.value.elements) }
        var rows: [[String]] = []
        var data: [JSON] = []
        let isContested = item.state.isContested(at: now, for: directory.stagePlace(own))
        for (entry, place) in versions {
            let isRival = isContested && place == .current
            let lines = try CatalogQuery.rollout(
                of: entry.stamp, in: item.state.authority, directory, from: source)
            let count = ItemElements(entry.value.elements)?.materials.count ?? 0
            let base = first?.materials.count ?? 0
            let fewer = base > 0 ? (base - count) * 100 / base : 0
            let isWhole = own == item.state.authority
            let last = isWhole ? CatalogQuery.complete(lines) : nil
            let millis = last.map { $0.millis - entry.stamp.time.millis }
            rows.append([
                "v\(entry.value.number)", place.label + (isRival ? "（冲突待裁）" : ""),
                entry.stamp.time.instant.minute,
                entry.value.effectiveFrom.text,
                millis.map(\.span) ?? (isWhole ? "未齐" : "由县统计"), String(count), "\(fewer)%",
            ])
            data.append([
                "version": .int(Int64(entry.value.number)), "place": .text(place.rawValue),
                "contested": .bool(isRival),
                "effectiveFrom": .text(entry.value.effectiveFrom.text),
                "spreadMillis": millis.map(JSON.int) ?? .null, "materials": .int(Int64(count)),
                "fewerMaterials": .int(Int64(fewer)),
            ])
        }
        return Sheet(
            "历史版本 " + (first?.name ?? code), stamp: stamp(code),
            [
                Sheet.Section(
                    "版本", ["版本", "状态", "发布", "生效", "同步时效", "材料", "较首版减少"], rows)
            ], data: ["versions": .array(data)])
    }

    // MARK: 影响范围

    func impact(_ code: String) throws(Source.Failure) -> Sheet? {
        guard let item = try item(code) else { return nil }
        var cases: [RegionID: [String]] = [:]
        var seen: [RegionID: Instant] = [:]
        func add(_ file: CaseState) {
            guard file.item == code, !file.status.isFinal else { return }
            cases[file.scope.region, default: []].append("\(file.number)（v\(file.itemVersion)）")
        }
        let index = try source.openCases(of: code)
        if let named = index?.keys {
            for key in named {
                if case .caseFile(let file)? = try source.content(key) { add(file) }
            }
            for region in directory.regions {
                seen[region.id] = try source.lastSign(of: region.id).map(Instant.init(millis:))
            }
        } else {
            for document in try source.list(.caseFile, limit: Limits.impactCasesMax) {
                guard let file = file(document) else { continue }
                let station = file.scope.region
                let time = Instant(millis: document.time)
                seen[station] = max(seen[station] ?? time, time)
                add(file)
            }
        }
        var rows: [[String]] = []
        var silent: [JSON] = []
        var count = 0
        for region in directory.regions.sorted(by: { $0.code < $1.code })
        where directory.isWithin(region.id, item.state.authority)
            && directory.isWithin(region.id, own)
        {
            let here = cases[region.id] ?? []
            let contact = try contact(region.id, item.state.authority, seen[region.id])
            let isSilent =
                region.id != own
                && contact.map { now.millis - $0.millis > Limits.silentMillis } ?? true
            if isSilent { silent.append(.text(region.code.text)) }
            count += here.count
            guard !here.isEmpty || isSilent else { continue }
            rows.append([
                region.code.text, region.name, here.sorted().joined(separator: " "),
                isSilent ? "未同步，可能有未知在途件" : "", contact?.minute ?? "从未",
            ])
        }
        // Of very many, as many are named as a person could ever read.
        let isCut = index.map { $0.total > $0.keys.count } ?? false
        let open = isCut ? max(index?.total ?? 0, count) : count
        return Sheet(
            "影响范围 " + code,
            stamp: stamp(
                "在途 \(open) 件" + (isCut ? "，列出其中 \(count) 件" : ""), "未同步 \(silent.count) 站",
                reach(item.state.authority), behind),
            [Sheet.Section("逐站", ["区划", "站点", "在途件", "提示", "最后联系"], rows)],
            data: [
                "code": .text(code), "open": .int(Int64(open)), "silent": .array(silent),
            ])
    }

    /// The last sign of a place: a receipt of either kind, its daily word (对账), or the newest of
    /// its cases.
    private func contact(
        _ region: RegionID, _ authority: RegionID, _ newest: Instant?
    ) throws(Source.Failure) -> Instant? {
        var times: [Instant] = newest.map { [$0] } ?? []
        let key = CatalogReceiptState.key(catalog: authority, region: region)
        if case .receipt(let state)? = try source.content(key), !state.entries.isEmpty {
            times.append(state.lastContact)
        }
        if case .holding(let state)? = try source.content(HoldingState.key(of: region)),
            let time = state.time?.instant
        {
            times.append(time)
        }
        if case .reconciliation(let state)? = try source.content(
            ReconciliationState.key(of: region)), let time = state.statement?.time.instant
        {
            times.append(time)
        }
        return times.max()
    }

    private func file(_ document: StoredDocument) -> CaseState? {
        do throws(JSONError) {
            guard case .caseFile(let state) = try Content.decode(document) else { return nil }
            return state
        } catch {
            return nil
        }
    }

    // MARK: 草稿

    func draft(_ id: String) throws(Source.Failure) -> Sheet? {
        guard let digest = Digest16(hex: id),
            case .draft(let state)? = try source.content(
                DocumentKey(collection: .draft, id: digest))
        else { return nil }
        let publication = parsed(state.publication)
        let mine = publication["elements"] ?? .null
        let item = try item(state.code)
        let base = item?.state.versions.entries.last {
            Int64($0.value.number) == publication["base"]?.int
        }
        let before = base.map { parsed($0.value.elements) } ?? .null
        let diff = ElementDiff(from: before, to: mine)
        let report = ElementReport(mine)
        let heads = item?.state.heads ?? []
        let isStale =
            state.isOpen && !heads.isEmpty
            && heads.map(\.stamp.dot) != (base.map { [$0.stamp.dot] } ?? [])
        let theirs = Timeline.latest(of: heads).map { parsed($0.value.elements) } ?? .null
        let ways = isStale ? ThreeWay(base: before, theirs: theirs, mine: mine) : nil
        var sections = [
            Sheet.Section("缺项与问题", ["要素", "说明"], report.findings.map { [$0.field, $0.title] }),
            fieldTable(diff), materialTable(diff),
        ]
        if let ways { sections.append(table(ways)) }
        let from = publication["effectiveFrom"]?.text ?? "立即"
        return Sheet(
            "草稿 " + (mine["name"]?.text ?? state.code),
            stamp: stamp(
                state.code.isEmpty ? "未赋码" : state.code,
                "依据 v\(publication["base"]?.int ?? 0)", "生效 " + from,
                "完整度 \(report.score)%",
                state.isPublished ? "已发布" : state.isOpen ? isStale ? "版本冲突" : "" : "已作废"),
            sections,
            data: [
                "draft": .text(id), "code": .text(state.code), "score": .int(Int64(report.score)),
                "open": .bool(state.isOpen), "conflict": .bool(isStale), "diff": .made(diff.write),
                "threeWay": ways.map { .made($0.write) } ?? .null,
            ])
    }

    private func fieldTable(_ diff: ElementDiff) -> Sheet.Section {
        Sheet.Section(
            "要素差异", ["要素", "十同", "原", "新"],
            diff.fields.map { field in
                [field.label, field.isUniform ? "是" : ""]
                    + [field.before, field.after].map { words($0, of: field.key) }
            })
    }

    private func materialTable(_ diff: ElementDiff) -> Sheet.Section {
        Sheet.Section(
            "材料差异", ["材料", "变化", "所变"],
            diff.materials.map { material in
                let fields = material.fields.map { field in
                    "\(field.label)：\(words(field.before)) → \(words(field.after))"
                }
                return [
                    "\(material.code) \(material.name)", material.change.rawValue,
                    fields.joined(separator: "；"),
                ]
            })
    }

    private func table(_ ways: ThreeWay) -> Sheet.Section {
        Sheet.Section(
            "三方对照", ["要素", "共同基线", "现行", "本草稿", "冲突"],
            ways.fields.map { field in
                [
                    field.label, words(field.base, of: field.key),
                    words(field.theirs, of: field.key), words(field.mine, of: field.key),
                    field.isConflict ? "是" : "",
                ]
            })
    }

    /// - Parameter key: Of the element that it is the value of.
    private func words(_ value: JSON?, of key: String = "") -> String {
        guard let value, !value.isNull else { return "—" }
        if let element = ElementTable.item.first(where: { $0.key == key }),
            case .object(let parts) = element.form
        {
            return parts.compactMap { part in
                value[part.key].map { "\(part.label)：\(part.words($0))" }
            }.joined(separator: "；")
        }
        if let text = value.text { return text }
        if let flag = value.bool { return flag ? "是" : "否" }
        if let list = value.array {
            return list.map { $0.text ?? $0["name"]?.text ?? "…" }.joined(separator: "、")
        }
        return String(decoding: value.bytes, as: UTF8.self)
    }

    // MARK: 十同差异

    func uniform() throws(Source.Failure) -> Sheet {
        let owner = authority
        let known = try CatalogFold.receipts(of: owner, at: owner, from: source)
        var rows: [[String]] = []
        var agreeing = 0
        var differing = 0
        for region in directory.regions.sorted(by: { $0.code < $1.code })
        where directory.isWithin(region.id, owner) && directory.isWithin(region.id, own) {
            let said = try CatalogFold.receipts(of: owner, at: region.id, from: source)
            let agrees = region.id == owner ? true : said.agrees(with: known)
            if agrees == true { agreeing += 1 }
            if agrees == false { differing += 1 }
            rows.append([
                region.code.text, region.name, agrees.map { $0 ? "一致" : "差异" } ?? "未齐",
            ])
        }
        return Sheet(
            "十同差异", stamp: stamp("校验码 " + ScopeID(known.uniform).hex, reach(owner)),
            [
                Sheet.Section("差异", ["区划", "站点", "结果"], rows.filter { $0[2] == "差异" }),
                Sheet.Section("逐站", ["区划", "站点", "结果"], rows),
            ],
            data: [
                "agreeing": .int(Int64(agreeing)), "differing": .int(Int64(differing)),
                "stations": .int(Int64(rows.count)), "uniform": .text(ScopeID(known.uniform).hex),
            ])
    }
}

extension ItemState.Place {
    /// The place for people.
    fileprivate var label: String {
        switch self {
        case .current: "生效"
        case .scheduled: "待生效"
        case .history: "历史"
        }
    }
}

extension Int64 {
    /// Milliseconds for people: `4 天 23 小时`.
    fileprivate var span: String {
        let minutes = self / 60_000
        let parts = [(minutes / 1440, "天"), (minutes / 60 % 24, "小时"), (minutes % 60, "分")]
        let words = parts.filter { $0.0 > 0 }.prefix(2).map { "\($0.0) \($0.1)" }
        return words.isEmpty ? "1 分以内" : words.joined(separator: " ")
    }
}
