import Base
import Change
import Crypto
import Testing

@testable import Domain
@testable import Guide

/// Sheets out of a county's own documents.
@Suite struct SheetMakerTests {
    private let node: Bureau

    init() throws {
        node = try Bureau()
        for number in 1...2 {
            #expect(try node.say("item.publish", Self.item(number)) == nil)
        }
        #expect(
            try node.say(
                "grant.set",
                [
                    "code": "370118009001", "region": "370124106201", "mode": "委托受理",
                    "from": "2026-01-01", "document": "样例〔2026〕1号",
                ]) == nil)
        #expect(
            try node.say(
                "overlay.set",
                ["code": "370118009001", "values": ["hours": "8:30–17:00", "phone": "0531-1"]])
                == nil)
    }

    private static func item(_ number: Int) -> JSON {
        let elements: JSON = [
            "name": .text("事项\(number)"), "kind": "行政给付", "basis": "样例办法", "level": "县级",
            "department": .text("县\(number)局"), "agency": "县民政局", "conditions": "年满 80 周岁",
            "audience": ["自然人"], "steps": ["收件", "办结"], "legalDays": 20,
            "promisedDays": .int(Int64(number)), "handling": "承诺件",
            "fees": [
                "charged": true, "items": [["name": "工本费", "standard": "5 元", "basis": "样例"]],
            ],
            "result": ["kind": "给付", "name": "津贴"], "onSpot": ["县级", "村级"],
            "assisted": .bool(number == 2),
            "materials": [
                ["code": "M1", "name": "申请表", "copies": 2, "source": "申请人自备"],
                ["code": "M2", "name": "户口簿", "deferrable": true],
                ["code": "M3", "name": "委托书", "required": false],
            ],
            "situations": [
                ["code": "S1", "name": "本人办理", "materials": ["M1", "M2"]],
                ["code": "S2", "name": "代办", "materials": ["M1", "M3"], "conditions": "有委托"],
            ],
            "questions": [["question": "能代领吗", "answer": "能"]],
        ]
        return [
            "code": .text(String(370_118_009_000 + number)), "immediate": true,
            "elements": elements,
        ]
    }

    private func sheet(
        _ kind: SheetKind, _ code: String = "", region: String? = nil, situation: String? = nil
    ) -> Sheet? {
        node.maker.sheet(
            SheetQuestion(
                kind, code: code, region: region.flatMap { RegionCode($0) },
                situation: situation))
    }

    @Test func aGuideIsMadeOfVersionSituationAndPlace() throws {
        let guide = try #require(sheet(.guide, "370118009001"))
        #expect(guide.stamp == "v1 · 生效 2026-09-24 · 平阴县 · 打印 2026-09-24")
        #expect(guide.text.contains("0531-1"))
        #expect(guide.text.contains("M3 | 委托书 | 情形必要"))
        #expect(guide.text.contains("工本费 | 5 元"))
        #expect(guide.text.contains("能代领吗"))
        let proxy = try #require(sheet(.guide, "370118009001", situation: "S2"))
        #expect(proxy.stamp.contains("代办"))
        #expect(proxy.text.contains("有委托"))
        #expect(!proxy.text.contains("户口簿"))
        #expect(sheet(.guide, "370118009001", situation: "S9") == nil)
        #expect(sheet(.guide, "370118009009") == nil)
        #expect(sheet(.guide, "370118009001", region: "370199000000") == nil)
        let village = try #require(sheet(.guide, "370118009001", region: "370124106201"))
        #expect(village.text.contains("委托受理"))
        #expect(village.text.contains("8:30–17:00"))
    }

    @Test func aNoticeTellsOnceWhatToBring() throws {
        let notice = try #require(sheet(.notice, "370118009001", situation: "S1"))
        #expect(notice.title == "事项1 一次告知单")
        #expect(
            notice.sections.first?.rows
                == [["申请表", "必要", "复印件 2", "申请人自备"], ["户口簿", "可容缺", "", "申请人自备"]])
        #expect(notice.text.contains("承诺办结：1 个工作日"))
    }

    @Test func theListsFollowTheVersions() throws {
        let sink = try #require(sheet(.sink))
        #expect(sink.sections.first?.rows.map { [$0[0], $0[3]] } == [["370118009001", "委托受理"]])
        let onSpot = try #require(sheet(.onspot))
        #expect(onSpot.sections.map(\.heading) == ["县级", "村级"])
        #expect(onSpot.sections.first?.rows.count == 2)
        let later = try #require(sheet(.deferrable))
        #expect(later.sections.first?.rows.map { $0[3] } == ["户口簿", "户口簿"])
        let helped = try #require(sheet(.assisted))
        #expect(helped.sections.first?.rows.map { $0[0] } == ["370118009002"])
    }

    @Test func theBoardAndTheClaimsCount() throws {
        let board = try #require(sheet(.board, "370118009001"))
        #expect(board.data["effective"]?.int == 1)
        #expect(board.data["waiting"]?.int == 1)
        #expect(try #require(sheet(.claims)).stamp.contains("没有须认领的事项"))
        #expect(
            try node.say("basic.set", ["code": "370118009001", "name": "甲", "kind": "行政给付"]) == nil)
        #expect(try #require(sheet(.claims)).data["rate"]?.int == 0)
        let claimed: JSON = [
            "code": "370118009001", "status": "claimed", "department": "县民政局",
        ]
        #expect(try node.say("basic.set", claimed) == nil)
        let claims = try #require(sheet(.claims))
        #expect(claims.data["rate"]?.int == 100)
        #expect(claims.text.contains("370118009001 | 甲 | 发布"))
        let uniform = try #require(sheet(.uniform))
        #expect(uniform.data["differing"]?.int == 0)
        #expect(uniform.text.contains("未齐"))
    }

    /// Receipts go up only: of a place beside it a node could say nothing but 待达.
    @Test func belowTheAuthorityASheetSpeaksOfItsOwnSubtree() throws {
        let village = node.maker(at: RegionID(3))
        let rows = { (kind: SheetKind) -> [[String]] in
            village.sheet(SheetQuestion(kind, code: "370118009001"))?.sections.last?.rows ?? []
        }
        for kind in [SheetKind.board, .uniform] {
            #expect(rows(kind).map { $0[0] } == ["370124106201"], "\(kind)")
        }
        let impact = try #require(village.sheet(SheetQuestion(.impact, code: "370118009001")))
        #expect(impact.data["silent"]?.array?.isEmpty == true)
        #expect(impact.stamp.contains("本站及以下"))
        #expect(rows(.history).map { $0[4] } == ["由县统计"])
        let county = try #require(sheet(.board, "370118009001"))
        #expect(county.sections.last?.rows.count == 2 && !county.stamp.contains("本站及以下"))
    }

    @Test func aGuideTellsAllThatAVersionSaysOfAMaterial() throws {
        #expect(ElementTable.material.count > 30)
        var object = Self.item(1).object ?? JSONObject()
        object["base"] = 1
        var elements = object["elements"]?.object ?? JSONObject()
        elements["materials"] = [
            [
                "code": "M1", "name": "申请表", "notes": "用黑色笔", "checks": ["有签字", "无涂改"],
                "seal": "签字", "validDays": 30, "waived": true, "waivedBy": "数据共享",
                "formats": ["PDF", "OFD"],
            ]
        ]
        elements["situations"] = nil
        object["elements"] = .object(elements)
        #expect(try node.say("item.publish", .object(object)) == nil)
        let guide = try #require(sheet(.guide, "370118009001"))
        let told = guide.sections.first { $0.heading == "材料要求" }?.rows ?? []
        #expect(
            told == [
                ["申请表", "填报须知", "用黑色笔"], ["申请表", "审查要点", "有签字、无涂改"],
                ["申请表", "有效天数", "30 天"], ["申请表", "签章要求", "签字"],
                ["申请表", "电子文件格式", "PDF、OFD"], ["申请表", "免提交", "是"],
                ["申请表", "免提交依据", "数据共享"],
            ])
    }

    @Test func aThemeMergesItsMaterials() throws {
        let theme: JSON = [
            "code": "T1", "name": "老人", "lead": "县民政局", "object": "个人", "promisedDays": 5,
            "children": [
                ["item": "370118009002", "after": ["370118009001"]],
                ["item": "370118009001"],
            ],
        ]
        #expect(try node.say("theme.set", theme) == nil)
        let made = try #require(sheet(.theme, "T1"))
        #expect(
            made.sections.first?.rows.map { [$0[0], $0[1]] }
                == [["1", "370118009001"], ["2", "370118009002"]])
        #expect(made.sections[1].rows.first == ["申请表", "370118009001 370118009002"])
        #expect(made.stamp.contains("草稿"))
    }
}

/// A county's node with one village that never calls, in memory.
private final class Bureau: ListedSource {
    typealias Failure = Never

    private let key: IncarnationKey
    private let directory: Directory
    private var documents: [DocumentKey: (content: Content, scope: ScopeID)] = [:]
    private var heads: [ScopeID: ChainHead] = [:]
    private var clock = HybridClock()
    private let now: Instant
    private var count: UInt64 = 0

    init() throws {
        let signing = try SigningKey(
            suite: .sha256Ed25519, seed: [UInt8](repeating: 7, count: 32))
        key = IncarnationKey(signing.publicKey)
        let seat = SeatRecord(
            region: RegionID(1), epoch: 1, key: key, node: .zero, grant: .zero)
        var directory = Directory(root: seat)
        let places: [(RegionID, String, String, Level, RegionID?)] = [
            (RegionID(1), "370124000000", "平阴县", .county, nil),
            (RegionID(3), "370124106201", "焦庄村", .village, RegionID(1)),
        ]
        for (index, place) in places.enumerated() {
            let record = RegionRecord(
                id: place.0, code: try #require(RegionCode(place.1)), name: place.2,
                level: place.3, parent: place.4)
            directory.add(
                Directory.Statement(
                    region: RegionID(1), key: key, seq: Seq(UInt64(index) + 1),
                    hash: Digest(words: (UInt64(index) + 1, 0, 0, 0)),
                    time: HybridTime(rawValue: UInt64(index) + 1), entry: .region(record)))
        }
        self.directory = directory
        now = try #require(Instant(rfc3339: "2026-09-24T09:00:00+08:00"))
    }

    var maker: SheetMaker<Bureau> { maker(at: RegionID(1)) }

    /// As another node would make them that had the same documents.
    func maker(at region: RegionID) -> SheetMaker<Bureau> {
        SheetMaker(
            own: region, directory: directory, now: now.advanced(byMillis: 60_000),
            source: self)
    }

    /// The refusal's rule; nil where it was written.
    func say(_ verb: String, _ json: JSON) throws -> String? {
        count += 1
        let desk = Desk(
            region: RegionID(1), key: key, directory: directory, author: 0, now: now,
            entropy: Digest(words: (count, count, count, count)))
        let command = try CatalogCommand(verb: verb, json: json)
        switch CatalogRules.decide(command, at: desk, from: self) {
        case .refuse(let refusal): return refusal.rule
        case .write(let drafts, _):
            for draft in drafts { write(draft, desk) }
            return nil
        }
    }

    private func write(_ draft: Draft, _ desk: Desk) {
        let scope = draft.scope.id
        var header = ChangeHeader(
            scope: scope, actor: key.actor(in: scope), seq: heads[scope]?.seq.next ?? Seq(1),
            previous: heads[scope]?.hash ?? .zero, time: clock.tick(at: now), kind: draft.kind)
        header.supersedes = draft.supersedes
        let change = ChangeCodec.make(
            header, salt: .zero, body: draft.body, suite: key.publicKey.suite)
        heads[scope] = change.head
        let arrival = Arrival(change: change, scope: draft.scope, key: key, quarantined: false)
        for write in CatalogFold.apply(arrival, at: desk, from: self) {
            documents[write.key] = (write.content, scope)
        }
    }

    func content(_ key: DocumentKey) -> Content? { documents[key]?.content }

    func find(_ collection: Domain.Collection, label: String) -> [DocumentKey] {
        list(collection, limit: .max).filter { $0.label == label }.map(\.key)
    }

    func change(at dot: Dot, in scope: ScopeID) -> Change? { nil }

    func list(_ collection: Domain.Collection, limit: Int) -> [StoredDocument] {
        documents.filter { $0.key.collection == collection }
            .map { $0.value.content.stored(key: $0.key, scope: $0.value.scope) }
            .sorted { $0.key.id < $1.key.id }
    }
}
