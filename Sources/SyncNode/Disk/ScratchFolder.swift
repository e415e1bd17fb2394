import Glibc

/// Folders that this program made for itself.
package enum ScratchFolder {
    /// Removes a folder of the demo: its nodes' files, and nothing that it does not know.
    package static func remove(_ path: String) {
        guard path.hasPrefix("/tmp/syncnode-demo-") else { return }
        for name in names(in: path) { removeNode("\(path)/\(name)") }
        rmdir(path)
    }

    /// Whether there is a folder of this name.
    package static func isFolder(_ path: String) -> Bool {
        guard let folder = opendir(path) else { return false }
        closedir(folder)
        return true
    }

    private static func removeNode(_ path: String) {
        for folder in ["keys", "blobs"] {
            for name in names(in: "\(path)/\(folder)") {
                let inner = "\(path)/\(folder)/\(name)"
                for deep in names(in: inner) { unlink("\(inner)/\(deep)") }
                if unlink(inner) != 0 { rmdir(inner) }
            }
            rmdir("\(path)/\(folder)")
        }
        for name in names(in: path) { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    /// What lies in a folder, files and folders, in no order; nothing where it is none.
    package static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
