import Base

/// The rules of a topology file that a schema cannot say.
enum TopologyRules {
    static let levels = ["province", "city", "county", "town", "village"]

    /// What is wrong, one sentence each, in the order of the file.
    static func faults(in topology: JSON) -> [String] {
        let nodes = topology["nodes"]?.array ?? []
        var levelOf: [String: Int] = [:]
        var addresses: Set<String> = []
        var faults: [String] = nodes.isEmpty ? ["no nodes"] : []
        for node in nodes {
            let region = node["region"]?.text ?? ""
            if RegionCode(region) == nil { faults.append("\(region) is no region code") }
            if levelOf[region] != nil { faults.append("\(region) stands twice") }
            if !addresses.insert(node["listen"]?.text ?? "").inserted {
                faults.append("\(region) listens where another does")
            }
            let level = levels.firstIndex(of: node["level"]?.text ?? "")
            if level == nil { faults.append("\(region) has no level") }
            levelOf[region] = level ?? -1
        }
        faults += nodes.flatMap { parentFaults($0, levelOf) }
        for key in ["links", "agreements"] {
            faults += (topology[key]?.array ?? []).flatMap { linkFaults($0, levelOf) }
        }
        return faults
    }

    /// A parent is one level up, so that parents cannot form a cycle either; and the codes of
    /// the statistics bureau nest.
    private static func parentFaults(_ node: JSON, _ levelOf: [String: Int]) -> [String] {
        guard let parent = node["parent"]?.text, let region = node["region"]?.text else {
            return []
        }
        guard let above = levelOf[parent], let level = levelOf[region] else {
            return ["\(region) has a parent that is no node"]
        }
        if above != level - 1 { return ["\(region) has a parent that is not one level up"] }
        let digits = [2, 4, 6, 9, 12][above]
        if region.prefix(digits) != parent.prefix(digits) {
            return ["\(region) lies outside its parent"]
        }
        return []
    }

    private static func linkFaults(_ link: JSON, _ levelOf: [String: Int]) -> [String] {
        let ends = [link["a"]?.text ?? "", link["b"]?.text ?? ""]
        var faults = ends.filter { levelOf[$0] == nil }.map { "a link ends at \($0), no node" }
        if ends[0] == ends[1] { faults.append("a link joins \(ends[0]) to itself") }
        if ends.contains(where: { levelOf[$0] != nil && levelOf[$0] != 2 }) {
            faults.append("a link joins two counties")
        }
        return faults
    }
}
