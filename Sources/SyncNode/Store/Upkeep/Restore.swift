package import Disk
internal import Glibc
package import Kernel

/// A backup as a folder: the database without its incarnation, and the attachments.
extension Backup {
    /// Copies the database hot, then the attachments that it may speak of, into a new folder.
    ///
    /// - Throws: `failed` where something stands at `path`; `full`; `locked`.
    package static func folder(
        of directory: StoreDirectory, at path: String
    ) throws(JournalError) {
        guard access(path, F_OK) != 0 else { throw .failed("\(path) exists already") }
        let copied = StoreDirectory(path: path)
        try copied.create()
        try copy(of: directory, to: copied.database)
        try BlobStore.copy(from: directory, into: copied)
    }

    /// Puts a backup's database and attachments into a directory that holds no node. The copy
    /// is durable before it has its name.
    ///
    /// - Parameter path: A folder that `folder` made, or a database that `copy` made.
    package static func restore(
        _ path: String, into directory: StoreDirectory
    ) throws(JournalError) {
        guard !directory.hasDatabase, access(directory.sentinel, F_OK) != 0 else {
            throw .failed("\(directory.path) holds a node already")
        }
        try directory.create()
        let source = StoreDirectory(path: path)
        let isFolder = source.hasDatabase
        let database = isFolder ? source.database : path
        // By way of SQLite: what is no database is refused, and a log beside it is read.
        try Database(path: database, mode: .read).execute("SELECT count(*) FROM scope")
        try FinishedFile.copy(database, to: directory.database)
        guard isFolder else { return }
        try BlobStore.copy(from: source, into: directory)
    }
}
