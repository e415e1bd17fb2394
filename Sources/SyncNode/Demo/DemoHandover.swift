import Base
import Domain
import Runtime

/// Scenario C: a case to another county and back, with the link cut in the middle.
struct DemoHandover: Sendable {
    let script: DemoScript
    let world: DemoWorld

    func play() async {
        let number = await world.receive(world.t2, DemoSeed.Item.disability, "李某")
        script.fact("榆山街道收件 \(number)", number.utf8.count == 26)
        await world.link(world.c, world.lc, cut: true)
        script.fact(
            "移交给沙镇镇", await world.t2.act("offer", number, ",\"to\":\"371502101000\""))
        await script.eventually("断网时责任在县，冻结待移交") {
            let file = await world.c.file(number)
            return file?["holder"]?.text == "370124000000" && file?["frozen"]?.bool == true
        }
        await oneDecider(number, "链路断开时")
        let refused = await world.t2.command(
            "{\"command\":\"case.accept\",\"case\":\"\(number)\"}")
        script.fact("非保管节点不能受理", refused.status == 409 || refused.status == 403)

        let code = world.lc.node.region.text
        _ = await world.c.post("/demo/v1/link", "{\"peer\":\"\(code)\",\"repeat\":true}")
        await world.link(world.c, world.lc, cut: false)
        _ = await world.c.post("/api/v1/sync", "{}")
        await script.eventually("沙镇镇收到待签收的办件") {
            await world.lt.has(number)
        }
        await oneDecider(number, "到达对方县后")
        await script.eventually("沙镇镇签收") { await world.lt.act("sign", number) }
        await oneDecider(number, "签收后")
        script.fact("沙镇镇受理", await world.lt.act("accept", number))
        script.fact(
            "沙镇镇上送东昌府区",
            await world.lt.act("offer", number, ",\"to\":\"371502000000\""))
        await script.eventually("东昌府区签收") { await world.lc.act("sign", number) }
        await oneDecider(number, "上送后")
        script.fact(
            "东昌府区决定准予",
            await world.lc.act("decide", number, ",\"outcome\":\"grant\""))
        await script.eventually("结果回到榆山街道") {
            await world.t2.file(number)?["outcome"]?.text == "grant"
        }
        script.fact("榆山街道送达", await world.t2.act("deliver", number))
        await script.eventually("东昌府区看到已送达") {
            await world.lc.file(number)?["status"]?.text == "delivered"
        }
        await oneDecider(number, "送达后")
        var outside: [String] = []
        for member in [world.v1, world.v2, world.t] where await member.has(number) {
            outside.append(member.node.name)
        }
        script.fact("范围之外的节点没有这件", outside.isEmpty)
    }

    private func oneDecider(_ number: String, _ when: String) async {
        let found = await world.deciders(number)
        script.fact("\(when)至多一处能决定（\(found.joined())）", found.count <= 1)
    }
}
