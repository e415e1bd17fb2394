import Base
import Domain
import Network
import Runtime

/// The scenarios of the demo county against its live processes: a line a fact.
final class DemoScript: Sendable {
    let county: DemoCounty
    private let failures = AtomicOffset()
    /// Whether something that was waited for never came.
    private let hasGivenUp = Box<Bool>()

    init(county: DemoCounty) { self.county = county }

    /// - Returns: 0 where every fact held, else 1.
    func play() async -> Int32 {
        guard let world = DemoWorld(county) else {
            Console.say("--once plays on the nodes of topology/demo.json")
            return 2
        }
        await DemoOfflineDay(script: self, world: world).play()
        await DemoAttachment(script: self, world: world).play()
        await DemoCounter(script: self, world: world).play()
        await DemoRollout(script: self, world: world).play()
        await DemoHandover(script: self, world: world).play()
        await DemoCarriage(script: self, world: world).play()
        await DemoRecovery(script: self, world: world).play()
        await DemoVillageDay(script: self, world: world).play()
        await DemoApproval(script: self, world: world).play()
        await DemoCatalog.play(script: self)
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
        await inspect(county)
        Console.print(failures.millis == 0 ? "全部属实" : "\(failures.millis) 条不属实")
        return failures.millis == 0 ? 0 : 1
    }

    /// What has to be so of every node, whatever was played.
    func inspect(_ county: DemoCounty) async {
        for member in county.members {
            let status = await member.get("/api/v1/status")
            fact(
                "\(member.node.name) 未被隔离，有席位",
                status["fenced"]?.bool == false && status["seated"]?.bool == true)
            fact("\(member.node.name) 核对无误：链、签名、折叠", await member.isSound())
        }
    }

    /// Prints one line and remembers a failure.
    func fact(_ sentence: String, _ holds: Bool) {
        if !holds { failures.millis += 1 }
        Console.print((holds ? "✔ " : "✘ ") + sentence)
    }

    /// Asks again and again, until an answer is as expected or nobody waits any longer.
    func eventually(_ sentence: String, _ check: () async -> Bool) async {
        fact(sentence, await comes(check))
    }

    /// A cell of a table: asked again and again, until it says what it should.
    func cell(_ sentence: String, _ expected: String, _ ask: () async -> String) async {
        var found = ""
        let isSo = await comes {
            found = await ask()
            return found == expected
        }
        let words = isSo ? expected : "应为 \(expected)，实为 \(found)"
        fact("\(sentence)：\(words)", isSo)
    }

    /// How slow the machine is decides nothing: ten minutes are waited, less once something did
    /// not come.
    private func comes(_ check: () async -> Bool) async -> Bool {
        let most: Duration = hasGivenUp.value == true ? .seconds(15) : .seconds(600)
        let deadline = ContinuousClock.now.advanced(by: most)
        while ContinuousClock.now < deadline {
            if await check() { return true }
            do { try await Task.sleep(for: .milliseconds(100)) } catch { break }
        }
        hasGivenUp.value = true
        return false
    }
}

/// The nodes of SCENARIOS.md by their letters.
struct DemoWorld: DemoPlaces {
    let c: DemoMember
    let t: DemoMember
    let v1: DemoMember
    let v2: DemoMember
    let t2: DemoMember
    let lc: DemoMember
    let lt: DemoMember
    /// Where one more node may listen.
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
        spareAddress = "127.0.0.1:\(county.ports.spare[0])"
    }

    var all: [DemoMember] { [c, t, v1, v2, t2, lc, lt] }
}
