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
        try StoreDirectory.makeFolder(path)
        let copied = StoreDirectory(path: path)
        try copy(of: directory, to: copied.database)
        try copyBlobs(from: directory, to: copied)
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
        try copyFile(database, to: directory.database)
        if isFolder { try copyBlobs(from: source, to: directory) }
    }

    private static func copyBlobs(
        from source: StoreDirectory, to target: StoreDirectory
    ) throws(JournalError) {
        let blobs = try BlobStore(directory: source)
        _ = try BlobStore(directory: target)
        for digest in try blobs.all() {
            let name = digest.hex
            let outer = "/" + name.prefix(2)
            let inner = outer + "/" + name.dropFirst(2).prefix(2)
            try StoreDirectory.makeFolder(target.blobs + outer)
            try StoreDirectory.makeFolder(target.blobs + inner)
            let place = inner + "/" + name
            try copyFile(source.blobs + place, to: target.blobs + place)
        }
    }

    /// A piece at a time; synced before it gets its name.
    private static func copyFile(_ from: String, to path: String) throws(JournalError) {
        let unfinished = path + ".unfinished"
        let source = try OpenFile(path: from, flags: O_RDONLY, site: .blobOpen, faults: nil)
        let target = try OpenFile(
            path: unfinished, flags: O_RDWR | O_CREAT | O_TRUNC, site: .blobOpen, faults: nil)
        var offset: Int64 = 0
        while true {
            let piece = try source.read(1 << 20, at: offset, .blobRead)
            if piece.isEmpty { break }
            try target.write(piece, at: offset, .blobWrite)
            offset += Int64(piece.count)
        }
        try target.sync(.blobSync)
        guard rename(unfinished, path) == 0 else {
            throw .system(errno, doing: "rename \(unfinished)")
        }
    }
}
