import Base
import Glibc

/// Whole small files, durably written: temporary name, sync, rename, sync of the folder.
package enum SmallFile {
    /// The whole of a file of at most `limit` bytes.
    package static func read(_ path: String, limit: Int) throws(KeyFiles.Failure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .system(errno, reading: path)
        }
        defer { close(descriptor) }
        // A pipe gives what it has: all of it comes in pieces.
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: min(limit + 1, Limits.readBytesMax))
        while bytes.count <= limit {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system(errno, reading: path) }
            if count == 0 { break }
            bytes += piece[0..<count]
        }
        guard bytes.count <= limit else {
            throw KeyFiles.Failure(
                sentence: "\(path) is too long: it is not what it should be",
                chinese: "\(path) 过长，不是应有的文件")
        }
        return bytes
    }

    /// Bytes of a file, so that it can be read without room for the longest.
    package static func size(of path: String, limit: Int) throws(KeyFiles.Failure) -> Int {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(errno, reading: path) }
        defer { close(descriptor) }
        let end = lseek(descriptor, 0, SEEK_END)
        guard end >= 0 else { throw .system(errno, reading: path) }
        return min(Int(end), limit)
    }

    /// Writes a whole file durably.
    package static func write(
        _ bytes: [UInt8], to path: String, mode: UInt32, replace: Bool
    ) throws(KeyFiles.Failure) {
        if !replace, access(path, F_OK) == 0 {
            throw KeyFiles.Failure(
                sentence: "\(path) exists already: it is not overwritten",
                chinese: "\(path) 已存在，不予覆盖", exitCode: 2)
        }
        let temporary = path + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw .system(errno, writing: path) }
        var failure = put(bytes, descriptor)
        if failure == 0, fsync(descriptor) != 0 { failure = errno }
        close(descriptor)
        if failure == 0, rename(temporary, path) != 0 { failure = errno }
        guard failure == 0 else {
            unlink(temporary)
            throw .system(failure, writing: path)
        }
        syncFolder(of: path)
    }

    /// The system's error number; 0 once all is written. A disk that fills takes a part first.
    private static func put(_ bytes: [UInt8], _ descriptor: Int32) -> Int32 {
        var done = 0
        while done < bytes.count {
            let count = Glibc.write(descriptor, Array(bytes[done...]), bytes.count - done)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return count < 0 ? errno : EIO }
            done += count
        }
        return 0
    }

    /// Whether there is such a file.
    package static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0 || errno == EACCES
    }

    /// Makes a folder, for its owner only; that it is there already is no failure.
    package static func makeFolder(_ path: String) throws(KeyFiles.Failure) {
        guard mkdir(path, 0o700) != 0 else { return }
        guard errno == EEXIST else { throw .system(errno, writing: path) }
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw .system(ENOTDIR, writing: path)
        }
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
