import Support
import Testing

/// The house rules, held against the tree as it is.
@Suite struct TidyTests {
    private let files: [SourceTree.File]

    init() throws {
        files = try Tree.sources()
    }

    @Test func theTreeIsThere() throws {
        #expect(files.count > 20)
        #expect(try Set(table.keys).isSuperset(of: Tree.pureRooms))
    }

    @Test func filesLinesFunctionsAndRoomsAreSmall() {
        report(files.flatMap(SizeRules.file))
        report(files.flatMap(SizeRules.functions))
        report(SizeRules.rooms(files))
    }

    @Test func wordsStandWhereTheyMay() {
        report(
            files.flatMap { file in
                WordRules.file(file, isTrapAllowed: file.path.hasSuffix("Base/Invariant.swift"))
            })
    }

    /// But for the planted breaks themselves.
    @Test func testsScriptsAndDocumentsHoldNoForbiddenWords() throws {
        var others = try SourceTree.files(under: "Tests", ending: ".swift").filter {
            !$0.path.hasPrefix("Tests/Tidy/Planted") && $0.path != "Tests/Tidy/WordRules.swift"
        }
        others += try SourceTree.files(under: "docs", ending: ".md")
        others += try SourceTree.files(under: "topology", ending: ".py")
        others += try ["README.md", "check", "run", "Package.swift"].map(SourceTree.file)
        #expect(others.count > 20)
        report(others.flatMap(WordRules.anyFile))
    }

    @Test func roomsKnowOnlyWhomTheyMay() throws {
        let table = try table
        report(files.flatMap { RoomRules.file($0, table: table) })
    }

    @Test func declarationsThatLeaveTheirRoomHaveADocComment() {
        let ports = DocumentRules.ports(files)
        report(files.flatMap { DocumentRules.file($0, ports: ports) })
    }

    /// docs/FORMAT.md names every kind of change with its number, and no other.
    @Test func kindsOfChangesStandInTheFormat() throws {
        let declared = Pattern(#"static let (\w+) = ChangeKind\(rawValue: (0x[0-9a-f]{4})\)"#)
        let row = Pattern(#"^\| (0x[0-9a-f]{4}) \| (\w+) \|"#)
        let kinds = files.flatMap { declared.allGroups(in: $0.text) }.map { "\($0[2]) \($0[1])" }
        let format = try SourceTree.file("docs/FORMAT.md")
        let rows = row.allGroups(in: format.text).map { "\($0[1]) \($0[2])" }
        #expect(kinds.count > 40)
        #expect(kinds.sorted() == rows.sorted())
    }

    @Test func unsafeWordsAreRareAndReasoned() {
        report(files.flatMap(UnsafeRules.file))
        report(UnsafeRules.rooms(files, linesMax: UnsafeRules.linesMax))
    }

    private var table: [String: [String]] {
        get throws { RoomRules.table(of: try SourceTree.file("Package.swift")) }
    }

    private func report(_ findings: [Finding]) {
        for finding in findings { Issue.record(Comment(rawValue: finding.description)) }
    }
}
