import Foundation
import Host
import Testing

/// Whole files, also those that come in pieces.
@Suite struct SmallFileTests {
    /// A pipe gives what it has: a catalog that came through one was once read as its beginning.
    @Test func aPipeIsReadToItsEnd() throws {
        let pipe = Pipe()
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
        let writing = pipe.fileHandleForWriting
        Thread.detachNewThread {
            for start in stride(from: 0, to: bytes.count, by: 7000) {
                writing.write(Data(bytes[start..<min(start + 7000, bytes.count)]))
            }
            writing.closeFile()
        }
        let path = "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)"
        let read = try SmallFile.read(path, limit: 400_000)
        #expect(read == bytes)
    }

    @Test func whatIsTooLongIsRefused() throws {
        let path = NSTemporaryDirectory() + UUID().uuidString
        try Data(repeating: 7, count: 100).write(to: URL(fileURLWithPath: path))
        defer { unlink(path) }
        #expect(try SmallFile.read(path, limit: 100).count == 100)
        #expect(throws: KeyFiles.Failure.self) { try SmallFile.read(path, limit: 99) }
        #expect(throws: KeyFiles.Failure.self) { try SmallFile.read("/tmp", limit: 99) }
    }
}
