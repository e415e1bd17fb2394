import Base
import Domain
import Network
import Runtime

/// The scenarios of the demo county against its live processes: a line a fact.
final class DemoScript: Sendable {
    let county: DemoCounty
    private let failures = AtomicOffset()

    init(county: DemoCounty) { self.county = county }

    /// - Returns: 0 where every fact held, else 1.
    func play() async -> Int32 {
        guard let world = DemoWorld(county) else {
            Console.say("--once plays on the nodes of topology/demo.json")
            return 2
        }
        await DemoOfflineDay(script: self, world: world).play()
        await DemoAttachment(script: self, world: world).play()
        await DemoRollout(script: self, world: world).play()
        await DemoHandover(script: self, world: world).play()
        await DemoCarriage(script: self, world: world).play()
        await DemoRecovery(script: self, world: world).play()
        await DemoVillageDay(script: self, world: world).play()
        await DemoApproval(script: self, world: world).play()
        await DemoCatalog(script: self, world: world).play()
        await DemoClock(script: self, world: world).play()
        return await close()
    }

    /// Scenario A alone, with the station's process killed in the middle of each request and
    /// behind each numbered step.
    ///
    /// - Returns: 0 where every fact held, else 1.
    func playKilled() async -> Int32 {
        guard let world = DemoWorld(county) else {
            Console.say("--kill plays on the nodes of topology/demo.json")
            return 2
        }
        await DemoVillageDay(script: self, world: world, isKilled: true).play()
        return await close()
    }

    private func close() async -> Int32 {
        for member in county.members {
            let status = await member.get("/api/v1/status")
            fact(
                "\(member.node.name) 未被隔离，有席位",
                status["fenced"]?.bool == false && status["seated"]?.bool == true)
            fact("\(member.node.name) 核对无误：链、签名、折叠", await member.isSound())
        }
        Console.print(failures.millis == 0 ? "全部属实" : "\(failures.millis) 条不属实")
        return failures.millis == 0 ? 0 : 1
    }

    /// Prints one line and remembers a failure.
    func fact(_ sentence: String, _ holds: Bool) {
        if !holds { failures.millis += 1 }
        Console.print((holds ? "✔ " : "✘ ") + sentence)
    }

    /// Asks again and again, for at most some seconds, until an answer is as expected.
    func eventually(
        _ sentence: String, seconds: Int = 15, _ check: () async -> Bool
    ) async {
        let deadline = ContinuousClock.now.advanced(by: .seconds(seconds))
        while ContinuousClock.now < deadline {
            if await check() {
                fact(sentence, true)
                return
            }
            do { try await Task.sleep(for: .milliseconds(100)) } catch { break }
        }
        fact(sentence, false)
    }
}

/// The nodes of SCENARIOS.md by their letters.
struct DemoWorld: Sendable {
    let c: DemoMember
    let t: DemoMember
    let v1: DemoMember
    let v2: DemoMember
    let t2: DemoMember
    let lc: DemoMember
    let lt: DemoMember
    /// Where one more node may listen: behind the last one's port.
    let spareAddress: String

    init?(_ county: DemoCounty) {
        guard let c = county.member("370124000000"), let t = county.member("370124106000"),
            let v1 = county.member("370124106201"), let v2 = county.member("370124106202"),
            let t2 = county.member("370124001000"), let lc = county.member("371502000000"),
            let lt = county.member("371502101000")
        else { return nil }
        self.c = c
        self.t = t
        self.v1 = v1
        self.v2 = v2
        self.t2 = t2
        self.lc = lc
        self.lt = lt
        spareAddress = county.spareAddress
    }

    var all: [DemoMember] { [c, t, v1, v2, t2, lc, lt] }

    /// Cuts or mends a link, on both sides.
    func link(_ a: DemoMember, _ b: DemoMember, cut: Bool) async {
        for (one, other) in [(a, b), (b, a)] {
            _ = await one.post(
                "/demo/v1/link", "{\"peer\":\"\(other.node.region.text)\",\"cut\":\(cut)}")
        }
    }

    /// The numbers of the cases that a node has.
    func numbers(_ member: DemoMember) async -> [String] {
        let cases = await member.get("/api/v1/cases?limit=200")["cases"]?.array ?? []
        return cases.compactMap { $0["number"]?.text }.sorted()
    }

    /// Receives a case; its number.
    func receive(
        _ member: DemoMember, _ item: String, _ name: String,
        idNumber: String = "370124194401081234", missing: [String] = [], more: String = "",
        by command: (DemoMember, String) async -> (status: Int, json: JSON) = {
            await $0.command($1)
        }
    ) async -> String {
        // What the station's own guide asks for, and nothing else.
        let guide = await member.get("/api/v1/catalog/guide?code=" + item)["data"]?["materials"]
        let codes = (guide?.array ?? []).compactMap { $0["code"]?.text }
        let materials = codes.map { code in
            "{\"code\":\"\(code)\",\"present\":\(!missing.contains(code))}"
        }
        let answer = await command(
            member,
            "{\"command\":\"case.receive\",\"item\":\"\(item)\",\"applicant\":"
                + "{\"name\":\"\(name)\",\"idNumber\":\"\(idNumber)\"},"
                + "\"materials\":[\(materials.joined(separator: ","))]\(more)}")
        if answer.status != 200 { Console.say("\(member.node.name): \(answer.json)") }
        return answer.json["number"]?.text ?? ""
    }

    /// Nodes that may decide a case now, by their own word.
    func deciders(_ number: String) async -> [String] {
        var found: [String] = []
        for member in all {
            guard let file = await member.file(number) else { continue }
            if file["holder"]?.text == member.node.region.text, file["frozen"]?.bool == false {
                found.append(member.node.name)
            }
        }
        return found
    }
}
