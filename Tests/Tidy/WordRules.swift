import Support

/// Words that have no place: in pure rooms (rules 3 and 4), in all rooms (rules 2, 6, 7, 14).
enum WordRules {
    private struct Word {
        let pattern: Pattern
        let why: String

        init(_ pattern: String, _ why: String) {
            self.pattern = Pattern(pattern)
            self.why = why
        }
    }

    private static let pure = [
        Word(
            #"\bTask\s*(?:\{|\(|\.|<)|\bwith\w*TaskGroup\b|\basync\s+let\b"#,
            "a pure room starts no task"),
        Word(
            #"\bDate\(|\bContinuousClock\b|\bSuspendingClock\b|\bclock_gettime\b"#,
            "time is an argument"),
        Word(#"\bDispatch\w+"#, "a pure room has no queue"),
        Word(
            #"\brandom\(|RandomNumberGenerator|\.shuffled?\(|\.randomElement\(|\bgetrandom\b"#,
            "randomness is an argument"),
        Word(#"\b(?:debugPrint|print|readLine)\("#, "a pure room has no terminal"),
        Word(#"\bFileHandle\b|\bFileManager\b|\bfopen\("#, "a pure room has no files"),
        Word(#"\b(?:Thread|pthread\w*)\b"#, "a pure room has no thread"),
    ]

    private static let anywhere = [
        Word(#"\btry\?"#, "an error is handled or passed on, never dropped"),
        Word(#"\btry!"#, "an error is handled or passed on, never a trap"),
        Word(
            #"\b(?:fatalError|preconditionFailure|precondition|assertionFailure|assert)\("#,
            "invariant() keeps its message in optimised builds"),
        Word(
            #"\b(?:struct|class|enum|actor|protocol|typealias|extension)\s+"#
                + #"\w*?(?:Util|Utils|Helper|Helpers|Manager|Common|Core)(?![a-z])"#,
            "a name says what the thing is"),
    ]

    private static let prose = [
        Word(#"\b(?:TODO|FIXME|XXX|HACK)\b"#, "no TODO without a decision record")
    ]

    private static let outside = [
        Word(#"^import XCTest\b"#, "tests are written with Swift Testing"),
        Word(
            #"(?<![\w.:*/~-])/(?:work|home|root|Users)/\w"#,
            "a path of one machine has no place in the tree"),
    ]

    /// Tests, scripts and documents: what must not stand there either.
    static func anyFile(_ file: SourceTree.File) -> [Finding] {
        scan(file, file.lines, prose + outside)
    }

    private static let fileName = Pattern(
        #"(?:Util|Utils|Helper|Helpers|Manager|Common|Core)(?![a-z])"#)

    /// - Parameter isTrapAllowed: For the file that holds `invariant` itself.
    static func file(_ file: SourceTree.File, isTrapAllowed: Bool = false) -> [Finding] {
        let code = Code.lines(of: file)
        var findings = anyFile(file)
        let isPure = Tree.room(of: file.path).map(Tree.pureRooms.contains) ?? false
        if isPure { findings += scan(file, code, pure) + dictionaryLoops(file, code) }
        findings += scan(file, code, anywhere).filter { finding in
            !(isTrapAllowed && finding.message.hasPrefix("invariant()"))
        }
        if fileName.matches(file.name) {
            findings.append(
                Finding(path: file.path, line: 0, message: "a name says what the thing is"))
        }
        return findings
    }

    private static func scan(
        _ file: SourceTree.File, _ lines: [String], _ words: [Word]
    ) -> [Finding] {
        lines.enumerated().flatMap { index, line in
            words.filter { $0.pattern.matches(line) }.map {
                Finding(path: file.path, line: index + 1, message: $0.why)
            }
        }
    }

    private static let loop = Pattern(#"\bfor\b.+\bin\b.*\.(?:keys|values)\s*(?:\{|where\b)"#)

    /// House rule 4, as far as a line shows it. Where the order cannot be seen from outside, the
    /// line above says `// any order:` and why.
    private static func dictionaryLoops(
        _ file: SourceTree.File, _ code: [String]
    ) -> [Finding] {
        code.indices.filter { loop.matches(code[$0]) }.filter { index in
            index == 0 || !file.lines[index - 1].contains("// any order:")
        }.map { index in
            Finding(
                path: file.path, line: index + 1,
                message: "the order of a dictionary differs per process")
        }
    }
}
