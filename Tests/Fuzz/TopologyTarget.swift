import Base
import Runtime

/// A topology file.
enum TopologyTarget {
    static func feed(_ bytes: [UInt8]) {
        do throws(Topology.Failure) {
            let topology = try Topology(bytes, path: "file")
            let ordered = topology.topDown
            invariant(ordered.count == topology.nodes.count, "every node has its place")
            let again = try Topology(write(topology), path: "file")
            invariant(again == topology, "decode after encode is identity")
        } catch {
            invariant(error.sentence.hasPrefix("file"), "a sentence names the place")
        }
    }

    private static func write(_ topology: Topology) -> [UInt8] {
        let nodes = topology.nodes.map { node -> JSON in
            [
                "region": .text(node.region.text), "name": .text(node.name),
                "level": .text(node.level.rawValue),
                "parent": node.parent.map { .text($0.text) } ?? .null,
                "listen": node.listen.map { .text($0) } ?? .null,
            ]
        }
        let links = topology.links.map { link -> JSON in
            ["a": .text(link.a.text), "b": .text(link.b.text)]
        }
        var writer = JSONWriter()
        writer.value(
            [
                "version": 1, "name": .text(topology.name), "nodes": .array(nodes),
                "links": .array(links),
            ])
        return writer.bytes
    }

    static let seeds: [[UInt8]] = [
        #"{"version":1,"name":"甲","nodes":[{"region":"370124000000","name":"C","level":"county","#
            + #""parent":null,"listen":"127.0.0.1:1"},{"region":"370124106000","name":"T","#
            + #""level":"town","parent":"370124000000"}],"links":[{"a":"370124000000","#
            + #""b":"370124106000"}]}"#,
        #"{"version":1,"nodes":[{"region":"370124000000","name":"C","level":"city","parent":"#
            + #""370124000000"}]}"#,
    ].map { Array($0.utf8) }
}
