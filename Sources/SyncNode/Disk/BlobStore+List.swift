package import Base
internal import Glibc
package import Kernel

extension BlobStore {
    /// Every complete attachment, by digest. Walks the folders.
    package func all() throws(JournalError) -> [Digest] { try Self.all(in: path) }

    /// Whether a data directory holds complete attachments.
    package static func holdsAny(_ directory: StoreDirectory) throws(JournalError) -> Bool {
        try !all(in: directory.blobs).isEmpty
    }

    private static func all(in path: String) throws(JournalError) -> [Digest] {
        var found: [Digest] = []
        for outer in try names(in: path) where outer.utf8.count == 2 {
            for inner in try names(in: path + "/" + outer) where inner.utf8.count == 2 {
                for name in try names(in: path + "/" + outer + "/" + inner) {
                    guard let bytes = Hex.decode(name), bytes.count == 32 else { continue }
                    found.append(Digest(bytes: bytes))
                }
            }
        }
        return found.sorted { $0.hex < $1.hex }
    }

    /// Copies every complete attachment as it lies there, sealed; each is durable before it has
    /// its name there. Needs no key.
    package static func copy(
        from source: StoreDirectory, into target: StoreDirectory
    ) throws(JournalError) {
        try StoreDirectory.makeFolder(target.blobs)
        for digest in try all(in: source.blobs) {
            try FinishedFile.copy(
                place(of: digest, in: source.blobs),
                to: try makePlace(for: digest, in: target.blobs))
        }
    }

    /// The names in a folder, sorted; none where there is no folder.
    static func names(in folder: String) throws(JournalError) -> [String] {
        guard let listing = opendir(folder) else {
            if errno == ENOENT || errno == ENOTDIR { return [] }
            throw .system(errno, doing: "list \(folder)")
        }
        defer { closedir(listing) }
        var names: [String] = []
        while let entry = readdir(listing) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { all in
                all.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }
}
