import Base
import Domain
import Network
import Runtime

/// Scenario A, the part that stands on the log: a village's day without a link.
struct DemoOfflineDay: Sendable {
    let script: DemoScript
    let world: DemoWorld

    func play() async {
        let v1 = world.v1
        await script.eventually("焦庄村 已有全部事项") {
            let items = await v1.get("/api/v1/items?limit=200")["items"]
            return items?.array?.count == DemoSeed.count
        }
        await world.link(v1, world.t, cut: true)
        let before = await world.numbers(world.c).count
        let a1 = await world.receive(
            v1, DemoSeed.Item.allowance, "王某", missing: ["M4"])
        script.fact("断网收件有 26 位编号 \(a1)", a1.utf8.count == 26)
        script.fact("缺可容缺材料，无承诺不得受理", await !v1.act("accept", a1))
        script.fact("断网容缺受理", await v1.act("accept", a1, ",\"promise\":true"))
        let a2 = await world.receive(v1, DemoSeed.Item.pension, "张某")
        script.fact("断网受理即办件", await v1.act("accept", a2))
        script.fact("断网当场决定", await v1.act("decide", a2, ",\"outcome\":\"grant\""))
        script.fact("断网当场出件", await v1.act("deliver", a2))
        script.fact("编号连续", Self.serial(a2) == Self.serial(a1) + 1)
        script.fact("县里还看不到", await world.numbers(world.c).count == before)

        await v1.stop(ProcessSignal.kill)
        do {
            try await v1.start()
            script.fact("kill -9 之后重启", true)
        } catch {
            script.fact("kill -9 之后重启", false)
            return
        }
        await world.link(v1, world.t, cut: true)
        let kept = await world.numbers(v1)
        script.fact("断电前的办件都在", kept.contains(a1) && kept.contains(a2))
        let a3 = await world.receive(v1, DemoSeed.Item.allowance, "赵某")
        script.fact("编号接着走，不跳不重", Self.serial(a3) == Self.serial(a2) + 1)

        await world.link(v1, world.t, cut: false)
        let first = await v1.post("/api/v1/sync", "{}")
        script.fact("恢复链路后一次同步即一致", first.json["equal"]?.bool == true)
        let second = await v1.post("/api/v1/sync", "{}")
        script.fact("再同步一次，传 0 条", second.json["sent"]?.int == 0)
        await script.eventually("县里收到三件") {
            let numbers = await world.numbers(world.c)
            return [a1, a2, a3].allSatisfy(numbers.contains)
        }
        script.fact("夏沟村看不到焦庄村的办件", await !world.v2.has(a1))
        await replay(a1)
    }

    /// A message sent twice changes nothing.
    private func replay(_ number: String) async {
        let code = world.t.node.region.text
        _ = await world.v1.post("/demo/v1/link", "{\"peer\":\"\(code)\",\"repeat\":true}")
        _ = await world.v1.act("note", number, ",\"note\":\"重发一次\"")
        _ = await world.v1.post("/api/v1/sync", "{}")
        await script.eventually("同一报文发两遍，县里只多一条") {
            let mine = await world.v1.file(number)?["events"]?.array?.count ?? -1
            let theirs = await world.c.file(number)?["events"]?.array?.count ?? -2
            return mine == theirs
        }
    }

    private static func serial(_ number: String) -> Int {
        Int(number.dropFirst(20).prefix(5)) ?? -1
    }
}
