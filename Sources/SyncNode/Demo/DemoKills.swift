import Base
import Domain
import Network
import Runtime

/// Ends a station's process with SIGKILL: in the middle of each request, which is then repeated
/// under its key, and behind each numbered step. Off, it only passes requests on.
final class DemoKills: Sendable {
    private let isOn: Bool
    private let world: DemoWorld
    /// What the station's clock is set to, and whether its link is cut: lost with the process.
    private let moment = Box<String>()
    private let isCut = Box<Bool>()
    private let count = AtomicOffset()
    private let unanswered = AtomicOffset()

    init(_ isOn: Bool, _ world: DemoWorld) {
        self.isOn = isOn
        self.world = world
    }

    /// Requests that were broken off, and how many of them had no answer by then.
    var tally: (broken: Int, unanswered: Int) {
        (Int(count.millis), Int(unanswered.millis))
    }

    func remember(clock: String?, isCut: Bool? = nil) {
        if let clock { moment.value = clock }
        if let isCut { self.isCut.value = isCut }
    }

    /// A command of the station's clerk. Killed after 0 to 32 milliseconds, started again, asked
    /// again under the same key.
    func command(_ member: DemoMember, _ body: String) async -> (status: Int, json: JSON) {
        guard isOn, member === world.v1 else { return await member.command(body) }
        let turn = count.millis
        count.millis += 1
        let key = "kill-\(turn)"
        await member.signIn(for: body)
        async let first = member.command(body, key: key)
        let pause = [0, 1, 2, 4, 8, 16, 32][Int(turn % 7)]
        do { try await Task.sleep(for: .milliseconds(pause)) } catch { return (0, .null) }
        await member.stop(ProcessSignal.kill)
        if await first.status == 0 { unanswered.millis += 1 }
        guard await start(member) else { return (0, .text("the station did not start again")) }
        return await member.command(body, key: key)
    }

    /// Behind a numbered step: nothing of what stood before is gone or different afterwards.
    func behind(_ step: String, _ script: DemoScript) async {
        guard isOn else { return }
        let member = world.v1
        let before = await standing(member)
        await member.stop(ProcessSignal.kill)
        guard await start(member) else {
            return script.fact("\(step) 之后 kill -9，重启", false)
        }
        let after = await standing(member)
        // Where the line is up, more may have come meanwhile.
        let isKept = isCut.value == true ? before == after : Set(before).isSubset(of: after)
        script.fact("\(step) 之后 kill -9：办件的环节和工单共 \(before.count) 条，一条不少、一字不差", isKept)
    }

    private func start(_ member: DemoMember) async -> Bool {
        do {
            try await member.start()
        } catch {
            return false
        }
        if isCut.value == true { await world.link(member, world.t, cut: true) }
        if let at = moment.value { _ = await member.post("/demo/v1/clock", "{\"at\":\"\(at)\"}") }
        return true
    }

    /// Every event of every case, and every ticket.
    private func standing(_ member: DemoMember) async -> [String] {
        var lines: [String] = []
        for number in await world.numbers(member) {
            for event in await member.file(number)?["events"]?.array ?? [] {
                lines.append("\(number) \(event)")
            }
        }
        let tickets = await member.get("/api/v1/board/tickets")["data"]?["tickets"]?.array ?? []
        return lines + tickets.compactMap { $0["number"]?.text }
    }
}
