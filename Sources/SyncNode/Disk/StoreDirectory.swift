package import Base
import Crypto
internal import Glibc
package import Kernel

/// The node's data directory (CONTRACT §5): `node.db`, `blobs/`, `keys/`, `sentinel`.
package struct StoreDirectory: Hashable, Sendable {
    package let path: String

    package init(path: String) { self.path = path }

    /// The database.
    package var database: String { path + "/node.db" }
    /// The sentinel file.
    package var sentinel: String { path + "/sentinel" }
    /// The folder of attachments.
    package var blobs: String { path + "/blobs" }

    /// Makes the directory where it is missing, for its owner only.
    /// - Throws: `locked` where that is not allowed.
    package func create() throws(JournalError) {
        try Self.makeFolder(path)
    }

    /// Whether the directory is there, and this user may not look into it.
    package var isForbidden: Bool {
        access(path, F_OK) == 0 && access(path, R_OK | X_OK) != 0 && errno == EACCES
    }

    /// What of the node this user may not write; nil where all of it may be written. The log's
    /// files come and go with SQLite.
    package var unwritable: String? {
        for path in [path, database, database + "-wal", database + "-shm", sentinel]
        where access(path, F_OK) == 0 && access(path, W_OK) != 0 {
            return path
        }
        return nil
    }

    /// Whether a database stands there.
    package var hasDatabase: Bool { access(database, F_OK) == 0 }

    static func makeFolder(_ path: String) throws(JournalError) {
        guard mkdir(path, 0o700) != 0, errno != EEXIST else { return }
        throw .system(errno, doing: "make \(path)")
    }

    /// A digest of what the system calls this machine; the host's name where it says nothing.
    package static func machine() throws(JournalError) -> Digest {
        for path in ["/etc/machine-id", "/var/lib/dbus/machine-id"] where access(path, R_OK) == 0 {
            let file = try OpenFile(
                path: path, flags: O_RDONLY, site: .sentinelOpen, faults: nil)
            let bytes = try file.read(64, at: 0, .sentinelRead)
            if !bytes.isEmpty { return Hash.digest(bytes, suite: .sha256Ed25519) }
        }
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count) == 0 else {
            throw .system(errno, doing: "ask for the host's name")
        }
        let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return Hash.digest(bytes, suite: .sha256Ed25519)
    }
}
