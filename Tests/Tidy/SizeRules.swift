import Support

/// House rule 1: everything is small.
enum SizeRules {
    static let fileLinesMax = 400
    static let functionLinesMax = 70
    static let lineCharactersMax = 100
    static let roomFilesMax = 30

    static func file(_ file: SourceTree.File) -> [Finding] {
        var findings: [Finding] = []
        if file.lines.count > fileLinesMax {
            findings.append(
                Finding(
                    path: file.path, line: 0,
                    message: "\(file.lines.count) lines; a file has at most \(fileLinesMax)"))
        }
        for (index, line) in file.lines.enumerated() where line.count > lineCharactersMax {
            findings.append(
                Finding(
                    path: file.path, line: index + 1,
                    message: "\(line.count) characters; a line has at most \(lineCharactersMax)"))
        }
        return findings
    }

    /// How many files one room has.
    static func rooms(_ files: [SourceTree.File]) -> [Finding] {
        var counts: [String: Int] = [:]
        for file in files {
            if let room = Tree.room(of: file.path) { counts[room, default: 0] += 1 }
        }
        return counts.filter { $0.value > roomFilesMax }.sorted { $0.key < $1.key }.map { room in
            Finding(
                path: "Sources/SyncNode/\(room.key)", line: 0,
                message: "\(room.value) files; a room has at most \(roomFilesMax)")
        }
    }

    private static let function = Pattern(#"(?:^|[^.\w`])(?:func\s|(?:init|deinit)\b\s*[?<({])"#)
    private static let declaration = Pattern(#"(?:^|[^.\w`])(?:func|init|var|let|case)\b"#)

    /// Functions by matching braces: from the line of `func`, `init` or `deinit` to the brace
    /// that closes its body.
    static func functions(_ file: SourceTree.File) -> [Finding] {
        let lines = Code.lines(of: file)
        return lines.indices.compactMap { start in
            guard function.matches(lines[start]) else { return nil }
            guard let end = lastLine(ofFunctionAt: start, lines) else { return nil }
            let length = end - start + 1
            guard length > functionLinesMax else { return nil }
            return Finding(
                path: file.path, line: start + 1,
                message: "\(length) lines; a function has at most \(functionLinesMax)")
        }
    }

    private static func lastLine(ofFunctionAt start: Int, _ lines: [String]) -> Int? {
        var round = 0
        var curly = 0
        for index in start..<lines.count {
            if index > start, round == 0, curly == 0, declaration.matches(lines[index]) {
                return nil  // a requirement of a protocol: no body
            }
            for character in lines[index] {
                switch character {
                case "(", "[": round += 1
                case ")", "]": round -= 1
                case "{": curly += 1
                case "}":
                    curly -= 1
                    if curly == 0, round == 0 { return index }
                    if curly < 0 { return nil }
                default: break
                }
            }
        }
        return nil
    }
}
