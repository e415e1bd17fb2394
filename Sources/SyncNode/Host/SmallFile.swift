import Base
package import Glibc

/// Whole small files, durably written: temporary name, sync, rename, sync of the folder.
package enum SmallFile {
    /// The whole of a file of at most `limit` bytes.
    package static func read(_ path: String, limit: Int) throws(KeyFiles.Failure) -> [UInt8] {
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

    /// Writes a whole file durably.
    package static func write(
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

    /// Whether there is such a file.
    package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Makes a folder that is not there yet. False where that cannot be.
    package static func makeFolder(_ path: String) -> Bool {
        mkdir(path, 0o700) == 0 || errno == EEXIST
    }

    /// Removes a file that is no longer wanted; that it is gone already is no failure.
    package static func remove(_ path: String) { unlink(path) }

    /// Where a symbolic link points; nil where it is none.
    package static func target(of path: String) -> String? {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &bytes, bytes.count - 1)
        guard count > 0 else { return nil }
        return String(decoding: bytes[0..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// A new folder of its own below the system's place for temporary files.
    package static func temporaryFolder(_ name: String) -> String? {
        var path = Array("/tmp/\(name)-XXXXXX".utf8CString)
        guard mkdtemp(&path) != nil else { return nil }
        return String(decoding: path.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
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
