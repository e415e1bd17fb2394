import Foundation
import Support
import Testing

/// The command line as whoever types it meets it: `Tests/Scenarios/cli.sh` on the built binary.
@Suite struct CommandLineTests {
    static let binary = SourceTree.root + "/.build/debug/node"

    static var isBuilt: Bool {
        let isThere = FileManager.default.isExecutableFile(atPath: binary)
        if !isThere { print("skipped: no binary at .build/debug/node: swift build makes it") }
        return isThere
    }

    @Test(.enabled(if: isBuilt), .timeLimit(.minutes(2)))
    func theScriptHolds() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = [SourceTree.root + "/Tests/Scenarios/cli.sh", Self.binary]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let words = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(words)")
        #expect(words.contains("facts hold"), "the script came to its end")
    }
}
