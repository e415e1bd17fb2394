import Base
import Domain
import Runtime

/// Scenario B, the part that stands on the log: one publish, known to have arrived everywhere.
struct DemoRollout: Sendable {
    let script: DemoScript
    let world: DemoWorld

    func play() async {
        let code = DemoSeed.Item.allowance
        let materials = DemoSeed.allowanceMaterials.filter { $0.code != "M3" }
        await world.link(world.v1, world.t, cut: true)
        let isPublished = await world.c.say(
            DemoSeed.item(
                code, "高龄津贴认定", handling: "承诺件", legal: 20, promised: 3,
                materials: materials, base: 1))
        script.fact("县里发布事项新版本", isPublished)
        await script.eventually("四个在线节点已达，焦庄村待达") {
            let board = await world.c.get("/api/v1/items/\(code)/rollout")
            return board["reached"]?.int == 4 && board["stations"]?.int == 5
        }
        await world.link(world.v1, world.t, cut: false)
        await script.eventually("链路恢复后五个节点全部已达，回执在县") {
            let board = await world.c.get("/api/v1/items/\(code)/rollout")
            return board["version"]?.int == 2 && board["reached"]?.int == 5
        }
        let answer = await world.t.command(
            DemoSeed.item(
                code, "改名", handling: "承诺件", legal: 20, promised: 3, materials: materials,
                base: 2))
        script.fact("下级改统一要素被拒", (400...499).contains(answer.status))
    }
}
