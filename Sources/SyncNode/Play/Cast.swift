import Account
import Base
import Change
import Civil
import Domain
import Guide
import Kernel
import Simulator

extension StageSource: ListedSource {}

/// The nodes of a play by their letters, what they are told to do, and what they then say. All
/// that is asked goes by the same commands, queries and sheets as on a live node.
final class Cast {
    let stage: Stage
    private let places: [String: RegionCode]
    /// In the order of the scenario.
    let names: [String]
    private(set) var bill = Playbill()
    /// Places whose clock nobody above has vouched for.
    var doubtful: Set<String> = []

    /// - Parameter parts: Each parent before its children.
    init(
        _ parts: [(name: String, code: String, title: String, level: Level, parent: String?)],
        from begin: String
    ) throws(JournalError) {
        var places: [String: RegionCode] = [:]
        var shape: [SimulatedTopology.Place] = []
        for part in parts {
            guard let code = RegionCode(part.code) else { throw .failed("code \(part.code)") }
            places[part.name] = code
            shape.append(
                SimulatedTopology.Place(
                    code: code, name: part.title, level: part.level,
                    parent: part.parent.flatMap { places[$0] }))
        }
        self.places = places
        names = parts.map(\.name)
        stage = try Stage(
            SimulatedTopology(places: shape, links: []), from: try Self.moment(begin))
    }

    func code(_ name: String) throws(JournalError) -> RegionCode {
        guard let code = places[name] else { throw .failed("no part \(name)") }
        return code
    }

    // MARK: time

    /// `2026-09-28T10:00`, in Shanghai.
    static func moment(_ text: String) throws(JournalError) -> Instant {
        guard let moment = Instant(rfc3339: text + ":00+08:00") else {
            throw .failed("no moment \(text)")
        }
        return moment
    }

    func at(_ text: String) throws(JournalError) { stage.turn(to: try Self.moment(text)) }

    func link(_ one: String, _ other: String, isCut: Bool) throws(JournalError) {
        stage.link(try code(one), try code(other), isCut: isCut)
    }

    // MARK: acting

    /// What a command came to.
    struct Reply {
        /// The refusal's rule; nil where it was done.
        let rule: String?
        let answer: JSON

        func text(_ key: String) -> String { answer[key]?.text ?? "" }
    }

    /// Gives a command at a place, as the machine's operator or as one of its accounts.
    @discardableResult
    func say(_ name: String, _ json: String, as login: String? = nil) throws(JournalError) -> Reply
    {
        var command: Command
        do {
            command = try Command(json: try JSON(parsing: Array(json.utf8)))
        } catch let refusal as RuleRefusal {
            return Reply(rule: refusal.rule, answer: .null)
        } catch {
            throw .failed("not a command: \(json)")
        }
        // As at a live node's door: whoever takes something in says whether there was a link.
        if command.isReceipt {
            command = command.noted(
                offline: stage.isCutOff(try code(name)), doubtful: doubtful.contains(name))
        }
        let author = try login.map { login throws(JournalError) in try account(login, at: name) }
        let outcome = try stage.run(
            command, at: try code(name), as: author ?? AccountID.operatorAuthor)
        switch outcome {
        case .done(let answer, _): return Reply(rule: nil, answer: Self.parsed(answer))
        case .refused(let refusal): return Reply(rule: refusal.rule, answer: .null)
        case .admitted: return Reply(rule: "admitted", answer: .null)
        }
    }

    private func account(_ login: String, at name: String) throws(JournalError) -> UInt64 {
        let place = try code(name)
        let keys = try stage.source(at: place)?.find(.account, label: login) ?? []
        guard let region = stage.region(place),
            let key = keys.first(where: { $0.id.low == ScopeName.staff(region).id.rawValue })
        else { throw .failed("no account \(login)") }
        return key.id.high
    }

    /// Enters an account; its roles in the words of the command.
    func enter(_ login: String, _ roles: [String], at name: String) throws(JournalError) {
        let words = roles.map { "\"\($0)\"" }.joined(separator: ",")
        let reply = try say(
            name,
            """
            {"command":"account.add","login":"\(login)","name":"\(login)","roles":[\(words)],
            "password":"\(Self.password)"}
            """)
        guard reply.rule == nil else { throw .failed("account \(login): \(reply.rule ?? "")") }
    }

    /// The record of a password that nobody types here.
    private static let password = PasswordRecord(
        "nobody types it", salt: [UInt8](repeating: 1, count: Limits.saltBytes), costLog2: 1
    ).text

    // MARK: asking

    func source(_ name: String) throws(JournalError) -> (StageSource, Directory, RegionID) {
        let place = try code(name)
        guard let source = try stage.source(at: place),
            let directory = stage.directory(at: place), let region = stage.region(place)
        else { throw .failed("no part \(name)") }
        return (source, directory, region)
    }

    /// A sheet as a place makes it now; nil where it cannot.
    func sheet(
        _ name: String, _ kind: SheetKind, _ about: String = "", for other: String? = nil
    ) throws(JournalError) -> Sheet? {
        let (source, directory, region) = try source(name)
        let place = try other.map { other throws(JournalError) in try code(other) }
        return try SheetMaker(
            own: region, directory: directory, now: stage.now, source: source
        ).sheet(SheetQuestion(kind, code: about, region: place))
    }

    func data(
        _ name: String, _ kind: SheetKind, _ about: String = ""
    ) throws(JournalError) -> JSON { try sheet(name, kind, about)?.data ?? .null }

    /// A case as a place has it; nil where it has none of this number.
    func file(_ name: String, _ number: String) throws(JournalError) -> CaseState? {
        let (source, _, _) = try source(name)
        guard let key = try source.find(.caseFile, label: number).first,
            case .caseFile(let state)? = try source.content(key)
        else { return nil }
        return state
    }

    /// 承诺到期 as a place works it out today; `—` where it cannot.
    func due(_ name: String, _ number: String) throws(JournalError) -> String {
        let (source, directory, _) = try source(name)
        guard let state = try file(name, number) else { return "—" }
        let clock = try CatalogQuery.clock(
            of: state, on: CivilDate(of: stage.now), in: directory, from: source)
        return clock?.promised?.date?.text ?? "—"
    }

    /// The number of the version that a place would apply now; 0 where it has none.
    func version(_ name: String, _ item: String) throws(JournalError) -> Int {
        let (source, directory, region) = try source(name)
        return try CatalogQuery.effective(
            item, for: region, at: stage.now, in: directory, from: source
        )?.version.value.number ?? 0
    }

    // MARK: facts

    /// A cell: what it should say, and what it says.
    func cell(_ line: String, _ sentence: String, _ expected: String, _ found: String) {
        bill.add(Fact(line, sentence, expected: expected, found: found))
    }

    /// A line that is so or not.
    func fact(_ line: String, _ sentence: String, _ holds: Bool) {
        cell(line, sentence, "是", holds ? "是" : "否")
    }

    /// All links up and at rest: the simulator's own checks.
    func end() throws(JournalError) -> Playbill {
        try stage.settle()
        let found = try stage.inspect()
        bill.checks = found.checks
        bill.violations = found.violations.map { "\($0.invariant): \($0.what)" }
        return bill
    }

    static func parsed(_ bytes: [UInt8]) -> JSON {
        do throws(JSONError) {
            return try JSON(parsing: bytes)
        } catch {
            return .null
        }
    }
}
