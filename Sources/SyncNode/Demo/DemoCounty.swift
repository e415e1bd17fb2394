import Account
import Base
import Domain
import Network
import Runtime

/// All nodes of a topology as processes on this machine.
final class DemoCounty: Sendable {
    let topology: Topology
    let members: [DemoMember]
    let ports: DemoPorts
    let data: String
    /// What its clocks say at the start; nil for the machine's.
    private let begin: Instant?
    private let client: HTTPClient

    init(
        topology: Topology, data: String, ports: DemoPorts, begin: Instant? = nil
    ) throws(NodeRuntime.Failure) {
        self.topology = topology
        self.data = data
        self.begin = begin
        let client: HTTPClient
        do throws(NetworkError) {
            client = try HTTPClient()
        } catch {
            throw NodeRuntime.Failure(error.advice.english, exitCode: 4)
        }
        self.client = client
        let program = ProgramPath.own
        self.ports = ports
        members = zip(topology.topDown, ports.nodes).map { node, port in
            DemoMember(
                node: node, data: "\(data)/\(node.region.text)", listen: "127.0.0.1:\(port)",
                program: program, client: client, begin: begin?.rfc3339)
        }
    }

    func member(_ code: String) -> DemoMember? {
        members.first { $0.node.region.text == code }
    }

    /// Makes what is not there yet, starts every node, parents first, and links neighbours.
    func start() async throws(NodeRuntime.Failure) {
        do throws(KeyFiles.Failure) {
            try SmallFile.makeFolder(data)
        } catch {
            throw NodeRuntime.Failure(error.sentence, exitCode: 1)
        }
        for member in members {
            if !SmallFile.exists(member.data + "/node.db") {
                let parent = member.node.parent.flatMap { self.member($0.text) }
                _ = try await NodeSetup(
                    data: member.data, code: member.node.region, name: member.node.name,
                    suite: .sha256Ed25519, parentURL: parent?.url, begin: begin
                ).run()
            }
            try await member.start()
        }
        for link in topology.links {
            guard let a = member(link.a.text), let b = member(link.b.text) else { continue }
            let known = await a.get("/api/v1/peers")
            if "\(known)".contains(link.b.text) { continue }
            // Who is dialled must know the other first.
            _ = await b.post("/sync/v1/partner", "{\"url\":\"\(a.url)\",\"dial\":false}")
            _ = await a.post("/sync/v1/partner", "{\"url\":\"\(b.url)\",\"dial\":true}")
        }
    }

    /// The accounts of every node.
    func enterStaff() async throws(NodeRuntime.Failure) {
        let record = PasswordRecord(
            DemoStaff.password, salt: SystemRandom.bytes(Limits.saltBytes))
        for member in members { try await DemoStaff.enter(at: member, record) }
    }

    /// The levels of its nodes, from the top.
    var levels: [Level] {
        Level.allCases.filter { level in members.contains { $0.node.level == level } }
    }

    /// Ends every process by its id, children first.
    func stop() async {
        for member in members.reversed() { await member.stop(ProcessSignal.terminate) }
        client.stop()
    }

    /// Waits until each node calls all its peers online, at most ten seconds; the table says
    /// then what is so.
    func settle() async {
        for member in members {
            for _ in 0..<100 {
                let peers = await member.get("/api/v1/status")["peers"]?.array ?? []
                if peers.allSatisfy({ $0["state"]?.text == "online" }) { break }
                do { try await Task.sleep(for: .milliseconds(100)) } catch { return }
            }
        }
    }

    /// One line a node, for people.
    func table() async -> String {
        var table = TextTable(heads: ["节点", "级别", "地址", "进程", "变更", "办件", "对端"])
        for member in members {
            let status = await member.get("/api/v1/status")
            let cases = await member.get("/api/v1/cases?limit=200")["cases"]?.array?.count
            let peers = (status["peers"]?.array ?? []).map { peer in
                "\(peer["name"]?.text ?? "?"):\(Self.state(peer["state"]?.text))"
            }
            table.add([
                member.node.name, Self.level(member.node.level), "\(member.url)/",
                "\(member.pid ?? 0)", "\(status["changes"]?.int ?? 0)",
                cases.map { "\($0)" } ?? "?", peers.joined(separator: " "),
            ])
        }
        return table.text
    }

    private static func state(_ state: String?) -> String {
        switch state {
        case "online": "在线"
        case "offline": "离线"
        default: state ?? "?"
        }
    }

    static func level(_ level: Level) -> String {
        switch level {
        case .province: "省"
        case .city: "市"
        case .county: "县"
        case .town: "镇"
        case .village: "村"
        }
    }
}

/// Where this program's file is.
enum ProgramPath {
    static var own: String { SmallFile.target(of: "/proc/self/exe") ?? CommandLine.arguments[0] }
}
