import Foundation
import Support
import Testing

/// The command line as whoever types it meets it: the scripts beside this file, on
/// the built binary.
@Suite struct CommandLineTests {
    static let binary = SourceTree.root + "/.build/debug/node"

    static var isBuilt: Bool {
        let isThere = FileManager.default.isExecutableFile(atPath: binary)
        if !isThere { print("skipped: no binary at .build/debug/node: swift build makes it") }
        return isThere
    }

    /// Scripts by the last words of a good run.
    @Test(
        .enabled(if: isBuilt), .timeLimit(.minutes(60)),
        arguments: [
            ("cli.sh", "facts hold"), ("catalog.sh", "facts hold"), ("refused.sh", "facts hold"),
            ("blobs.sh", "facts hold"), ("bad-input", "ok "), ("release.sh", "facts hold"),
            ("materials.sh", "facts hold"), ("counter.sh", "facts hold"),
            ("attack.sh", "facts hold"), ("newcomer.sh", "facts hold"),
            ("copies.sh", "facts hold"),
        ])
    func theScriptHolds(script: String, closing: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = [SourceTree.root + "/Tests/Scenarios/" + script, Self.binary]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let words = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(words)")
        #expect(words.contains(closing), "the script came to its end")
    }
}
