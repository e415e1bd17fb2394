import Base
import Disk
import Domain
import Host
import Kernel
import Network
import Runtime
import Store

/// Nodes as the measurements use them, made the way anyone makes a node.
struct BenchWorld {
    struct Failure: Error { let sentence: String }

    static let county = "370124000000"
    static let town = "370124101000"
    static let village = "370124101201"
    static let item = "370118009002"

    /// A county that has published an item, in `folder`.
    static func makeCounty(
        _ folder: String, named name: String = "county"
    ) async throws -> String {
        let data = "\(folder)/\(name)"
        _ = try await NodeCommands.initialise(
            data: data, code: code(county), name: "平阴县", suite: 1, parentURL: nil)
        let kernel = try NodeRuntime.kernel(of: data)
        let publish = """
            {"command":"item.publish","code":"\(item)","immediate":true,"elements":{
            "name":"城乡居民养老保险参保登记","kind":"公共服务","handling":"承诺件","legalDays":20,
            "basis":"样例办法第一条","level":"县级","department":"县民政局","agency":"县民政局",
            "audience":["自然人"],"steps":["收件与受理","审查与决定"],"fees":{"charged":false},
            "result":{"kind":"其他","name":"办理结果"},
            "promisedDays":5,"materials":[\(material("M1", "申请表")),
            \(material("M2", "居民身份证")),\(material("M3", "居民户口簿"))],"conditions":"年满十六周岁"}}
            """
        _ = try done(kernel.say(publish))
        return data
    }

    /// As a real item asks for it: an application is held against the list.
    private static func material(_ code: String, _ name: String) -> String {
        """
        {"code":"\(code)","name":"\(name)","required":true,"deferrable":false,"type":"证照",\
        "form":"纸质","source":"申请人自备","issuer":"公安机关","originals":1,"copies":0}
        """
    }

    /// A node below a parent that runs in this process for as long as it takes.
    static func join(
        _ folder: String, _ name: String, _ region: String, to parent: NodeRuntime
    ) async throws -> String {
        guard let endpoint = parent.endpoint else { throw Failure(sentence: "no endpoint") }
        let data = folder + "/" + name
        _ = try await NodeCommands.initialise(
            data: data, code: code(region), name: name, suite: 1,
            parentURL: "http://\(endpoint.text)")
        return data
    }

    /// Runs a node in this process, on a free port of loopback.
    static func start(_ data: String) async throws -> NodeRuntime {
        var options = NodeRuntime.Options(
            data: data, listen: Endpoint(address: "127.0.0.1", port: 0))
        options.isDemo = true
        return try await NodeRuntime.start(options)
    }

    static func code(_ text: String) throws -> RegionCode {
        guard let code = RegionCode(text) else { throw Failure(sentence: "no code \(text)") }
        return code
    }

    /// The body of a 收件 as a window sends it: its change has about 600 bytes. Each is another
    /// person's.
    static func receive(_ index: Int) -> String {
        let person = person(index)
        return """
            {"command":"case.receive","item":"\(item)","applicant":{"name":"\(person.name)",\
            "idNumber":"\(person.idNumber ?? "")","phone":"\(person.phone ?? "")"},\
            "materials":[{"code":"M1","present":true},{"code":"M2","present":true},\
            {"code":"M3","present":true}],"channel":"window"}
            """
    }

    /// Number so many of half a million people, none like another. The check digit is right, or
    /// the door refuses it.
    static func person(_ index: Int) -> Person {
        let year = 1940 + index / 900 % 60
        let month = 1 + index / 54_000 % 12
        let digits = "370124\(year)" + (month < 10 ? "0" : "") + "\(month)12\(100 + index % 900)"
        let check = CheckDigit.mod11And2(Array(digits.utf8)) ?? 0
        return Person(
            name: "王秀英\(index)", idNumber: digits + (check == 10 ? "X" : String(check)),
            phone: "138\(64_100_000 + index)")
    }

    /// A remark of a clerk that makes a change of about `bytes` bytes.
    static func note(on number: String, bytes: Int) -> String {
        let text = String(repeating: "经与申请人核对，户籍信息与参保信息一致。", count: 1 + bytes / 60)
        return """
            {"command":"case.note","case":"\(number)","note":"\(text)"}
            """
    }

    static func command(_ json: String) throws -> Command {
        try Command(json: try JSON(parsing: Array(json.utf8)))
    }

    /// The answer of what was done; a refusal is a failure of the bench.
    static func done(_ outcome: Outcome) throws -> [UInt8] {
        switch outcome {
        case .done(let answer, _): return answer
        case .refused(let refusal): throw Failure(sentence: "\(refusal.rule) \(refusal.title)")
        case .admitted: return []
        }
    }

    /// The number in the answer to a 收件.
    static func number(in answer: [UInt8]) throws -> String {
        guard let number = try JSON(parsing: answer)["number"]?.text else {
            throw Failure(sentence: "an answer without a number")
        }
        return number
    }
}

extension Kernel where Store == SQLiteJournal {
    /// One command in a commit of its own.
    func say(_ json: String) throws -> Outcome {
        let submission = Submission.command(
            try BenchWorld.command(json), author: 0, replayKey: nil)
        let (outcomes, _) = try commit(
            [submission], at: SystemClock.now(), entropy: SystemRandom.digest)
        return outcomes[0]
    }
}
