import Support

/// House rule 11: what the compiler cannot check is rare, has a reason beside it, and only falls.
enum UnsafeRules {
    /// Lines with an unsafe word, per room. Lower a number whenever the count falls; raising one
    /// needs a decision record.
    static let linesMax = ["Crypto": 23, "Disk": 5, "Network": 41, "Store": 15, "Threads": 5]

    private static let word = Pattern(
        #"@unchecked\s+Sendable|nonisolated\(unsafe\)|unsafeBitCast|withUnsafe|Unsafe|\bunsafe\b"#)
    private static let isolation = Pattern(#"@unchecked\s+Sendable|nonisolated\(unsafe\)"#)

    /// Unsafe words outside the rooms that may have them, and unchecked isolation without a why.
    static func file(_ file: SourceTree.File) -> [Finding] {
        let room = Tree.room(of: file.path) ?? ""
        let mayBeUnsafe = Tree.unsafeRooms.contains(room)
        return Code.lines(of: file).enumerated().compactMap { index, line in
            if !mayBeUnsafe, word.matches(line) {
                return Finding(
                    path: file.path, line: index + 1,
                    message: "unsafe words stand only in \(Tree.unsafeRooms)")
            }
            if isolation.matches(line), !hasReason(file.lines, index) {
                return Finding(
                    path: file.path, line: index + 1,
                    message: "unchecked isolation has its reason beside it")
            }
            return nil
        }
    }

    /// Rooms that have more unsafe lines than they are allowed.
    static func rooms(_ files: [SourceTree.File], linesMax: [String: Int]) -> [Finding] {
        var counts: [String: Int] = [:]
        for file in files {
            guard let room = Tree.room(of: file.path), Tree.unsafeRooms.contains(room) else {
                continue
            }
            counts[room, default: 0] += Code.lines(of: file).count { word.matches($0) }
        }
        return counts.sorted { $0.key < $1.key }.compactMap { room, count in
            let most = linesMax[room] ?? 0
            guard count > most else { return nil }
            return Finding(
                path: "Sources/SyncNode/\(room)", line: 0,
                message: "\(count) unsafe lines; at most \(most), and only falling")
        }
    }

    /// A comment on the line itself or in the three above it.
    private static func hasReason(_ lines: [String], _ index: Int) -> Bool {
        lines[max(0, index - 3)...index].contains { $0.contains("//") }
    }
}
