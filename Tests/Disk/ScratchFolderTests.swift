import Disk
import Foundation
import Testing

/// Folders that the demo made for itself.
@Suite struct ScratchFolderTests {
    /// Nodes that lay deeper than the others once stayed behind.
    @Test func nothingOfADemoIsLeft() throws {
        let path = "/tmp/syncnode-demo-test-\(UUID().uuidString)"
        let outside = NSTemporaryDirectory() + UUID().uuidString
        let files = FileManager.default
        try files.createDirectory(
            atPath: path + "/catalog/3701/blobs/ab", withIntermediateDirectories: true)
        try files.createDirectory(atPath: outside, withIntermediateDirectories: true)
        defer { rmdir(outside) }
        #expect(files.createFile(atPath: outside + "/kept", contents: nil))
        #expect(files.createFile(atPath: path + "/catalog/3701/blobs/ab/cd", contents: nil))
        #expect(files.createFile(atPath: path + "/old.receipt", contents: nil))
        try files.createSymbolicLink(atPath: path + "/link", withDestinationPath: outside)
        ScratchFolder.remove(path + "/../elsewhere")
        #expect(ScratchFolder.isFolder(path))
        ScratchFolder.remove(path)
        #expect(!ScratchFolder.isFolder(path))
        #expect(files.fileExists(atPath: outside + "/kept"), "a link is not followed")
        try files.removeItem(atPath: outside + "/kept")
    }
}
