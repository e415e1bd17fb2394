import Account
import Archive
import Base
import Board
import Change
import Crypto
import Domain
import Guide
import HTTP
import Paper

@testable import API
@testable import Domain

/// A town's node as a view: two items, a few cases, one of them twice.
struct FixtureView: NodeView {
    var isCutOff = false
    var error: ViewError?
    var ready = true
    var cases: [StoredDocument] = Fixture.cases
    var items: [StoredDocument] = Fixture.items
    var grants: [StoredDocument] = []
    var audit: [StoredDocument] = []

    private func fail() throws(ViewError) {
        if let error { throw error }
    }

    func isReady() throws(ViewError) -> Bool {
        try fail()
        return ready
    }

    func status() throws(ViewError) -> NodeStatus {
        try fail()
        return Fixture.status(isCutOff: isCutOff)
    }

    func scopes(after: ScopeID?, limit: Int) throws(ViewError) -> [ScopeStatus] {
        try fail()
        let all = (1...3).map { number in
            ScopeStatus(
                id: ScopeID(UInt64(number)), family: "cases", title: "办件 玫瑰镇 \(2023 + number)",
                changes: number,
                vector: [
                    .init(
                        actor: ActorID(0xabcd), seq: Seq(UInt64(number)),
                        hash: Digest(words: (1, 2, 3, UInt64(number))))
                ])
        }
        return Array(all.filter { after == nil || $0.id > after ?? $0.id }.prefix(limit))
    }

    private func all(_ collection: Collection) -> [StoredDocument] {
        switch collection {
        case .item: items
        case .grant: grants
        case .audit: audit
        case .account, .draft, .theme, .knowledge, .basic, .proof, .question, .ruling, .ticket,
            .rating, .window, .booking, .mailing, .certificate, .queueDay:
            []
        default: cases
        }
    }

    func state(_ collection: Collection, label: String) throws(ViewError) -> StateLookup {
        let found = try documents(collection, label: label)
        guard let first = found.first else { return .absent }
        return found.count > 1 ? .several : .one(first.state)
    }

    func document(_ key: DocumentKey) throws(ViewError) -> StoredDocument? {
        try fail()
        return all(key.collection).first { $0.key == key }
    }

    func documents(
        _ collection: Collection, label: String
    ) throws(ViewError) -> [StoredDocument] {
        try fail()
        return all(collection).filter { $0.label == label }
    }

    func documents(_ query: DocumentQuery) throws(ViewError) -> [StoredDocument] {
        try fail()
        let found = all(query.collection).filter { document in
            guard query.status == nil || document.status == query.status else { return false }
            guard let after = query.after else { return true }
            return (document.time, after.id) < (after.time, document.key.id)
        }
        return Array(found.prefix(query.limit))
    }

    func search(_ words: String, limit: Int) throws(ViewError) -> [StoredDocument] {
        try fail()
        return Array((items + cases).filter { $0.search.contains(words) }.prefix(limit))
    }

    func rollout(_ code: String) throws(ViewError) -> Rollout? {
        try fail()
        return code == "I1" ? Fixture.rollout : nil
    }

    func places() throws(ViewError) -> [Place] {
        try fail()
        return Fixture.places
    }

    func calendar(_ years: ClosedRange<Int>) throws(ViewError) -> WorkCalendar {
        try fail()
        return WorkCalendar()
    }

    func light(
        of file: StoredDocument, on today: CivilDate
    ) throws(ViewError) -> CaseClock.Light? { try clock(of: file, on: today)?.light }

    func clock(of file: StoredDocument, on today: CivilDate) throws(ViewError) -> CaseClock? {
        try fail()
        var course = CaseClock.Course(
            received: CivilDate(of: Instant(millis: file.time)))
        if file.status == "accepted" {
            course.answered = course.received
            course.accepted = course.received
        }
        let terms = CaseClock.Terms(promised: 5, legal: 20, isImmediate: false)
        return CaseClock(course, terms, WorkCalendar(), on: today)
    }

    func sheet(_ question: SheetQuestion) throws(ViewError) -> Sheet? {
        try fail()
        let name = items.first { $0.label == question.code }
            .map { ItemSheet($0, at: Fixture.now).name }
        if question.kind.needsCode, name == nil { return nil }
        return Sheet(
            "\(name ?? "") \(question.kind.rawValue)", stamp: "v4 · 打印 2026-09-24",
            [Sheet.Section("申请材料", ["编码", "名称"], [["M1", "<申请表>"]])])
    }

    func board(_ question: BoardQuestion) throws(ViewError) -> Sheet? {
        try fail()
        if question.kind.needsCode, question.code != "B20260924-000001" { return nil }
        return Sheet(
            "看板 \(question.kind.rawValue)", stamp: "截至 2026-09-24 17:35",
            [
                Sheet.Section("登记的工单", ["编号", "内容"], [["B20260924-000001", "<内容>"]])
                    .leading(["/board/ticket?code=B20260924-000001"])
            ],
            data: [
                "number": "B20260924-000001", "kind": "stuck", "acts": ["judge", "assign", "note"],
            ])
    }

    func archivePackage(_ key: DocumentKey) throws(ViewError) -> ArchiveExport? {
        try fail()
        return nil
    }

    func archive(_ key: DocumentKey) throws(ViewError) -> ArchiveAnswer? {
        try fail()
        let state = CaseState(scope: .cases(RegionID(1), year: 2026), id: ScopeID(1))
        return ArchiveAnswer(
            ArchivePackage(state, [], suite: .sha256Ed25519), sealed: nil, sealableFrom: nil)
    }

    func plan(_ file: TicketFile) throws(ViewError) -> TicketPlan {
        try fail()
        return TicketPlan(file: file)
    }

    func line(_ order: QueueOrder?, key: String?) throws(ViewError) -> LineAnswer {
        try fail()
        var line = WaitingLine(day: CivilDate(of: Fixture.now))
        guard let order else { return LineAnswer(line) }
        do throws(RuleRefusal) {
            let ticket = try line.apply(order, at: Fixture.now)
            return LineAnswer(line, ticket: ticket)
        } catch {
            return LineAnswer(line, refusal: error)
        }
    }

    func queueCounts(_ day: CivilDate) throws(ViewError) -> QueueCounts? {
        try fail()
        return QueueCounts(day: day)
    }

    func plan(_ order: ImportOrder) throws(ViewError) -> ImportPlan {
        try fail()
        return ImportPlan()
    }

    func catalog() throws(ViewError) -> [(code: String, elements: JSON)] {
        try fail()
        return [("370118009002", ["name": "高龄津贴认定"])]
    }

    /// What a test's case holds "sealed" is the person in base 64; anything else is altered.
    func person(_ sealed: String) -> PersonAnswer {
        guard !sealed.isEmpty else { return .absent }
        guard let person = Base64.decode(sealed).flatMap({ Person($0) }) else { return .damaged }
        return .known(person)
    }

    func text(_ stored: String) -> String? { stored }

    func utf8(_ file: [UInt8]) -> [UInt8]? {
        String(validating: file, as: UTF8.self) == nil ? nil : file
    }

    func words(of file: StoredDocument) throws(ViewError) -> [String: String] { [:] }

    func twins(of file: StoredDocument) throws(ViewError) -> [StoredDocument] {
        try fail()
        return cases.filter { $0.label == file.label && $0.key != file.key }
    }

    func papers(of file: StoredDocument) throws(ViewError) -> [PaperEntry] { [] }

    func paper(_ name: PaperName, of file: StoredDocument) throws(ViewError) -> SignedPaper? {
        name.kind == .receipt ? Fixture.paper : nil
    }

    func delivery(of file: StoredDocument) throws(ViewError) -> Delivery? {
        let scope = ScopeName.cases(RegionID(1), year: 2026)
        return Delivery(
            of: CaseState(scope: scope, id: scope.id), at: RegionID(1), in: Directory(),
            clock: nil, says: { _, _ in true }, reason: { _ in "" })
    }

    func unsent() throws(ViewError) -> [Delivery] { [] }

    func verdict(_ receipt: PaperReceipt) throws(ViewError) -> PaperReceipt.Verdict { .unvouched }

    func countyKey() throws(ViewError) -> (code: RegionCode, key: String)? {
        (Fixture.county, "01" + String(repeating: "0", count: 64))
    }

    func metrics() throws(ViewError) -> [Metric] {
        try fail()
        return [
            Metric("node_log_changes", "Changes in the log.", .gauge, 12_345),
            Metric(
                "node_peer_lag_seconds", "Age of \"common\" state.", .gauge,
                [Metric.Sample(labels: [("peer", "a\"b\\c\nd")], 1.5)]),
            Metric("node_commits", "Group commits.", .counter, 7),
        ]
    }
}

enum Fixture {
    static let number = "37012410600020260924000017"
    static let twice = "37012410600020260924000025"

    /// The digest of a blank form that every version names.
    static let blank = String(repeating: "a", count: 64)
    static let application = #"{"item":"I1","applicant":"王某","materials":["M1"]}"#

    static func code(_ text: String) -> RegionCode {
        guard let code = RegionCode(text) else { return code("370124106000") }
        return code
    }

    static let town = code("370124106000")
    static let county = code("370124000000")
    /// 2026-09-24 17:05 in Shanghai.
    static let now = Instant(millis: 1_790_240_700_000)

    static let places: [Place] = [
        Place(id: RegionID(1), code: county, name: "平阴县政务服务中心", relation: .parent),
        Place(id: RegionID(2), code: town, name: "玫瑰镇便民服务中心", relation: .own),
        Place(id: RegionID(3), code: code("370124106201"), name: "焦庄村", relation: .child),
        Place(id: RegionID(4), code: code("370124106202"), name: "夏沟村", relation: .child),
        Place(id: RegionID(5), code: code("371502000000"), name: "东昌府区", relation: .partner),
    ]

    static func status(isCutOff: Bool) -> NodeStatus {
        let peers = places.filter { $0.relation != .own }.prefix(3).map { place in
            let isDown = place.relation == .parent && isCutOff
            return PeerStatus(
                region: place.code, name: place.name, url: "http://127.0.0.1:8370",
                state: isDown ? .offline : .online, isParent: place.relation == .parent,
                lagSeconds: isDown ? 31_260 : 0, unsent: isDown ? 14 : 0,
                lastContact: now.advanced(byMillis: isDown ? -31_260_000 : -2000),
                clockOffsetMillis: -12, lastError: isDown ? "连接被拒绝（127.0.0.1:8370）" : nil)
        }
        return NodeStatus(
            region: town, name: "玫瑰镇便民服务中心", level: .town,
            nodeID: Digest(words: (0x1234_5678_9abc_def0, 2, 3, 4)),
            incarnation: Digest(words: (0xfeed_beef_0000_1111, 2, 3, 4)),
            carryRoot: Digest(words: (0xc0ff_ee00_2222_3333, 2, 3, 4)), scopes: 9,
            changes: 12_345, unsent: isCutOff ? 14 : 0, peers: Array(peers), fenced: false,
            diskFreeBytes: 212 << 30, clock: now)
    }

    static let rollout = Rollout(
        code: "I1", version: 4,
        lines: [
            .init(region: county, name: "平阴县政务服务中心", version: 4, time: now),
            .init(region: town, name: "玫瑰镇", version: 4, time: now),
            .init(region: code("370124106201"), name: "焦庄村", version: 3, time: now),
            .init(region: code("370124106202"), name: "夏沟村", version: nil, time: nil),
        ])

    // MARK: items

    static let items = [
        item("I1", 1, "高龄津贴认定", "承诺件", versions: 4),
        item("I2", 2, "城乡居民养老保险参保登记", "即办件", versions: 1),
    ]

    private static func item(
        _ code: String, _ id: UInt64, _ name: String, _ handling: String, versions: Int
    ) -> StoredDocument {
        var state = ItemState(code: code, authority: RegionID(1))
        for number in 1...versions {
            let isNow = number < versions || versions == 1
            let date = CivilDate(isNow ? "2026-0\(number)-01" : "2026-09-28")
            guard let date else { continue }
            let dot = { (seq: Int) in Dot(actor: ActorID(7), seq: Seq(UInt64(seq))) }
            let stamp = Stamp(
                dot: dot(number), hash: UInt64(number),
                time: HybridTime(millis: date.start.millis, counter: 0), author: 0,
                from: date.start, supersedes: number > 1 ? [dot(number - 1)] : [])
            let elements: JSON = [
                "name": .text(name), "kind": "行政给付", "handling": .text(handling),
                "legalDays": 20, "promisedDays": .int(handling == "即办件" ? 0 : 5),
                "conditions": "具有本市户籍、年满 80 周岁的老年人。",
                "materials": [
                    ["code": "M1", "name": "高龄津贴申请表", "blank": ["blob": .text(blank)]],
                    ["code": "M2", "name": "居民身份证"],
                    ["code": "M3", "name": "居民户口簿"],
                    ["code": "M4", "name": "银行卡复印件", "deferrable": true],
                ],
            ]
            state.insert(
                ItemVersion(number: number, effectiveFrom: date, elements: elements.bytes), stamp)
        }
        return state.stored(
            key: DocumentKey(collection: .item, id: Digest16(high: 9, low: id)),
            scope: ScopeID(1))
    }

    // MARK: cases

    static let cases = [
        caseFile(number, 1, "received", "王桂兰"),
        caseFile("37012410600020260924000033", 2, "accepted", "李明"),
        caseFile("37012410600020260924000041", 3, "accepted", "赵<b>六</b>", to: county.text),
        caseFile("37012410620120260924000018", 4, "closed", "陈晓燕"),
        caseFile(twice, 5, "received", "孙一"), caseFile(twice, 6, "received", "孙二"),
    ]

    /// A receipt (收件凭证) with its code, signed by a key of the test's own.
    static let paper: SignedPaper = {
        let event = CaseEvent(
            dot: Dot(actor: ActorID(1), seq: Seq(1)), hash: Digest16(high: 1, low: 2),
            kind: .caseReceive, time: 1_790_210_400_000, author: 0)
        let paper = CasePaper(
            entry: PaperEntry(name: PaperName(.receipt), event: event),
            sheet: Sheet("收件凭证", stamp: "", []), due: nil)
        do throws(CryptoError) {
            let key = try SigningKey(
                suite: .sha256Ed25519, seed: [UInt8](repeating: 1, count: 32))
            let facts = PaperReceipt.Facts(
                kind: .receipt, region: county,
                number: CaseNumber(region: county, date: 20_260_924, serial: 1),
                event: event.hash, millis: event.time, due: nil, content: paper.content)
            return SignedPaper(
                paper,
                PaperReceipt(facts, by: key.publicKey, voucher: [], sign: key.sign))
        } catch {
            fatalError("a key of 32 bytes is one: \(error)")
        }
    }()

    static func sealed(_ name: String) -> String {
        Base64.encode(Person(name: name, idNumber: "370124194401081234").encoded)
    }

    static func caseFile(
        _ number: String, _ id: UInt64, _ status: String, _ applicant: String,
        to: String? = nil
    ) -> StoredDocument {
        let received = now.advanced(byMillis: -Int64(id) * 3_600_000)
        func event(_ kind: String, _ minutes: Int64, _ status: String = "effective") -> JSON {
            [
                "actor": "00000000000000aa", "kind": .text(kind), "status": .text(status),
                "time": .int(received.millis + minutes * 60_000),
            ]
        }
        let state: JSON = [
            "number": .text(number), "queryCode": "483920", "item": "I1", "itemVersion": 3,
            "sealed": .text(sealed(applicant)),
            "station": .text(town.text), "holder": .text(town.text), "status": .text(status),
            "frozen": .bool(to != nil), "offeredTo": to.map(JSON.text) ?? .null,
            "duplicateNumber": .bool(number == twice), "receivedAt": .int(received.millis),
            "materials": [
                ["code": "M1", "present": true], ["code": "M2", "present": true],
                ["code": "M4", "present": false],
            ],
            "writers": [["actor": "00000000000000aa", "region": "0000000000000002", "epoch": 1]],
            "events": [
                event("receive", 0), event("accept", 12), event("decide", 20, "void:frozen"),
            ],
        ]
        return StoredDocument(
            key: DocumentKey(collection: .caseFile, id: Digest16(high: 1, low: id)),
            scope: ScopeID(2), label: number, status: status, time: received.millis,
            attention: false, search: "I1 " + status, state: state.bytes)
    }
}

/// Asks the API as a caller would.
struct Ask {
    var view = FixtureView()
    var principal = Principal.machine

    func reply(
        _ method: String, _ target: String, _ headers: [(String, String)] = [],
        body: String = ""
    ) throws -> Reply {
        let request = try HTTPRequest.make(
            method, target, headers: headers, body: Array(body.utf8))
        return API.respond(to: request, view: view, as: principal)
    }

    /// The answer of something that is answered at once.
    func now(
        _ method: String, _ target: String, _ headers: [(String, String)] = [],
        body: String = ""
    ) throws -> HTTPResponse {
        guard case .now(let response) = try reply(method, target, headers, body: body) else {
            throw Unexpected.reply
        }
        return response
    }

    /// The order of a command.
    func order(
        _ target: String, _ headers: [(String, String)] = [], body: String = "{}",
        type: String = "application/json"
    ) throws -> CommandOrder {
        let all = headers + [("Content-Type", type)]
        guard case .submit(let order) = try reply("POST", target, all, body: body) else {
            throw Unexpected.reply
        }
        return order
    }

    enum Unexpected: Error { case reply }
}

extension HTTPResponse {
    var text: String { String(decoding: body, as: UTF8.self) }

    var json: JSON {
        get throws { try JSON(parsing: body, dialect: .strict) }
    }
}
