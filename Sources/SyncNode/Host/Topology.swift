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
        /// The same in Chinese.
        package let chinese: String

        fileprivate init(_ place: Place, _ english: String, _ chinese: String) {
            sentence = "\(place.english): \(english)"
            self.chinese = "\(place.chinese)：\(chinese)"
        }

        fileprivate init(_ failure: KeyFiles.Failure) {
            sentence = failure.sentence
            chinese = failure.chinese
        }
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
            throw Failure(
                Place(path, bytes, error.offset), "no JSON (\(error.reason))",
                "不是 JSON（\(error.reason)）")
        }
        guard json["version"]?.int == 1 else {
            throw Failure(Place(path), "\"version\" must be 1", "version 应为 1")
        }
        name = json["name"]?.text ?? path
        let places = Places(path: path, bytes: bytes)
        var nodes: [Node] = []
        for (index, entry) in (json["nodes"]?.array ?? []).enumerated() {
            nodes.append(try Self.node(entry, place: places["nodes", index]))
        }
        guard !nodes.isEmpty else { throw Failure(Place(path), "\"nodes\" is empty", "nodes 为空") }
        var links: [Link] = []
        for (index, entry) in (json["links"]?.array ?? []).enumerated() {
            guard let a = entry["a"]?.text.flatMap(RegionCode.init(_:)),
                let b = entry["b"]?.text.flatMap(RegionCode.init(_:))
            else {
                throw Failure(places["links", index], "two codes are needed", "需要两个区划代码 a、b")
            }
            links.append(Link(a: a, b: b))
        }
        try Self.check(nodes, places)
        try Self.check(links, of: nodes, places)
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
            throw Failure(error)
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

    private static func node(
        _ entry: JSON, place: @autoclosure () -> Place
    ) throws(Failure) -> Node {
        guard let region = entry["region"]?.text.flatMap(RegionCode.init(_:)) else {
            throw Failure(place(), "\"region\" must be a code of 12 digits", "region 应为 12 位区划代码")
        }
        guard let name = entry["name"]?.text, !name.isEmpty else {
            throw Failure(place(), "\"name\" is missing", "缺少 name")
        }
        guard name.utf8.count <= Limits.regionNameBytesMax else {
            throw Failure(
                place(), "\"name\" has more than \(Limits.regionNameBytesMax) bytes",
                "name 超过 \(Limits.regionNameBytesMax) 字节")
        }
        guard let level = entry["level"]?.text.flatMap(Level.init(rawValue:)) else {
            throw Failure(place(), "\"level\" is no tier", "level 不是一个层级")
        }
        guard level == Level(of: region) else {
            throw Failure(
                place(),
                "\(region.text) is the code of a \(Level(of: region).rawValue), "
                    + "not of a \(level.rawValue)",
                "\(region.text) 的层级是 \(Level(of: region).rawValue)，不是 \(level.rawValue)")
        }
        let parent = entry["parent"]?.text
        guard parent == nil || parent.flatMap(RegionCode.init(_:)) != nil else {
            throw Failure(
                place(), "\"parent\" must be a code of 12 digits or null",
                "parent 应为 12 位区划代码或 null")
        }
        let listen = entry["listen"]?.text
        guard entry["listen"] == nil || listen.map(isAddress) == true else {
            throw Failure(place(), "\"listen\" must be ADDRESS:PORT", "listen 应为 地址:端口")
        }
        return Node(
            region: region, name: name, level: level,
            parent: parent.flatMap(RegionCode.init(_:)), listen: listen)
    }

    /// Whether a text ends in the number of a port, with something before it.
    private static func isAddress(_ text: String) -> Bool {
        guard let colon = text.lastIndex(of: ":"), colon > text.startIndex else { return false }
        return UInt16(text[text.index(after: colon)...]).map { $0 > 0 } ?? false
    }

    private static func check(_ nodes: [Node], _ places: Places) throws(Failure) {
        var known: [RegionCode: Node] = [:]
        var listens = Set<String>()
        for (index, node) in nodes.enumerated() {
            guard known.updateValue(node, forKey: node.region) == nil else {
                throw Failure(
                    places["nodes", index], "\(node.region.text) stands there twice",
                    "\(node.region.text) 出现了两次")
            }
            if let listen = node.listen, !listens.insert(listen).inserted {
                throw Failure(
                    places["nodes", index], "another node listens on \(listen)",
                    "另一个节点也监听 \(listen)")
            }
        }
        for (index, node) in nodes.enumerated() {
            var seen: Set<RegionCode> = []
            var next: RegionCode? = node.region
            while let code = next {
                guard seen.insert(code).inserted else {
                    throw Failure(
                        places["nodes", index], "\(node.region.text) is its own ancestor",
                        "\(node.region.text) 是自己的上级")
                }
                guard let found = known[code] else {
                    throw Failure(
                        places["nodes", index], "parent \(code.text) is not a node",
                        "上级 \(code.text) 不在文件里")
                }
                next = found.parent
            }
            guard let parent = node.parent.flatMap({ known[$0] }) else { continue }
            guard Self.rank(parent.level) < Self.rank(node.level) else {
                throw Failure(
                    places["nodes", index],
                    "a \(parent.level.rawValue) is no parent of a \(node.level.rawValue)",
                    "\(parent.level.rawValue) 不能是 \(node.level.rawValue) 的上级")
            }
        }
    }

    private static func rank(_ level: Level) -> Int {
        Level.allCases.firstIndex(of: level) ?? 0
    }

    private static func check(
        _ links: [Link], of nodes: [Node], _ places: Places
    ) throws(Failure) {
        let known = Set(nodes.map(\.region))
        for (index, link) in links.enumerated() {
            for end in [link.a, link.b] where !known.contains(end) {
                throw Failure(
                    places["links", index], "link end \(end.text) is not a node",
                    "连接的一端 \(end.text) 不在文件里")
            }
            guard link.a != link.b else {
                throw Failure(
                    places["links", index], "a link is between two nodes", "连接的两端应是两个节点")
            }
        }
    }
}

/// A place in a file, as both languages name it.
private struct Place {
    let english: String
    let chinese: String

    /// - Parameter offset: Where it begins; nil where that is not known.
    init(
        _ path: String, _ bytes: [UInt8] = [], _ offset: Int? = nil, _ entry: String = ""
    ) {
        let line = offset.map { bytes.prefix($0).count { $0 == 0x0a } + 1 }
        english = path + (line.map { ", line \($0)" } ?? "") + entry
        chinese = path + (line.map { " 第 \($0) 行" } ?? "") + entry
    }
}

/// Names the entries of a file's lists: by their number, and by the line where they begin.
private struct Places {
    let path: String
    let bytes: [UInt8]

    subscript(_ list: String, _ index: Int) -> Place {
        Place(path, bytes, start(list, index), ", \(list)[\(index)]")
    }

    /// Where an entry begins. Looked for only where something is wrong with it.
    private func start(_ list: String, _ wanted: Int) -> Int? {
        let range: Range<Int>
        do throws(JSONError) {
            var scanner = try JSONScanner(bytes)
            guard let member = try scanner.member(list) else { return nil }
            range = member.value
        } catch {
            return nil
        }
        var (depth, index, isText, offset) = (0, 0, false, range.lowerBound)
        while offset < range.upperBound {
            let byte = bytes[offset]
            if isText {
                if byte == UInt8(ascii: "\\") { offset += 1 }
                if byte == UInt8(ascii: "\"") { isText = false }
            } else {
                let isSpace = byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09
                if depth == 1, index == wanted, !isSpace { return offset }
                switch byte {
                case UInt8(ascii: "\""): isText = true
                case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
                case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
                case UInt8(ascii: ","): if depth == 1 { index += 1 }
                default: break
                }
            }
            offset += 1
        }
        return nil
    }
}
