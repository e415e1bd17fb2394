import Support

/// House rule 14, as far as lines show it: a declaration that leaves its room has a doc comment.
///
/// Exempt: stored properties and initialisers (their type's comment speaks for them), what a
/// standard protocol names (`==`, `<`, `hash`), cases, imports, and what implements a port of
/// the project: the port's own comment speaks for it.
enum DocumentRules {
    private static let declaration = Pattern(
        #"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:package|public)(?:\(set\))?\s+"#
            + #"(?:(?:static|mutating|nonmutating|final|nonisolated|consuming|borrowing|override|"#
            + #"convenience|indirect|async|private\(set\)|nonisolated\(unsafe\)|class(?=\s+func))\s+)*"#
            + #"(func|var|subscript|struct|class|enum|actor|protocol|typealias|macro)\b\s*(\S+)"#)
    private static let evident = Pattern(#"^(?:==|<|hash\(into)"#)
    private static let literal = Pattern(#"^\s*@\w+(?:\(.*\))?\s*$"#)

    private static let port = Pattern(#"^package protocol (\w+)"#)
    private static let requirement = Pattern(#"^    (?:mutating )?(?:func|var) (\w+)"#)

    /// The ports that the tree declares, and what each asks for.
    static func ports(_ files: [SourceTree.File]) -> [String: Set<String>] {
        var ports: [String: Set<String>] = [:]
        for file in files {
            var name: String?
            for line in Code.lines(of: file) {
                if let groups = port.groups(in: line) { name = groups[1] }
                if line == "}" { name = nil }
                if let name, let groups = requirement.groups(in: line) {
                    ports[name, default: []].insert(groups[1])
                }
            }
        }
        return ports
    }

    static func file(
        _ file: SourceTree.File, ports: [String: Set<String>] = [:]
    ) -> [Finding] {
        let code = Code.lines(of: file)
        let text = code.joined(separator: "\n")
        let witnessed = ports.filter { port in
            Pattern(#"(?:class|struct|actor|extension) [^{]*\b"# + port.key + #"\b"#)
                .matches(text)
        }.values.reduce(into: Set<String>()) { $0.formUnion($1) }
        return code.indices.compactMap { index in
            guard let groups = declaration.groups(in: code[index]) else { return nil }
            if groups[1] == "var", isStored(code, index) { return nil }
            if groups[1] == "func", evident.matches(groups[2]) { return nil }
            let name = groups[2].prefix { $0.isLetter || $0.isNumber || $0 == "_" }
            if witnessed.contains(String(name)) { return nil }
            var above = index - 1
            while above >= 0, literal.matches(file.lines[above]) { above -= 1 }
            if above >= 0, trimmed(file.lines[above]).hasPrefix("///") { return nil }
            return Finding(
                path: file.path, line: index + 1,
                message: "\(groups[1]) \(groups[2]) has no doc comment")
        }
    }

    /// A property without a body: no brace after it, or one that only observes.
    private static func isStored(_ code: [String], _ index: Int) -> Bool {
        let line = code[index]
        if line.contains("=") && !line.contains("{") { return true }
        guard line.contains("{") else { return true }
        let body = line + (index + 1 < code.count ? code[index + 1] : "")
        return Pattern(#"\{\s*(?:didSet|willSet)\b|=\s*\{"#).matches(body)
    }

    private static func trimmed(_ line: String) -> Substring { line.drop { $0 == " " } }
}
