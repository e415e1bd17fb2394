package import Base
package import Change
import Civil
package import Domain

/// The sheets that there are; the word is in addresses.
package enum SheetKind: String, Hashable, Sendable, CaseIterable {
    /// 办事指南, 一次告知单: of one item.
    case guide, notice
    /// 下沉清单, 当场办结目录, 容缺清单, 帮办清单.
    case sink, onspot, deferrable, assisted
    /// 到达看板, 影响范围, 历史版本: of one item. 草稿: of one draft.
    case board, impact, history, draft
    /// 十同差异, 认领.
    case uniform, claims
    /// 一件事: of one theme.
    case theme
    /// 版本依据, 时限变更告知书: of one case.
    case binding, terms
    /// 待裁定与追认: cases that wait for a word of the catalog's authority.
    case pending
    /// 材料清单: of one case, with scans, 可信等级, originals, and what need not be brought again.
    case materials

    /// Whether it tells of cases, which not everybody may see.
    package var isOfCases: Bool { [.binding, .terms, .pending, .materials].contains(self) }

    /// Whether it is about one thing, which `code` then names.
    package var needsCode: Bool {
        switch self {
        case .guide, .notice, .board, .impact, .history, .draft, .theme, .binding, .terms,
            .materials:
            true
        case .pending, .sink, .onspot, .deferrable, .assisted, .uniform, .claims: false
        }
    }
}

/// Which sheet is wanted.
package struct SheetQuestion: Hashable, Sendable {
    package let kind: SheetKind
    /// An item's or a theme's code, a draft's id, a case's number or id.
    package let code: String
    /// The place that it is for; nil for the node's own.
    package let region: RegionCode?
    /// A code of a 情形.
    package let situation: String?

    package init(
        _ kind: SheetKind, code: String = "", region: RegionCode? = nil,
        situation: String? = nil
    ) {
        self.kind = kind
        self.code = code
        self.region = region
        self.situation = situation
    }
}

/// Documents that can also be listed.
package protocol ListedSource<Failure>: DocumentSource {
    /// Documents of a collection, newest first, at most so many.
    func list(_ collection: Collection, limit: Int) throws(Failure) -> [StoredDocument]
    /// Those from one moment on, the earliest first, at most so many.
    ///
    /// - Parameter from: Milliseconds since 1970, as documents have their time.
    func list(
        _ collection: Collection, from: Int64, limit: Int
    ) throws(Failure) -> [StoredDocument]
    /// Those in one state, the earliest first, at most so many.
    func list(
        _ collection: Collection, status: String, limit: Int
    ) throws(Failure) -> [StoredDocument]
    /// Open cases of an item, at most `Limits.impactCasesMax`, and how many there are; nil where
    /// no index is kept: then all cases are looked through.
    func openCases(of item: String) throws(Failure) -> (keys: [DocumentKey], total: Int)?
    /// Cases that wait for a word of the catalog's authority, the longest waiting first, and how
    /// many there are; nil as above.
    func waitingCases(limit: Int) throws(Failure) -> (keys: [DocumentKey], total: Int)?
    /// Milliseconds since 1970 of the newest change of a place's own cases; nil where nobody knows.
    func lastSign(of region: RegionID) throws(Failure) -> Int64?
    /// Changes that an index has not taken in yet.
    var unindexed: Int { get }
}

extension ListedSource {
    /// A case by its number or its id; nil where there is none, or more than one.
    package func caseFile(
        _ code: String
    ) throws(Failure) -> (id: Digest16, state: CaseState)? {
        let keys: [DocumentKey]
        if let id = Digest16(hex: code) {
            keys = [DocumentKey(collection: .caseFile, id: id)]
        } else {
            keys = try find(.caseFile, label: code)
        }
        guard keys.count == 1, case .caseFile(let state)? = try content(keys[0]) else {
            return nil
        }
        return (keys[0].id, state)
    }
}

extension ListedSource {
    /// Where documents are few: out of all of them.
    package func list(
        _ collection: Collection, from: Int64, limit: Int
    ) throws(Failure) -> [StoredDocument] {
        let found = try list(collection, limit: .max).filter { $0.time >= from }
        return Array(found.reversed().prefix(limit))
    }

    /// Where documents are few: out of all of them.
    package func list(
        _ collection: Collection, status: String, limit: Int
    ) throws(Failure) -> [StoredDocument] {
        let found = try list(collection, limit: .max).filter { $0.status == status }
        return Array(found.reversed().prefix(limit))
    }

    /// Where no index is kept.
    package func openCases(
        of item: String
    ) throws(Failure) -> (keys: [DocumentKey], total: Int)? { nil }

    /// Where no index is kept.
    package func waitingCases(
        limit: Int
    ) throws(Failure) -> (keys: [DocumentKey], total: Int)? { nil }

    /// Where no index is kept.
    package func lastSign(of region: RegionID) throws(Failure) -> Int64? { nil }

    /// Where no index is kept.
    package var unindexed: Int { 0 }
}

/// Makes sheets out of the documents of one moment. Nothing of them is stored.
package struct SheetMaker<Source: ListedSource> {
    package let own: RegionID
    package let directory: Directory
    package let now: Instant
    package let source: Source
    /// Cases of the person who applies, where the question is of a case; as far as is known here.
    package var sameApplicant: [Digest16] = []

    package init(own: RegionID, directory: Directory, now: Instant, source: Source) {
        self.own = own
        self.directory = directory
        self.now = now
        self.source = source
    }

    /// The sheet; nil where what it is about is not here.
    ///
    /// - Throws: What the source throws. Cost: an item, or all of a collection.
    package func sheet(_ question: SheetQuestion) throws(Source.Failure) -> Sheet? {
        guard let region = directory.region(code: question.region, or: own) else { return nil }
        switch question.kind {
        case .guide, .notice: return try guide(question, for: region)
        case .sink: return try sinkList(for: region)
        case .onspot: return try onSpotList(for: region)
        case .deferrable: return try deferrableList(for: region)
        case .assisted: return try assistedList(for: region)
        case .board: return try board(question.code)
        case .impact: return try impact(question.code)
        case .history: return try history(question.code)
        case .draft: return try draft(question.code)
        case .uniform: return try uniform()
        case .claims: return try claims()
        case .theme: return try theme(question.code, for: region)
        case .binding: return try binding(question.code)
        case .terms: return try terms(question.code)
        case .pending: return try pending()
        case .materials: return try materials(question.code)
        }
    }

    // MARK: parts

    var today: CivilDate { CivilDate(of: now) }

    /// The county, or what is above it, whose catalog this place goes by.
    var authority: RegionID {
        directory.ancestry(of: own).first { directory.mayPublish($0) } ?? own
    }

    /// What an index does not know yet, for people; empty where it knows all.
    var behind: String {
        source.unindexed > 0 ? "另有 \(source.unindexed) 条变更尚未计入，请稍后再看" : ""
    }

    /// What is at the foot of everything that is generated.
    func stamp(_ parts: String...) -> String {
        (parts + ["打印 " + today.text]).filter { !$0.isEmpty }.joined(separator: " · ")
    }

    /// Items that count at a place today, by code.
    func items(for region: RegionRecord) throws(Source.Failure) -> [EffectiveItem] {
        var found: [EffectiveItem] = []
        for document in try source.list(.item, limit: Limits.importRowsMax) {
            let item = try CatalogQuery.effective(
                document.label, for: region.id, at: now, in: directory, from: source)
            if let item, item.standing == .active { found.append(item) }
        }
        return found.sorted { $0.item.state.code < $1.item.state.code }
    }

    func parsed(_ bytes: [UInt8]) -> JSON {
        do throws(JSONError) {
            return try JSON(parsing: bytes)
        } catch {
            return .null
        }
    }

    func name(_ region: RegionID) -> String { directory.region(region)?.name ?? region.hex }
}

extension Instant {
    /// As people read it: `2026-09-24 09:05`.
    var minute: String {
        let text = Substring(rfc3339)
        return text.prefix(10) + " " + text.dropFirst(11).prefix(5)
    }
}
