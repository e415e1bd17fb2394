import Base
import Domain
import Runtime

/// 见证时间: a village's machine whose clock is years wrong, on live processes.
struct DemoClock: Sendable {
    let script: DemoScript
    let world: DemoWorld

    func play() async {
        let (v1, t) = (world.v1, world.t)
        await world.link(v1, t, cut: true)
        _ = await v1.post(
            "/demo/v1/clock", "{\"at\":\"2032-03-01T09:05:00+08:00\",\"wrong\":true}")
        let page = String(decoding: await v1.fetch("GET", "/").bytes, as: UTF8.self)
        script.fact("时钟错了数年：控制台标明时钟存疑", page.contains("时钟存疑"))
        let number = await world.receive(v1, DemoSeed.Item.allowance, "秦某", missing: ["M4"])
        _ = await v1.act("accept", number, ",\"promise\":true")
        let before = await v1.get("/api/v1/cases/\(number)/clock")
        script.fact(
            "收件日 \(before["received"]?.text ?? "—") 存疑，接口标明",
            before["doubtful"]?.bool == true)
        let paper = "\(await v1.get("/api/v1/cases/\(number)/papers/acceptance"))"
        script.fact("受理回执标明日期待核对", paper.contains("未经上级时间核对"))
        await world.link(v1, t, cut: false)
        await script.eventually("联网后以镇里的时间为准") {
            let peers = await v1.get("/api/v1/status")["peers"]?.array ?? []
            return peers.contains { $0["clockTrust"]?.text == "corrected" }
        }
        // The town's own day: its time is what counts.
        let told = await t.get("/api/v1/status")["clock"]?.text ?? ""
        let today = String(told.prefix(10))
        for member in [v1, t, world.c] {
            await script.eventually("\(member.node.name) 收件日更正为 \(today)，不再存疑") {
                let after = await member.get("/api/v1/cases/\(number)/clock")
                return after["received"]?.text == today && after["doubtful"]?.bool == false
                    && after["promised"]?.text != nil
            }
        }
        var dues: Set<String> = []
        for member in [v1, t, world.c] {
            let clock = await member.get("/api/v1/cases/\(number)/clock")
            dues.insert(clock["promised"]?.text ?? "—")
        }
        script.fact("三处到期日一样：\(dues.sorted().joined(separator: " "))", dues.count == 1)
        _ = await v1.post("/demo/v1/clock", "{\"at\":\"\(SystemClock.now().rfc3339)\"}")
    }
}
