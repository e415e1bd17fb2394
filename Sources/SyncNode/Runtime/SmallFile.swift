import Base
import Glibc

/// Whole small files, durably written: temporary name, sync, rename, sync of the folder.
enum SmallFile {
    /// Whether a file stands there.
    /// - Throws: where even that may not be known.
    static func exists(_ path: String) throws(KeyFiles.Failure) -> Bool {
        if access(path, F_OK) == 0 { return true }
        guard errno == ENOENT else {
            throw KeyFiles.Failure(
                sentence: "cannot look at \(path): \(KeyFiles.systemError())")
        }
        return false
    }

    static func read(_ path: String, limit: Int) throws(KeyFiles.Failure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw KeyFiles.Failure(
                sentence: "cannot read \(path): \(KeyFiles.systemError()). "
                    + "Is this the node's own user and directory?")
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0, count <= limit else {
            throw KeyFiles.Failure(sentence: "cannot read \(path): it is not what it should be")
        }
        return Array(bytes[0..<count])
    }

    static func write(
        _ bytes: [UInt8], to path: String, mode: mode_t, replace: Bool
    ) throws(KeyFiles.Failure) {
        if !replace, access(path, F_OK) == 0 {
            throw KeyFiles.Failure(sentence: "\(path) exists already: it is not overwritten")
        }
        let temporary = path + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else {
            throw KeyFiles.Failure(
                sentence: "cannot write \(path): \(KeyFiles.systemError())")
        }
        let written = Glibc.write(descriptor, bytes, bytes.count)
        let synced = fsync(descriptor)
        close(descriptor)
        guard written == bytes.count, synced == 0, rename(temporary, path) == 0 else {
            throw KeyFiles.Failure(
                sentence: "cannot write \(path): \(KeyFiles.systemError())")
        }
        syncFolder(of: path)
    }

    private static func syncFolder(of path: String) {
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .joined(separator: "/")
        let descriptor = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
