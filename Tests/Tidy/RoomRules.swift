import Support

/// Who may know whom: the `rooms` table of Package.swift against the imports of each room.
enum RoomRules {
    /// Modules of the toolchain that a shell room may use. Pure rooms use none.
    static let shellModules = ["Glibc", "Synchronization"]

    private static let row = Pattern(#"\(\s*"(\w+)",\s*\[([^\]]*)\]\s*,?\s*\)"#)
    private static let name = Pattern(#""(\w+)""#)
    private static let statement = Pattern(
        #"^\s*((?:@\w+(?:\([^)]*\))?\s+|package\s+|public\s+|internal\s+|private\s+|fileprivate\s+)*)"#
            + #"import\s+(?:struct\s+|class\s+|enum\s+|func\s+|protocol\s+|var\s+)?(\w+)"#)

    /// The rows of the `rooms` table: room → whom it may know.
    static func table(of package: SourceTree.File) -> [String: [String]] {
        guard let start = package.text.range(of: "let rooms:")?.upperBound else { return [:] }
        let rest = String(package.text[start...])
        let table = rest.range(of: "\n]").map { String(rest[..<$0.lowerBound]) } ?? rest
        var rooms: [String: [String]] = [:]
        for groups in row.allGroups(in: table) {
            rooms[groups[1]] = name.allGroups(in: groups[2]).map { $0[1] }
        }
        return rooms
    }

    static func file(_ file: SourceTree.File, table: [String: [String]]) -> [Finding] {
        guard let room = Tree.room(of: file.path) else { return [] }
        guard let knows = table[room] else {
            return [Finding(path: file.path, line: 0, message: "no room named \(room)")]
        }
        let allowed = Tree.pureRooms.contains(room) ? knows : knows + shellModules
        var findings: [Finding] = []
        for (index, line) in Code.lines(of: file).enumerated() {
            guard let groups = statement.groups(in: line) else { continue }
            func add(_ message: String) {
                findings.append(Finding(path: file.path, line: index + 1, message: message))
            }
            let module = groups[2]
            if !allowed.contains(module) { add("\(room) may not know \(module)") }
            let isLibrary = knows.contains(module) && table[module] == nil
            if isLibrary, Pattern(#"package|public|exported"#).matches(groups[1]) {
                add("\(module) stays inside its room")
            }
        }
        return findings
    }
}
