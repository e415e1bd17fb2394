package import Base
package import Domain

/// A topology file (CONTRACT §4): which nodes there are, where they listen, how they are linked.
package struct Topology: Hashable, Sendable {
    /// One node of the file.
    package struct Node: Hashable, Sendable {
        package let region: RegionCode
        package let name: String
        package let level: Level
        package let parent: RegionCode?
        /// `address:port`; nil where the file leaves it to the program.
        package let listen: String?
    }

    /// An exchange between two nodes of different trees.
    package struct Link: Hashable, Sendable {
        package let a: RegionCode
        package let b: RegionCode
    }

    /// What is wrong with a file: one sentence that names the place and the rule.
    package struct Failure: Error, Hashable, Sendable {
        package let sentence: String
    }

    package let name: String
    package let nodes: [Node]
    package let links: [Link]

    /// - Parameters:
    ///   - bytes: The file.
    ///   - path: Its name, for the sentence.
    package init(_ bytes: [UInt8], path: String) throws(Failure) {
        let json: JSON
        do throws(JSONError) {
            json = try JSON(parsing: bytes)
        } catch {
            let line = bytes.prefix(error.offset).count { $0 == 0x0a } + 1
            throw Failure(sentence: "\(path), line \(line): no JSON (\(error.reason))")
        }
        guard json["version"]?.int == 1 else {
            throw Failure(sentence: "\(path): \"version\" must be 1")
        }
        name = json["name"]?.text ?? path
        var nodes: [Node] = []
        for (index, entry) in (json["nodes"]?.array ?? []).enumerated() {
            let place = "\(path), nodes[\(index)]"
            nodes.append(try Self.node(entry, place: place))
        }
        guard !nodes.isEmpty else { throw Failure(sentence: "\(path): \"nodes\" is empty") }
        var links: [Link] = []
        for (index, entry) in (json["links"]?.array ?? []).enumerated() {
            guard let a = entry["a"]?.text.flatMap(RegionCode.init(_:)),
                let b = entry["b"]?.text.flatMap(RegionCode.init(_:))
            else { throw Failure(sentence: "\(path), links[\(index)]: two codes are needed") }
            links.append(Link(a: a, b: b))
        }
        try Self.check(nodes, links, path: path)
        self.nodes = nodes
        self.links = links
    }

    /// Reads a file.
    /// - Throws: one sentence that names the place and the rule.
    package static func read(_ path: String) throws(Failure) -> Topology {
        let bytes: [UInt8]
        do throws(KeyFiles.Failure) {
            bytes = try SmallFile.read(path, limit: Limits.topologyBytesMax)
        } catch {
            throw Failure(sentence: error.sentence)
        }
        return try Topology(bytes, path: path)
    }

    /// Only the nodes of these codes, and the links between them. Whose parent is none of them
    /// is a root.
    package func only(_ codes: [RegionCode]) -> Topology {
        let kept = nodes.filter { codes.contains($0.region) }.map { node in
            Node(
                region: node.region, name: node.name, level: node.level,
                parent: node.parent.flatMap { codes.contains($0) ? $0 : nil },
                listen: node.listen)
        }
        let between = links.filter { codes.contains($0.a) && codes.contains($0.b) }
        return Topology(name: name, nodes: kept, links: between)
    }

    private init(name: String, nodes: [Node], links: [Link]) {
        self.name = name
        self.nodes = nodes
        self.links = links
    }

    /// Nodes so that every parent stands before its children; else in the file's order.
    package var topDown: [Node] {
        var placed = Set<RegionCode>()
        var ordered: [Node] = []
        var rest = nodes
        while !rest.isEmpty {
            var later: [Node] = []
            for node in rest {
                if node.parent.map({ placed.contains($0) }) ?? true {
                    placed.insert(node.region)
                    ordered.append(node)
                } else {
                    later.append(node)
                }
            }
            invariant(later.count < rest.count, "a checked topology has no cycle")
            rest = later
        }
        return ordered
    }

    private static func node(_ entry: JSON, place: String) throws(Failure) -> Node {
        guard let region = entry["region"]?.text.flatMap(RegionCode.init(_:)) else {
            throw Failure(sentence: "\(place): \"region\" must be a code of 12 digits")
        }
        guard let name = entry["name"]?.text, !name.isEmpty else {
            throw Failure(sentence: "\(place): \"name\" is missing")
        }
        guard name.utf8.count <= Limits.regionNameBytesMax else {
            throw Failure(
                sentence: "\(place): \"name\" has more than \(Limits.regionNameBytesMax) bytes")
        }
        guard let level = entry["level"]?.text.flatMap(Level.init(rawValue:)) else {
            throw Failure(sentence: "\(place): \"level\" is no tier")
        }
        let parent = entry["parent"]?.text
        guard parent == nil || parent.flatMap(RegionCode.init(_:)) != nil else {
            throw Failure(sentence: "\(place): \"parent\" must be a code of 12 digits or null")
        }
        return Node(
            region: region, name: name, level: level,
            parent: parent.flatMap(RegionCode.init(_:)), listen: entry["listen"]?.text)
    }

    private static func check(
        _ nodes: [Node], _ links: [Link], path: String
    ) throws(Failure) {
        var parents: [RegionCode: RegionCode?] = [:]
        for node in nodes {
            guard parents[node.region] == nil else {
                throw Failure(sentence: "\(path): \(node.region.text) stands there twice")
            }
            parents[node.region] = .some(node.parent)
        }
        for node in nodes {
            var seen: Set<RegionCode> = []
            var next: RegionCode? = node.region
            while let code = next {
                guard seen.insert(code).inserted else {
                    throw Failure(sentence: "\(path): \(node.region.text) is its own ancestor")
                }
                guard let parent = parents[code] else {
                    throw Failure(sentence: "\(path): parent \(code.text) is not a node")
                }
                next = parent
            }
        }
        for link in links {
            for end in [link.a, link.b] where parents[end] == nil {
                throw Failure(sentence: "\(path): link end \(end.text) is not a node")
            }
        }
    }
}
