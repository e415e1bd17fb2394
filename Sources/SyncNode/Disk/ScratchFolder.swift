import Base
import Glibc

/// Folders that this program made for itself.
package enum ScratchFolder {
    /// Removes a folder of the demo with all that lies in it; links are removed, not followed.
    package static func remove(_ path: String) {
        guard path.hasPrefix("/tmp/syncnode-demo-"), !path.contains("/..") else { return }
        empty(path, depth: Limits.scratchDepthMax)
        rmdir(path)
    }

    /// Whether there is a folder of this name.
    package static func isFolder(_ path: String) -> Bool {
        guard let folder = opendir(path) else { return false }
        closedir(folder)
        return true
    }

    private static func empty(_ path: String, depth: Int) {
        guard depth > 0 else { return }
        for name in names(in: path) {
            let inner = "\(path)/\(name)"
            if unlink(inner) == 0 { continue }
            empty(inner, depth: depth - 1)
            rmdir(inner)
        }
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
