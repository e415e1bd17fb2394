import Base
import Disk
import Network
import Runtime

/// `demo`: a whole topology as processes on this machine; with `once` the scenarios are played
/// against them.
package enum Demo {
    /// - Parameters:
    ///   - data: Where the nodes live; nil takes a folder that is made for it.
    ///   - port: The first node's port; the others follow.
    ///   - keeps: Leaves the folder where it is.
    ///   - once: Plays the scenarios and ends.
    ///   - kills: Plays scenario A and ends, the station's process killed at every step.
    ///   - publishes: Measures so many rollouts and ends; 0 for none.
    /// - Returns: The exit code.
    package static func run(
        topology path: String, data: String?, port: Int, keeps: Bool, once: Bool, kills: Bool,
        publishes: Int
    ) async throws -> Int32 {
        let topology = try Topology.read(path)
        guard let folder = data ?? SmallFile.temporaryFolder("syncnode-demo") else {
            throw NodeRuntime.Failure("no folder could be made below /tmp", exitCode: 1)
        }
        let county = try DemoCounty(topology: topology, data: folder, port: port)
        do {
            try await county.start()
            try await county.enterStaff()
            let seed = DemoSeed(county: county)
            try await seed.plant()
            if publishes == 0 { await seed.plantCases() }
            var code: Int32 = 0
            if publishes > 0 {
                code = await DemoPublish(county: county).play(rounds: publishes)
            } else if kills {
                code = await DemoScript(county: county).playKilled()
            } else if once {
                code = await DemoScript(county: county).play()
            } else {
                await county.settle()
                Console.print(await county.table())
                Console.print("账户（口令都是 \(DemoStaff.password)，登录在各节点地址）")
                for line in DemoStaff.lines(county.levels) { Console.print("  " + line) }
                Console.say("数据在 \(folder)；按 Ctrl-C 停止全部节点")
                _ = await Blocking.run { ProcessSignal.wait() }
            }
            await county.stop()
            if data == nil, !keeps { ScratchFolder.remove(folder) }
            return code
        } catch {
            await county.stop()
            throw error
        }
    }
}
