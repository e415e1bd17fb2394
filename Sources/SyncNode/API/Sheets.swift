import Base
import Console
import Domain

/// A case's stored state as a page reads it. What is absent shows as a dash; a state that cannot
/// be read still shows its number and status.
struct CaseSheet {
    let document: StoredDocument
    /// Who applies, as far as this node can open it.
    let person: PersonAnswer
    private let json: JSON

    init<View: NodeView>(_ document: StoredDocument, opened view: View) {
        self.document = document
        do throws(JSONError) {
            json = try JSON(parsing: document.state)
        } catch {
            json = .null
        }
        person = view.person(json["sealed"]?.text ?? "")
    }

    /// What an act on it builds on.
    var tag: StateTag { StateTag(of: document.state) }
    var number: String { text("number") ?? document.label }
    /// Whether another case has its number.
    var sharesNumber: Bool { json["duplicateNumber"]?.bool == true }
    /// What an address names it by: two cases may have one number.
    var address: String {
        sharesNumber || document.label.isEmpty
            ? document.key.id.hex : document.label
    }
    var queryCode: String { text("queryCode") ?? "—" }
    var item: String { text("item") ?? "" }
    var itemVersion: Int? { json["itemVersion"]?.int.flatMap(Int.init(exactly:)) }
    /// As lists show it.
    var shown: Person { person.masked }
    var status: String { document.status }
    var isErased: Bool { json["erased"]?.bool ?? false }
    var isReadOnly: Bool { json["readOnly"]?.bool ?? false }
    var isFrozen: Bool { json["frozen"]?.bool ?? false }
    var holder: RegionCode? { region("holder") }
    var station: RegionCode? { region("station") }
    var offeredTo: RegionCode? { region("offeredTo") }
    /// 容缺 materials that have not come.
    var deferred: [String] { (json["deferred"]?.array ?? []).compactMap(\.text) }
    /// 预审 or 代办登记.
    var stage: String? { text("stage") }
    var isOutgoing: Bool { text("outgoing") != nil }
    var outcome: String? { text("outcome") }
    var receivedAt: Instant { moment("receivedAt") ?? Instant(millis: document.time) }

    /// Codes of materials, whether each was handed in, and the digest of its scan.
    var materials: [(code: String, isPresent: Bool, blob: String?)] {
        (json["materials"]?.array ?? []).compactMap { entry in
            guard let code = entry.text ?? entry["code"]?.text else { return nil }
            return (code, entry["present"]?.bool ?? true, entry["blob"]?.text)
        }
    }

    /// Each material as it stands now: handed in, brought later, reused or spared, and the word
    /// for that where it is more than handed in.
    var standing: [(code: String, isPresent: Bool, word: String)] {
        var lines: [(code: String, isPresent: Bool, word: String)] = materials.map {
            ($0.code, $0.isPresent, "")
        }
        for entry in json["events"]?.array ?? [] where entry["status"]?.text == "effective" {
            guard let word = Self.brought(entry["kind"]?.text ?? "", entry["outcome"]?.text) else {
                continue
            }
            for code in (entry["codes"]?.array ?? []).compactMap(\.text) {
                if let place = lines.firstIndex(where: { $0.code == code }) {
                    if !lines[place].isPresent { lines[place] = (code, true, word) }
                } else {
                    lines.append((code, true, word))
                }
            }
        }
        return lines
    }

    /// Codes of originals that are in somebody's keeping: what came in more often than it went
    /// back.
    var originals: [String] {
        var counts: [String: Int] = [:]
        for entry in json["events"]?.array ?? []
        where entry["kind"]?.text == "originals" && entry["status"]?.text == "effective" {
            let change = ["in": 1, "back": -1][entry["outcome"]?.text ?? ""] ?? 0
            for code in (entry["codes"]?.array ?? []).compactMap(\.text) {
                counts[code, default: 0] += change
            }
        }
        return counts.filter { $0.value > 0 }.keys.sorted()
    }

    /// How an event brings materials; nil where it brings none.
    private static func brought(_ kind: String, _ outcome: String?) -> String? {
        // What another county told has its kind in front of a colon.
        let parts = kind == "mirror" ? (outcome ?? "").split(separator: ":").map(String.init) : []
        switch (parts.first ?? kind, kind == "mirror" ? parts.dropFirst().first : outcome) {
        case ("supplement", _): return "已补齐"
        case ("material", CaseEvent.reused): return "复用"
        case ("material", CaseEvent.waived): return "凭证照免提交"
        default: return nil
        }
    }

    /// One step, for the list of what happened.
    struct Event {
        let kind: String
        let status: String
        let moment: Instant
        let region: String?
        let outcome: String?
        /// First 16 bytes of its change's hash, in hexadecimal.
        let hash: String
        /// Who did it: the number of an account; nil for the node itself.
        let author: String?
    }

    /// By the time that the authors stated; equal times as stored.
    var events: [Event] {
        let events = (json["events"]?.array ?? []).map { entry in
            Event(
                kind: entry["kind"]?.text ?? "", status: entry["status"]?.text ?? "",
                moment: Instant(millis: entry["at"]?.int ?? entry["time"]?.int ?? 0),
                region: regionOfWriter(entry["actor"]?.text), outcome: entry["outcome"]?.text,
                hash: entry["hash"]?.text ?? "", author: entry["author"]?.text)
        }
        return events.enumerated().sorted {
            ($0.element.moment, $0.offset) < ($1.element.moment, $1.offset)
        }.map(\.element)
    }

    /// Whether a person took the case in and so may not decide it (受审分离).
    func isSeparated(from author: UInt64) -> Bool {
        let hex = ActorID(author).hex
        return (json["events"]?.array ?? []).contains { event in
            event["kind"]?.text == "accept" && event["status"]?.text == "effective"
                && CaseEvent.separates(event["outcome"]?.text) && event["author"]?.text == hex
        }
    }

    /// The region that is asked for a seal and has not answered, in hexadecimal.
    var sealAskedOf: String? {
        let events = json["events"]?.array ?? []
        return events.last {
            $0["kind"]?.text == "askSeal" && $0["status"]?.text == "effective"
        }?["region"]?.text
    }

    /// Whether somebody has to examine it before it is decided.
    var needsReview: Bool {
        CaseEvent.reviewsNeeded(acceptance?["outcome"]?.text) > 0
    }

    /// Whether it was accepted on a written promise.
    var isPledged: Bool { acceptance?["pledge"]?.bool ?? false }

    private var acceptance: JSON? {
        (json["events"]?.array ?? []).first {
            $0["kind"]?.text == "accept" && $0["status"]?.text == "effective"
        }
    }

    /// The region id of an actor, in hexadecimal.
    private func regionOfWriter(_ actor: String?) -> String? {
        guard let actor else { return nil }
        // Where there are no writers but those who held the case, the links name them.
        let writers = json["writers"]?.array ?? json["links"]?.array ?? []
        return writers.first { $0["actor"]?.text == actor }?["region"]?.text
    }

    private func text(_ key: String) -> String? {
        guard let text = json[key]?.text, !text.isEmpty else { return nil }
        return text
    }

    private func region(_ key: String) -> RegionCode? { text(key).flatMap { RegionCode($0) } }

    private func moment(_ key: String) -> Instant? {
        json[key]?.int.map { Instant(millis: $0) }
    }
}

/// What stored words are called on a page.
enum CaseWords {
    private static let kinds: [String: String] = [
        "receive": "收件", "arrive": "移交到达", "accept": "受理", "refuse": "不予受理",
        "correct": "补正告知", "review": "审查", "decide": "决定", "deliver": "送达",
        "withdraw": "申请人撤回", "note": "备注",
        "supplement": "补齐材料", "rate": "评价", "mirror": "对方进展", "close": "办结", "handOut": "出件送达",
        "offer": "移交", "acceptOffer": "签收", "rejectOffer": "退件", "requestWithdrawal": "请求撤回移交",
        "releaseOffer": "放还移交", "force": "强制接管", "ratify": "追认", "forkCut": "分叉裁定",
        "outgoing": "县际移出", "erase": "清除个人信息", "returned": "县际退回",
        "take": "转收件", "propose": "拟不予受理", "answer": "上级答复", "assign": "分转", "pause": "停算时限",
        "resume": "恢复计时", "extend": "延长办理期限", "askSeal": "签印请求", "seal": "签印", "ready": "制证",
        "end": "终止", "verify": "事后核查", "revoke": "撤销决定", "originals": "原件交接", "archive": "归档",
        "keep": "档案管理",
        "material": "材料登记", "duty": "首问交接",
        "retime": "业务时间更正", "fee": "缴费",
    ]

    private static let verdicts: [String: String] = [
        "effective": "", "waitingRef": "待前序", "needsUpgrade": "须升级", "late": "迟到",
        "contested": "有争议", "superseded": "未生效", "quarantined": "已隔离",
    ]

    static func status(_ word: String) -> String { CaseStatus(rawValue: word)?.name ?? word }

    static func kind(_ word: String) -> String { kinds[word] ?? word }

    /// Empty for an event that counts.
    static func verdict(_ word: String) -> String {
        if word == EventStatus.void(.beyondCut).text { return "吊销后" }
        return word.hasPrefix("void") ? "无效" : verdicts[word] ?? word
    }

    static func outcome(_ word: String) -> String {
        switch word {
        case "grant": "准予"
        case "refuse": "不予"
        case "return": "退回"
        case CaseEvent.separate: "另由他人决定（受审分离）"
        case CaseEvent.three: "另由两人审查、决定（受审分离）"
        case CaseEvent.four: "另由三人审查、决定（审核批三级）"
        case CaseEvent.joint: "另由联席审查、决定"
        case "override": "上级准许再次补正"
        case "way": "可以办理，办法见答复"
        case "sealed": "已签印"
        case "declined": "未签印"
        case "kept": "承诺属实"
        case "broken": "承诺不实"
        case "in": "收存"
        case "on": "转交"
        case "back": "退还"
        case CaseDuty.passed: "交出"
        case CaseDuty.taken: "接手"
        case CaseEvent.scanned: "扫描件"
        case CaseEvent.reused: "复用"
        case CaseEvent.waived: "凭证照免提交"
        case "A", "B", "C", "D": word + " 级"
        case "rebased": "版本滞后所致，不计一次告知"
        case "sign": "签收"
        // What the other county told is named by what it did there, and its result.
        default:
            word.split(separator: ":").enumerated().map { place, part in
                place == 0 ? kinds[String(part)] ?? String(part) : outcome(String(part))
            }.joined(separator: "：")
        }
    }

    /// A mark's colour: the kind of a status.
    static func tone(_ status: String) -> HTMLText {
        switch status {
        case "received", "accepted", "reviewing", "prechecked", "registered", "extended": "going"
        case "correcting", "forwarded", "special", "sealing", "proposed": "waiting"
        case "decided", "delivered", "closed", "ready", "archived": "done"
        case "published", "active", "current": "done"
        case "suspended", "scheduled": "waiting"
        case "contested": "bad"
        default: "quiet"
        }
    }
}

/// An item's stored state as a page reads it.
struct ItemSheet {
    /// One version.
    struct Version {
        let number: Int
        let effectiveFrom: String
        let place: String
        let elements: ItemElements?
    }

    let document: StoredDocument
    /// The newest first; empty where the state cannot be read.
    let versions: [Version]
    /// 正常, 暂停, 取消.
    let standing: String

    /// - Parameter now: What counts is asked for this moment.
    init(_ document: StoredDocument, at now: Instant) {
        self.document = document
        do throws(JSONError) {
            let state = try ItemState(document)
            versions = state.history(at: now).map { entry, place in
                Version(
                    number: entry.value.number,
                    effectiveFrom: entry.value.effectiveFrom.text,
                    place: place.rawValue, elements: ItemElements(entry.value.elements))
            }
            standing = state.standing(at: now).rawValue
        } catch {
            versions = []
            standing = document.status
        }
    }

    var code: String { document.label }

    /// The version that counts now, else the newest.
    var current: Version? { versions.first { $0.place == "current" } ?? versions.first }

    var name: String { current?.elements?.name ?? code }

    var isOpen: Bool {
        standing == Standing.active.rawValue && versions.contains { $0.place == "current" }
    }

    /// The name of a material, in the version that a case is bound to.
    func materialName(_ code: String, version: Int?) -> String {
        bound(version)?.elements?.materials.first { $0.code == code }?.name ?? code
    }

    /// The version to which a case is pinned; the one in force where that is not here.
    func bound(_ version: Int?) -> Version? {
        versions.first { $0.number == version } ?? current
    }

    static func standingName(_ word: String) -> String {
        switch word {
        case "active", "published": "正常"
        case "suspended": "暂停"
        case "cancelled": "取消"
        case "contested": "版本冲突"
        default: word
        }
    }

    static func placeName(_ word: String) -> String {
        switch word {
        case "current": "生效"
        case "scheduled": "待生效"
        default: "历史"
        }
    }
}
