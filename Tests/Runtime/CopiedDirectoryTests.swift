import Base
import Foundation
import Testing

@testable import Runtime

/// The command line and directories that were copied as files.
@Suite struct CopiedDirectoryTests {
    /// The copy notes the address of the original, whose token it has: a question about the copy
    /// once went to the original.
    @Test func aCopyIsAskedItself() async throws {
        let folder = try ScratchFolder()
        let county = try await Station("370124000000", "平阴县", in: folder)
        try await county.start()
        await county.stop()
        let copy = folder.path + "/copy"
        try FileManager.default.copyItem(atPath: county.data, toPath: copy)
        try await county.start()
        try await county.publish(County.item)
        #expect(try await items(county.data) == 1, "the node that runs is asked")
        #expect(try await items(copy) == 0, "nobody runs on the copy")
        await county.stop()
    }

    private func items(_ data: String) async throws -> Int {
        let answer = try await NodeCommands.ask(data, "GET", "/api/v1/items", body: nil)
        #expect(answer.exitCode == 0, "\(answer.text)")
        return try #require(try JSON(parsing: answer.text)["items"]?.array).count
    }
}
