import Support
import Testing

/// Every rule catches a planted violation, and lets the like of it that is allowed pass.
@Suite struct PlantedTests {
    private func plant(_ text: String, room: String = "Base") -> SourceTree.File {
        SourceTree.File(path: "Sources/SyncNode/\(room)/Planted.swift", text: text)
    }

    @Test func blanksCommentsAndLiteralsButNotInterpolations() {
        let text = """
            let a = "try? \\(b("print(")) Task {" // Date()
            let c = #"x"y\\"#; let d = e
            """
        let lines = Code.lines(of: plant(text))
        #expect(lines.count == 2)
        #expect(!lines[0].contains("try"))
        #expect(!lines[0].contains("print"))
        #expect(!lines[0].contains("Date"))
        #expect(lines[0].contains("(b("))
        #expect(lines[1].hasSuffix("let d = e"))
    }

    @Test func aLongFile() {
        let most = SizeRules.fileLinesMax
        let lines = String(repeating: "//\n", count: most)
        #expect(SizeRules.file(plant(lines)).isEmpty)
        #expect(SizeRules.file(plant(lines + "//\n")).count == 1)
    }

    @Test func aLongLine() {
        let line = String(repeating: "字", count: SizeRules.lineCharactersMax)
        #expect(SizeRules.file(plant(line)).isEmpty)
        #expect(SizeRules.file(plant("\n" + line + "x")).map(\.line) == [2])
    }

    @Test(arguments: ["func f()", "private init?(a: Int = g(1))", "deinit", "static func f<T>()"])
    func aLongFunction(head: String) {
        func text(_ inner: Int) -> String {
            "struct S {\n\(head) {\n" + String(repeating: "if a { b() }\n", count: inner) + "}\n}\n"
        }
        let most = SizeRules.functionLinesMax - 2
        #expect(SizeRules.functions(plant(text(most))).isEmpty)
        #expect(SizeRules.functions(plant(text(most + 1))).map(\.line) == [2])
    }

    @Test func requirementsOfAProtocolAreNoLongFunctions() {
        let many = String(repeating: "func f() throws\n", count: 90)
        #expect(SizeRules.functions(plant("protocol P {\n\(many)}\n")).isEmpty)
    }

    @Test func aRoomWithManyFiles() {
        let files = (0...SizeRules.roomFilesMax).map { number in
            SourceTree.File(path: "Sources/SyncNode/Base/F\(number).swift", text: "")
        }
        #expect(SizeRules.rooms(files).count == 1)
        #expect(SizeRules.rooms(Array(files.dropLast())).isEmpty)
    }

    @Test(arguments: [
        "Task { f() }", "Task.detached {", "await withTaskGroup(of: Int.self) {", "Date()",
        "ContinuousClock().now", "DispatchQueue.main", "DispatchSemaphore(value: 0)",
        "Int.random(in: 0...1)", "a.shuffled()", "SystemRandomNumberGenerator()", "print(a)",
        "FileHandle.standardError", "Thread.sleep", "for key in seen.keys {",
    ])
    func anImpureWord(code: String) {
        #expect(WordRules.file(plant(code)).count == 1)
        #expect(WordRules.file(plant(code, room: "Runtime")).isEmpty)
        #expect(WordRules.file(plant("// \(code)")).isEmpty)
    }

    @Test func aLoopWhoseOrderDoesNotMatterSaysSo() {
        let text = "// any order: a sum\nfor value in counts.values {"
        #expect(WordRules.file(plant(text)).isEmpty)
        #expect(WordRules.file(plant("for key in seen.keys.sorted() {")).isEmpty)
    }

    @Test(arguments: [
        "let a = try? f()", "try! f()", "fatalError()", "precondition(a)", "assert(a)",
        "struct StringUtils {", "final class PeerManager: A {", "enum CoreTypes {",
        "protocol RequestHelper {", "extension CommonThings {", "// TODO: later", "/// FIXME",
    ])
    func aWordThatStandsNowhere(code: String) {
        for room in ["Base", "Runtime"] {
            #expect(WordRules.file(plant(code, room: room)).count == 1)
        }
    }

    @Test(arguments: ["struct Score {", "enum Corridor {", "dispatchPrecondition(a)", "try f()"])
    func aWordThatOnlyLooksLikeIt(code: String) {
        #expect(WordRules.file(plant(code, room: "Runtime")).isEmpty)
    }

    @Test(arguments: [
        "import XCTest", "cd /home/me/tree", "\"/work/main\"", "see /Users/x", "# TODO: later",
    ])
    func aForbiddenWordOutsideTheSources(text: String) {
        let file = SourceTree.File(path: "docs/PLANTED.md", text: "a\n" + text)
        #expect(WordRules.anyFile(file).map(\.line) == [2])
    }

    @Test(arguments: ["https://a.b/home/x", "a/work/b", "../work/b", "import Testing"])
    func textThatOnlyLooksForbidden(text: String) {
        let file = SourceTree.File(path: "docs/PLANTED.md", text: text)
        #expect(WordRules.anyFile(file).isEmpty)
    }

    @Test func aFileNameThatSaysNothing() {
        let file = SourceTree.File(path: "Sources/SyncNode/Base/StringUtils.swift", text: "")
        #expect(WordRules.file(file).count == 1)
    }
}

/// The rules about rooms, documents and unsafe words.
@Suite struct PlantedRoomTests {
    private let table = [
        "Base": [], "Crypto": ["Base", "COpenSSL"], "Store": ["Base", "CSQLite"],
    ]

    private func plant(_ text: String, room: String = "Base") -> SourceTree.File {
        SourceTree.File(path: "Sources/SyncNode/\(room)/Planted.swift", text: text)
    }

    @Test(arguments: [
        ("Base", "import Foundation"), ("Base", "import Glibc"), ("Base", "import Dispatch"),
        ("Base", "package import Crypto"), ("Crypto", "import struct Foundation.Data"),
        ("Crypto", "package import COpenSSL"), ("Store", "@_exported import CSQLite"),
        ("Store", "import Foundation"), ("Store", "@testable import Crypto"), ("Attic", ""),
    ])
    func anImportThatIsNotAllowed(room: String, code: String) {
        #expect(RoomRules.file(plant(code, room: room), table: table).count == 1)
    }

    @Test(arguments: [
        ("Crypto", "internal import COpenSSL"), ("Crypto", "package import Base"),
        ("Store", "import Glibc"), ("Base", "// import Foundation"),
    ])
    func anImportThatIsAllowed(room: String, code: String) {
        #expect(RoomRules.file(plant(code, room: room), table: table).isEmpty)
    }

    @Test func readsTheTableOfThePackage() {
        let text = """
            let rooms: [(name: String, knows: [String])] = [
                ("Base", []),
                (
                    "Store",
                    [
                        "Base", "CSQLite",
                    ]
                ),
            ]
            let other = [("Attic", ["Base"])]
            """
        let table = RoomRules.table(of: plant(text))
        #expect(table == ["Base": [], "Store": ["Base", "CSQLite"]])
    }

    @Test(arguments: [
        "package struct S {", "    package func f() {", "    package var x: Int { 1 }",
        "@inlinable\npackage func f()", "// why\npackage enum E {", "public typealias A = B",
        "    package static func f() {", "package private(set) var x: Int { 1 }",
        "    package subscript(key: String) -> Int {", "/// doc\n\npackage actor A {",
    ])
    func aDeclarationWithoutDocComment(code: String) {
        #expect(DocumentRules.file(plant(code)).count == 1)
    }

    @Test(arguments: [
        "/// doc\npackage struct S {", "/// doc\n@inlinable\npackage func f() {",
        "    package let x: Int", "    package var x = 1", "    package init(x: Int) {",
        "    package static func == (a: A, b: A) -> Bool {", "package import Base",
        "    package func hash(into hasher: inout Hasher) {", "func f() {", "// package func f()",
    ])
    func aDeclarationThatNeedsNone(code: String) {
        #expect(DocumentRules.file(plant(code)).isEmpty)
    }

    @Test func whatImplementsAPortIsSpokenForByThePort() {
        let port = plant("package protocol Disk {\n    /// Syncs.\n    func sync()\n}\n")
        let code =
            "/// A disk.\npackage final class Double: Disk {\n    package func sync() {}\n}\n"
        let ports = DocumentRules.ports([port])
        #expect(DocumentRules.file(plant(code), ports: ports).isEmpty)
        #expect(DocumentRules.file(plant(code)).count == 1)
        let other =
            "/// A disk.\npackage final class Double: Disk {\n    package func spin() {}\n}\n"
        #expect(DocumentRules.file(plant(other), ports: ports).count == 1)
    }

    @Test(arguments: [
        "final class A: @unchecked Sendable {", "nonisolated(unsafe) var a = 1",
        "unsafeBitCast(a, to: B.self)", "a.withUnsafeBytes {", "UnsafeRawPointer(a)",
    ])
    func anUnsafeWordInTheWrongRoom(code: String) {
        let reasoned = "// a reason\n" + code
        #expect(UnsafeRules.file(plant(reasoned, room: "Runtime")).count == 1)
        #expect(UnsafeRules.file(plant(reasoned, room: "Store")).isEmpty)
    }

    @Test func uncheckedIsolationWithoutAReason() {
        let code = "final class A: @unchecked Sendable {"
        #expect(UnsafeRules.file(plant(code, room: "Store")).count == 1)
    }

    @Test func moreUnsafeLinesThanAreFrozen() {
        let file = plant("a.withUnsafeBytes {\nUnsafeRawPointer(a)\n", room: "Store")
        #expect(UnsafeRules.rooms([file], linesMax: ["Store": 2]).isEmpty)
        #expect(UnsafeRules.rooms([file], linesMax: ["Store": 1]).count == 1)
        #expect(UnsafeRules.rooms([file], linesMax: [:]).count == 1)
    }
}
