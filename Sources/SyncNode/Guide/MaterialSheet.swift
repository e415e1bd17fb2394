package import Base
import Change
import Civil
package import Domain

/// What is known of one material of a case, out of the case's own changes.
struct MaterialFact {
    let code: String
    var isPresent = false
    /// 可信等级, who said so, and when: A to D; nil where nobody did.
    var level: String?
    var levelBy: RegionCode?
    var levelAt: Int64 = 0
    /// Scans, the oldest first.
    var scans: [Digest] = []
    /// 复用: the number of the earlier case.
    var reusedFrom: String?
    /// 免提交: the kind of the certificate that stands for it.
    var licence: String?
    /// Where its original lies; empty where it was not entered.
    var original = ""

    /// What somebody says of it: a level, or why it need not be brought.
    fileprivate mutating func said(
        _ word: String, _ detail: JSON?, _ place: RegionCode?, _ moment: Int64
    ) {
        switch word {
        case CaseEvent.scanned: isPresent = true
        case CaseEvent.waived:
            isPresent = true
            licence = detail?["licence"]?.text ?? ""
        case CaseEvent.reused:
            isPresent = true
            reusedFrom = detail?["from"]?.text ?? ""
            level = detail?["level"]?.text
            (levelBy, levelAt) = (place, moment)
        default:
            level = word
            (levelBy, levelAt) = (place, moment)
        }
    }

    /// What it was worth when the case came from another county.
    fileprivate mutating func arrived(_ entry: JSON) {
        if let word = entry["level"]?.text { level = word }
        levelBy = entry["by"]?.text.flatMap { RegionCode($0) } ?? levelBy
        levelAt = entry["at"]?.int ?? levelAt
        reusedFrom = entry["from"]?.text ?? reusedFrom
        licence = entry["licence"]?.text ?? licence
    }
}

/// 材料清单 of one case, and what its applicant gave before (复用).
extension SheetMaker {
    func materials(_ code: String) throws(Source.Failure) -> Sheet? {
        guard let (id, state) = try source.caseFile(code) else { return nil }
        let facts = try facts(of: state)
        let elements = try elements(of: state)
        let pool = try pool(of: id, state, elements, among: sameApplicant)
        let binding = try CatalogQuery.binding(of: state, in: directory, from: source)
        var rows: [[String]] = []
        var data: [JSON] = []
        let listed = elements?.materials ?? []
        for code in listed.map(\.code)
            + facts.map(\.code).filter({ code in
                !listed.contains { $0.code == code }
            })
        {
            let fact = facts.first { $0.code == code } ?? MaterialFact(code: code)
            let known = listed.first { $0.code == code }
            let standing = binding?.materials.first { $0.code == code }?.standing.rawValue
            let need = known.map { $0.isDeferrable ? "可容缺" : $0.isRequired ? "必要" : "情形必要" }
            rows.append([
                code, known?.name ?? code, standing ?? need ?? "", word(fact), grade(fact),
                fact.scans.isEmpty ? "" : "\(fact.scans.count) 份", fact.original,
            ])
            data.append(json(fact, known))
        }
        return Sheet(
            "材料清单 " + state.number,
            stamp: stamp("办件编号 " + state.number, elements?.name ?? state.item, name(own)),
            [
                Sheet.Section(
                    "材料", ["编码", "名称", "要求", "收取", "可信等级", "扫描件", "原件"], rows),
                Sheet.Section(
                    "申请人已在别处提交、可复用的", ["编码", "来源办件", "等级", "有效至"],
                    pool.map { [$0.code, $0.number.text, $0.level, $0.until.text] }),
                Sheet.Section(
                    "可信等级", [],
                    [
                        ["A", "实施机构产生，可直接使用"], ["B", "窗口已核验原件，可重复使用"],
                        ["C", "申请人自传，须核验原件后方可准予"], ["D", "申请人自行承诺"],
                    ]),
            ],
            data: [
                "case": .text(id.hex), "number": .text(state.number), "materials": .array(data),
                "reusable": .array(
                    pool.map { found in
                        [
                            "code": .text(found.code), "from": .text(found.number.text),
                            "level": .text(found.level), "until": .text(found.until.text),
                        ]
                    }),
            ])
    }

    /// What the applicant of a case gave in other cases, and what of it this case asks for.
    ///
    /// - Parameter sameApplicant: Cases of the same person, as far as this node can tell.
    /// - Throws: What the source throws. Cost: some changes of each of those cases.
    package func pool(
        of id: Digest16, among sameApplicant: [Digest16]
    ) throws(Source.Failure) -> [CaseCommand.PooledMaterial] {
        guard let (_, state) = try source.caseFile(id.hex) else { return [] }
        return try pool(of: id, state, try elements(of: state), among: sameApplicant)
    }

    private func pool(
        of id: Digest16, _ state: CaseState, _ elements: ItemElements?,
        among sameApplicant: [Digest16]
    ) throws(Source.Failure) -> [CaseCommand.PooledMaterial] {
        let here = try facts(of: state).filter(\.isPresent).map(\.code)
        let wanted = (elements?.materials ?? []).filter { !here.contains($0.code) }
        guard !wanted.isEmpty else { return [] }
        var found: [CaseCommand.PooledMaterial] = []
        for other in sameApplicant.prefix(Limits.poolCasesMax) where other != id {
            guard let (_, earlier) = try source.caseFile(other.hex), !earlier.isErased,
                let number = CaseNumber(earlier.number)
            else { continue }
            let given = try self.elements(of: earlier)?.materials ?? []
            for fact in try facts(of: earlier)
            where fact.isPresent && ["A", "B"].contains(fact.level ?? "") {
                guard let old = given.first(where: { $0.code == fact.code }) else { continue }
                for material in wanted
                where material.isSame(as: old, ofOneItem: earlier.item == state.item) {
                    let until = CivilDate(of: Instant(millis: fact.levelAt))
                        .advanced(by: material.validDays)
                    guard until >= today else { continue }
                    found.append(
                        CaseCommand.PooledMaterial(
                            code: material.code, number: number, level: fact.level ?? "",
                            until: until, blob: fact.scans.last))
                }
            }
        }
        // Of several the one that counts longest.
        return found.sorted {
            ($0.code, $1.until, $0.number.text) < ($1.code, $0.until, $1.number.text)
        }
    }

    // MARK: out of the changes

    private func elements(of state: CaseState) throws(Source.Failure) -> ItemElements? {
        let item = try CatalogQuery.item(
            state.item, for: state.scope.region, in: directory, from: source)
        let version = item?.state.versions.entries.first { $0.value.number == state.itemVersion }
        return version.flatMap { ItemElements($0.value.elements) }
    }

    /// By code, in the order in which they came up.
    private func facts(of state: CaseState) throws(Source.Failure) -> [MaterialFact] {
        var facts: [MaterialFact] = []
        func note(_ code: String, _ change: (inout MaterialFact) -> Void) {
            if !facts.contains(where: { $0.code == code }) {
                facts.append(MaterialFact(code: code))
            }
            guard let index = facts.firstIndex(where: { $0.code == code }) else { return }
            change(&facts[index])
        }
        func scan(_ text: String?, _ fact: inout MaterialFact) {
            guard let bytes = text.flatMap(Hex.decode), bytes.count == 32 else { return }
            let digest = Digest(bytes: bytes)
            if !fact.scans.contains(digest) { fact.scans.append(digest) }
        }
        let kinds: [ChangeKind] = [
            .caseReceive, .caseArrive, .caseSupplement, .caseMaterial, .caseOriginals, .caseMirror,
        ]
        let events = state.events.filter { $0.status == .effective && kinds.contains($0.kind) }
            .sorted { left, right in
                (left.moment, left.time, left.dot.seq, left.hash)
                    < (right.moment, right.time, right.dot.seq, right.hash)
            }
        for event in events {
            let change = try source.change(at: event.dot, in: state.scopeID)
            let body = change?.body.map(parsed) ?? .null
            let region = state.region(of: event.dot.actor)
            // What the other county told is the word of the place where the case was received.
            let told = event.kind == .caseMirror ? Milestone.kind(event) : event.kind
            let place =
                event.kind == .caseMirror
                ? state.origin : region.flatMap { directory.region($0)?.code }
            switch told {
            case .caseReceive, .caseArrive, .caseSupplement:
                let list = body["materials"]?.array ?? body["detail"]?["materials"]?.array ?? []
                for entry in list {
                    guard let code = entry.text ?? entry["code"]?.text else { continue }
                    note(code) { fact in
                        fact.isPresent = entry["present"]?.bool ?? true
                        scan(entry["blob"]?.text, &fact)
                        fact.arrived(entry)
                    }
                }
                for code in event.terms.codes { note(code) { $0.isPresent = true } }
            case .caseOriginals:
                let way = ["in": "收存", "on": "转交", "back": "已退还"][event.outcome ?? ""] ?? ""
                // A parcel is named in the clear; whoever else took it is sealed.
                let receiver = body["detail"]?["receiver"]?.text ?? ""
                let parcel = receiver.contains("寄递 ") ? receiver : way
                let words = [region.map(name) ?? "", parcel, Instant(millis: event.moment).minute]
                for code in event.terms.codes {
                    note(code) { fact in
                        fact.original = words.filter { !$0.isEmpty }.joined(separator: " ")
                    }
                }
            case .caseMaterial:
                for code in event.terms.codes {
                    note(code) { fact in
                        scan(body["blob"]?.text, &fact)
                        fact.said(event.materialWord, body["detail"], place, event.moment)
                    }
                }
            default: break
            }
        }
        return facts
    }

    // MARK: words

    private func word(_ fact: MaterialFact) -> String {
        if let licence = fact.licence { return "免提交（\(licence)）" }
        if let number = fact.reusedFrom { return "复用自 " + number }
        return fact.isPresent ? "已交" : "未交"
    }

    private func grade(_ fact: MaterialFact) -> String {
        guard let level = fact.level else { return "" }
        let place = fact.levelBy.map { directory.region(code: $0)?.name ?? $0.text } ?? ""
        return "\(level) 级　\(place) \(Instant(millis: fact.levelAt).minute)"
    }

    private func json(_ fact: MaterialFact, _ known: ItemElements.Material?) -> JSON {
        [
            "code": .text(fact.code), "name": .text(known?.name ?? fact.code),
            "present": .bool(fact.isPresent), "level": fact.level.map(JSON.text) ?? .null,
            "levelBy": fact.levelBy.map { .text($0.text) } ?? .null,
            "levelAt": fact.level == nil ? .null : .int(fact.levelAt),
            "scans": .array(fact.scans.map { .text($0.hex) }),
            "reusedFrom": fact.reusedFrom.map(JSON.text) ?? .null,
            "waived": fact.licence.map(JSON.text) ?? .null, "original": .text(fact.original),
            "waivable": .bool(!(known?.licence ?? "").isEmpty),
        ]
    }
}

extension ItemElements.Material {
    /// Whether what was given as the one may stand for the other: of one kind of certificate; of
    /// one name where both are certificates, proofs or results; or the same of one item, unless
    /// it is a form, which is filled in for each application.
    fileprivate func isSame(as other: ItemElements.Material, ofOneItem: Bool) -> Bool {
        if !licence.isEmpty, licence == other.licence { return true }
        let lasting = ["证件", "证明", "结果文书"]
        if name == other.name, lasting.contains(category), lasting.contains(other.category) {
            return true
        }
        return ofOneItem && code == other.code && name == other.name && category != "表格"
            && !category.isEmpty
    }
}
