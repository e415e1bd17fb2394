import Base
import Change
import Disk
import Domain
import Host
import Kernel
import Runtime
import Store
import Tally

/// A catalog of 2,000 items: imported and published, in a new village's hands, searched, and
/// worked out for one place.
enum CatalogBench {
    private static let items = 2000
    private static let entries = 5000

    static func run(_ place: Bench.Place) async throws -> [Figure] {
        let data = try await BenchWorld.makeCounty(place.folder)
        let file = ItemFile.bytes((1...items).map(item), .json)
        let county = try await BenchWorld.start(data)
        let start = SystemClock.monotonicNanos()
        let order = ImportOrder(rows: try ItemFile.rows(file), publishes: true)
        let outcome = try await county.carryOut(
            .command(.catalog(.importItems(order)), author: 0, replayKey: nil))
        let imported = seconds(since: start)
        guard try JSON(parsing: BenchWorld.done(outcome))["published"]?.int == Int64(items) else {
            throw BenchWorld.Failure(sentence: "the catalog was not imported: \(outcome)")
        }
        let village = try await villageFigures(place, county)
        await county.stop()
        return [
            Figure(
                "catalog.import", imported, "s for 2,000 items", beside: "bound", 5,
                must: .valueAtMost(5))
        ] + village + (try await searchFigures(data, place))
    }

    private static func seconds(since start: Int64) -> Double {
        Double(SystemClock.monotonicNanos() - start) / 1e9
    }

    // MARK: a new village

    private static func villageFigures(
        _ place: Bench.Place, _ county: NodeRuntime
    ) async throws -> [Figure] {
        let townData = try await BenchWorld.join(
            place.folder, "town", BenchWorld.town, to: county)
        let town = try await BenchWorld.start(townData)
        try await wait(town, townData, for: county)
        let data = try await BenchWorld.join(
            place.folder, "village", BenchWorld.village, to: town)
        let start = SystemClock.monotonicNanos()
        let village = try await BenchWorld.start(data)
        try await wait(village, data, for: county)
        let took = seconds(since: start)
        let bytes = village.peerStates().reduce(0) { $0 + $1.bytesIn + $1.bytesOut }
        await village.stop()
        await town.stop()
        return [
            Figure(
                "catalog.village", took, "s for 2,000 items", beside: "bound", 2,
                must: .valueAtMost(2)),
            Figure(
                "catalog.wire", Double(bytes) / 1e6, "MB for 2,000 items", beside: "bound", 1.5,
                must: .valueAtMost(1.5)),
        ]
    }

    /// Until a node has all of the county's catalog and finds the last item by its words.
    private static func wait(
        _ node: NodeRuntime, _ data: String, for county: NodeRuntime
    ) async throws {
        let readers = ReadPool(directory: StoreDirectory(path: data))
        let scope = ScopeName.catalog(county.settings.region.id).id
        guard let wanted = county.board.scope(scope)?.vector else {
            throw BenchWorld.Failure(sentence: "the county has no catalog")
        }
        let words = name(items)
        for _ in 0..<6000 {
            let version = node.board.version
            if node.board.scope(scope)?.vector == wanted {
                let found = try readers.read { (reader) throws(JournalError) in
                    try reader.search(words, in: .item, limit: 1)
                }
                if !found.isEmpty { return }
            }
            await node.board.waitForChange(after: version)
        }
        throw BenchWorld.Failure(sentence: "the catalog did not arrive")
    }

    // MARK: search and the effective item

    private static func searchFigures(
        _ data: String, _ place: Bench.Place
    ) async throws -> [Figure] {
        let kernel = try NodeRuntime.kernel(of: data)
        for first in stride(from: 1, through: entries, by: 50) {
            let batch = try (first..<first + 50).map { number -> Submission in
                .command(try BenchWorld.command(entry(number)), author: 0, replayKey: nil)
            }
            let (outcomes, _) = try kernel.commit(
                batch, at: SystemClock.now(), entropy: SystemRandom.digest)
            for outcome in outcomes { _ = try BenchWorld.done(outcome) }
        }
        let directory = kernel.directory
        let own = kernel.identity.region
        let readers = ReadPool(directory: StoreDirectory(path: data))
        var searches = Samples()
        var effective = Samples()
        try readers.read { (reader) throws(JournalError) in
            for index in 0..<1000 {
                let words = index % 2 == 0 ? name(1 + index * 7 % items) : question(1 + index)
                let start = SystemClock.monotonicNanos()
                let found = try reader.search(words, in: nil, limit: Limits.listDefault)
                for key in found { _ = try reader.document(key) }
                searches.add(SystemClock.monotonicNanos() - start)
            }
            let source = ReaderSource(reader: reader)
            let now = SystemClock.now()
            for index in 0..<1000 {
                let start = SystemClock.monotonicNanos()
                _ = try CatalogQuery.effective(
                    code(1 + index * 13 % items), for: own, at: now, in: directory, from: source)
                effective.add(SystemClock.monotonicNanos() - start)
            }
        }
        return [
            Figure(
                "catalog.search", searches.millis(0.99), "ms, p99", beside: "bound", 10,
                must: .valueAtMost(10)),
            Figure(
                "catalog.effective", effective.millis(0.5), "ms", beside: "bound", 0.2,
                must: .valueAtMost(0.2)),
        ]
    }

    // MARK: what is written

    private static let subjects = [
        "养老保险", "医疗保险", "失业保险", "工伤保险", "住房公积金", "高龄津贴", "残疾人补贴", "临时救助",
        "社会保障卡", "户口登记", "机动车", "食品经营", "个体工商户", "公共场所卫生", "排水接入", "林木采伐",
    ]
    private static let acts = [
        "参保登记", "信息变更", "待遇申领", "资格认定", "注销登记", "关系转移", "补领换领", "备案", "延续", "查询",
        "年度核验", "费用结算", "异地办理",
    ]
    private static let papers = [
        "申请表", "居民身份证", "户口簿", "银行卡复印件", "营业执照", "法定代表人身份证复印件", "委托书", "不动产权证书",
        "租赁合同", "诊断书", "缴费票据", "近期照片", "毕业证书", "劳动合同", "个人承诺书",
    ]

    private static func code(_ number: Int) -> String { String(370_502_000 + number) + "001" }

    private static func name(_ number: Int) -> String {
        subjects[number % subjects.count] + acts[number * 7 % acts.count] + "第\(number)项"
    }

    private static func question(_ number: Int) -> String {
        "第\(number)问：\(subjects[number * 5 % subjects.count])"
    }

    private static func item(_ number: Int) -> (code: String, elements: JSON) {
        let materials = (0..<2 + number % 5).map { index -> JSON in
            [
                "code": .text("M\(index + 1)"),
                "name": .text(papers[(number * 3 + index * 4) % papers.count]),
                "required": true, "kind": number % 2 == 0 ? "原件" : "复印件",
                "form": "纸质或电子", "source": "申请人自备", "deferrable": .bool(index > 2),
            ]
        }
        let subject = subjects[number % subjects.count]
        let act = acts[number * 7 % acts.count]
        let elements: JSON = [
            "name": .text(name(number)), "kind": "公共服务",
            "basis": .text("《\(subject)管理办法》第\(number % 60 + 1)条、第\(number % 37 + 2)条"),
            "level": "县级", "department": .text("县\(subject)主管部门"), "agency": "县政务服务中心",
            "conditions": .text(
                "一、属本县户籍或在本县居住满 \(number % 24 + 1) 个月；二、符合\(subject)\(act)的规定条件；"
                    + "三、近 \(number % 5 + 1) 年内没有\(subject)领域的失信记录；四、所交材料真实、完整、有效。"),
            "audience": ["自然人", "法人"], "steps": ["收件与受理", "审查与决定", "颁证与送达"],
            "materials": .array(materials), "legalDays": .int(Int64(20 + number % 30)),
            "promisedDays": .int(Int64(1 + number % 15)), "handling": "承诺件",
            "fees": ["charged": false], "result": ["kind": "其他", "name": .text(act + "结果")],
            "channels": ["窗口办理", "网上办理"], "visits": .int(Int64(number % 2)),
        ]
        return (code(number), elements)
    }

    private static func entry(_ number: Int) -> String {
        let subject = subjects[number * 5 % subjects.count]
        return """
            {"command":"knowledge.set","code":"K\(number)","question":"\(question(number))怎么办？",
            "answer":"到就近的便民服务站提交材料，\(acts[number % acts.count])当场受理，\(number % 9) 个工作日内办结。",
            "labels":["社会保障","\(subject)","\(acts[number % acts.count])"],
            "synonyms":["\(subject)咨询\(number)"]}
            """
    }
}
