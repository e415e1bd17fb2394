import Base
import Disk
import Domain
import Runtime

/// Where a link stays cut, a file carries what it would have brought: inside a county and
/// between two.
struct DemoCarriage: Sendable {
    let script: DemoScript
    let world: DemoWorld

    func play() async {
        guard let folder = SmallFile.temporaryFolder("syncnode-demo") else {
            script.fact("交换包有地方放", false)
            return
        }
        await inside(folder)
        await across(folder)
        ScratchFolder.remove(folder)
    }

    /// A village's case on a stick to its town, and the receipt back.
    private func inside(_ folder: String) async {
        let (v1, t) = (world.v1, world.t)
        await world.link(v1, t, cut: true)
        let number = await world.receive(v1, DemoSeed.Item.pension, "陈桂香")
        let file = folder + "/up"
        let isMade = await v1.run(
            ["export", "--data", v1.data, "--for", t.node.region.text, "--out", file])
        script.fact("断网时焦庄村导出交换包", isMade.code == 0)
        let taken = await t.run(["import", "--data", t.data, file])
        let isThere = await t.has(number)
        script.fact(
            "玫瑰镇导入交换包，办件到了，链路仍断",
            taken.code == 0 && taken.json["refused"]?.int == 0 && isThere)
        let again = await t.run(["import", "--data", t.data, file])
        script.fact("同一个包再导入一次，什么也不变", again.json["admitted"]?.int == 0)
        let receipt = await v1.run(["import", "--data", v1.data, file + ".receipt"])
        script.fact(
            "回执带回焦庄村", receipt.code == 0 && receipt.json["purpose"]?.text == "receipt")
        await world.link(v1, t, cut: false)
        await script.eventually("链路恢复，县里只有一件") {
            await world.numbers(world.c).filter { $0 == number }.count == 1
        }
    }

    /// A hand-over to the other county by file, and its progress back by file.
    private func across(_ folder: String) async {
        let (c, lc) = (world.c, world.lc)
        await world.link(c, lc, cut: true)
        let number = await world.receive(world.t2, DemoSeed.Item.disability, "周凤英")
        _ = await world.t2.act("offer", number, ",\"to\":\"371502101000\"")
        await script.eventually("移交停在县里，等待送出") {
            await c.file(number)?["frozen"]?.bool == true
        }
        await carry(from: c, to: lc, folder + "/out", "移交包随文件到达东昌府区")
        await script.eventually("沙镇镇签收随文件来的办件") { await world.lt.act("sign", number) }
        await script.eventually("东昌府区知道已签收") {
            await lc.file(number)?["holder"]?.text == world.lt.node.region.text
        }
        await carry(from: lc, to: c, folder + "/back", "对方的进展随文件回来")
        await script.eventually("榆山街道看到对方已签收") {
            await world.t2.file(number)?["status"]?.text == "handed"
        }
        let deciders = await world.deciders(number)
        script.fact("全程一处能决定（\(deciders.joined())）", deciders.count == 1)
        await world.link(c, lc, cut: false)
    }

    private func carry(
        from: DemoMember, to: DemoMember, _ file: String, _ sentence: String
    ) async {
        let made = await from.run(
            ["export", "--data", from.data, "--for", to.node.region.text, "--out", file])
        let taken = await to.run(["import", "--data", to.data, file])
        script.fact(
            sentence,
            made.code == 0 && taken.code == 0 && (taken.json["admitted"]?.int ?? 0) > 0)
    }
}
