import Base
import Network
import Runtime

/// Where the nodes of a demo listen: on ports of this machine that no other demo has.
struct DemoPorts: Sendable {
    /// For the nodes, in the order in which they start.
    let nodes: [Int]
    /// For a copy of a node, and for the county of scenario B.
    let spare: [Int]
    /// Held as long as the demo runs; nil where whoever made this holds it.
    private let claim: PortClaim?

    static let spareCount = 9
    /// Where the file says nothing.
    static let first = 8370

    /// Ports that follow each other, unclaimed.
    init(_ first: Int, nodes: Int, spare: Int = 0) {
        self.nodes = Array(first..<first + nodes)
        self.spare = Array(first + nodes..<first + nodes + spare)
        claim = nil
    }

    /// - Parameter first: As the user wishes it; nil for what the file says, or, where another
    ///   has those, the next ports that are free.
    /// - Throws: exit code 2 where there are none.
    init(of topology: Topology, from first: Int?) throws(NodeRuntime.Failure) {
        do throws(NetworkError) {
            if let first {
                self = try DemoPorts(first, of: topology)
            } else {
                self = try DemoPorts(of: topology)
            }
        } catch {
            throw NodeRuntime.Failure(
                error.advice.english, chinese: error.advice.chinese, exitCode: 2)
        }
    }

    /// What the file says, or the next that are free.
    private init(of topology: Topology) throws(NetworkError) {
        let said = try Self.ports(of: topology)
        var last = said.max() ?? Self.first
        do throws(NetworkError) {
            self = try DemoPorts(said, spare: Array(last + 1...last + Self.spareCount))
        } catch .portInUse(let address) {
            for _ in 0..<Limits.portRangesMax {
                do throws(NetworkError) {
                    let free = try DemoPorts(last + 1 + Self.spareCount, of: topology)
                    Console.say(
                        "\(address) 已被占用，本次从 \(free.nodes[0]) 起 · \(address) is in use: this "
                            + "demo listens from \(free.nodes[0]) on")
                    self = free
                    return
                } catch .portInUse {
                    last += topology.nodes.count + Self.spareCount
                }
            }
            throw .portInUse(address)
        }
    }

    private init(_ first: Int, of topology: Topology) throws(NetworkError) {
        let unclaimed = DemoPorts(first, nodes: topology.nodes.count, spare: Self.spareCount)
        try self.init(unclaimed.nodes, spare: unclaimed.spare)
    }

    private init(_ nodes: [Int], spare: [Int]) throws(NetworkError) {
        guard (nodes + spare).allSatisfy({ $0 <= 65_535 }) else {
            throw .badAddress("127.0.0.1:\(nodes[0])–\((nodes + spare).max() ?? 0)")
        }
        claim = try PortClaim(nodes + spare)
        self.nodes = nodes
        self.spare = spare
    }

    /// - Throws: `badAddress` where a node of the file listens beyond this machine.
    private static func ports(of topology: Topology) throws(NetworkError) -> [Int] {
        var ports: [Int] = []
        for node in topology.topDown {
            guard let listen = node.listen else {
                return Array(first..<first + topology.nodes.count)
            }
            let endpoint = try Endpoint(listen)
            guard endpoint.isLoopback, endpoint.port > 0 else { throw .badAddress(listen) }
            ports.append(Int(endpoint.port))
        }
        return ports
    }
}
