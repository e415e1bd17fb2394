import Base
import Disk
import Network
import Runtime

/// `demo`: a whole topology as processes on this machine; with `once` the scenarios are played
/// against them.
package enum Demo {
    /// How the demo is to run.
    package struct Options: Sendable {
        /// The topology file.
        package var topology: String
        /// Where the nodes live; nil takes a folder that is made for it.
        package var data: String?
        /// The first node's port, the others follow; nil takes what the file says, or, where
        /// another has those ports, the next that are free.
        package var port: Int?
        /// Leaves the folder where it is.
        package var keeps = false
        /// Plays the scenarios and ends.
        package var once = false
        /// Plays scenario A and ends, the station's process killed at every step.
        package var kills = false
        /// Measures so many rollouts and ends; 0 for none.
        package var publishes = 0

        package init(topology: String) { self.topology = topology }
    }

    /// Runs it.
    ///
    /// - Returns: The exit code.
    package static func run(_ options: Options) async throws -> Int32 {
        let topology = try Topology.read(options.topology)
        let ports = try DemoPorts(of: topology, from: options.port)
        guard let folder = options.data ?? SmallFile.temporaryFolder("syncnode-demo") else {
            throw NodeRuntime.Failure("no folder could be made below /tmp", exitCode: 1)
        }
        let county = try DemoCounty(topology: topology, data: folder, ports: ports)
        let isScratch = options.data == nil && !options.keeps
        let stopping = Task {
            _ = await Blocking.run { ProcessSignal.wait() }
            await end(county, isScratch ? folder : nil)
            // What is being played would go on with nodes that are gone.
            Console.exit(options.isPlayed ? 130 : 0)
        }
        do {
            let code = try await play(options, county)
            if options.isPlayed {
                await end(county, isScratch ? folder : nil)
                return code
            }
            Console.say("数据在 \(folder)；按 Ctrl-C 停止全部节点")
            await stopping.value
            return code
        } catch {
            await end(county, isScratch ? folder : nil)
            throw error
        }
    }

    private static func play(_ options: Options, _ county: DemoCounty) async throws -> Int32 {
        try await county.start()
        try await county.enterStaff()
        let seed = DemoSeed(county: county)
        try await seed.plant()
        if options.publishes > 0 {
            return await DemoPublish(county: county).play(rounds: options.publishes)
        }
        await seed.plantCases()
        if options.kills { return await DemoScript(county: county).playKilled() }
        if options.once { return await DemoScript(county: county).play() }
        await county.settle()
        Console.print(await county.table())
        Console.print("账户（口令都是 \(DemoStaff.password)，登录在各节点地址）")
        for line in DemoStaff.lines(county.levels) { Console.print("  " + line) }
        return 0
    }

    /// - Parameter scratch: The folder that goes with it.
    private static func end(_ county: DemoCounty, _ scratch: String?) async {
        await county.stop()
        if let scratch { ScratchFolder.remove(scratch) }
    }
}

extension Demo.Options {
    /// Whether something is played that comes to an end by itself.
    fileprivate var isPlayed: Bool { once || kills || publishes > 0 }
}
