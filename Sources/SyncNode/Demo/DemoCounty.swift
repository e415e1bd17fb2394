import Base
import Domain
import Network
import Runtime

/// All nodes of a topology as processes on this machine.
final class DemoCounty: Sendable {
    let topology: Topology
    let members: [DemoMember]
    private let data: String
    private let client: HTTPClient

    init(topology: Topology, data: String, port: Int) throws(NodeRuntime.Failure) {
        self.topology = topology
        self.data = data
        let client: HTTPClient
        do throws(NetworkError) {
            client = try HTTPClient()
        } catch {
            throw NodeRuntime.Failure(error.advice.english, exitCode: 4)
        }
        self.client = client
        let program = ProgramPath.own
        members = topology.topDown.enumerated().map { index, node in
            DemoMember(
                node: node, data: "\(data)/\(node.region.text)",
                listen: "127.0.0.1:\(port + index)", program: program, client: client)
        }
    }

    func member(_ code: String) -> DemoMember? {
        members.first { $0.node.region.text == code }
    }

    /// Makes what is not there yet, starts every node, parents first, and links neighbours.
    func start() async throws(NodeRuntime.Failure) {
        for member in members {
            if !SmallFile.exists(member.data + "/node.db") {
                let parent = member.node.parent.flatMap { self.member($0.text) }
                _ = try await NodeSetup(
                    data: member.data, code: member.node.region, name: member.node.name,
                    suite: .sha256Ed25519, parentURL: parent?.url
                ).run()
            }
            try await member.start()
        }
        for link in topology.links {
            guard let a = member(link.a.text), let b = member(link.b.text) else { continue }
            let known = await a.get("/api/v1/peers")
            if "\(known)".contains(link.b.text) { continue }
            _ = await a.post("/sync/v1/partner", "{\"url\":\"\(b.url)\",\"dial\":true}")
            _ = await b.post("/sync/v1/partner", "{\"url\":\"\(a.url)\",\"dial\":false}")
        }
    }

    /// Ends every process by its id, children first.
    func stop() async {
        for member in members.reversed() { await member.stop(ProcessSignal.terminate) }
        client.stop()
    }

    /// One line a node, for people.
    func table() async -> String {
        var lines = ["节点            级别     地址                     进程   办件  对端"]
        for member in members {
            let status = await member.get("/api/v1/status")
            let peers = (status["peers"]?.array ?? []).map { peer in
                "\(peer["name"]?.text ?? "?"):\(peer["state"]?.text ?? "?")"
            }
            lines.append(
                "\(member.node.name)  \(member.node.level.rawValue)  \(member.url)/  "
                    + "\(member.pid ?? 0)  \(status["changes"]?.int ?? 0)  "
                    + peers.joined(separator: " "))
        }
        return lines.joined(separator: "\n")
    }
}

/// Where this program's file is.
enum ProgramPath {
    static var own: String { SmallFile.target(of: "/proc/self/exe") ?? CommandLine.arguments[0] }
}
