internal import Glibc
package import Kernel

/// A file that stands under its name complete or not at all.
package enum FinishedFile {
    /// Makes a file durable and gives it its name, in place of what had it. Both paths lie in
    /// one folder. Costs two flushes of the disk.
    ///
    /// - Throws: `full`, `locked` or `failed`; the file then has one of the two names.
    package static func place(_ unfinished: String, as path: String) throws(JournalError) {
        let file = try OpenFile(path: unfinished, flags: O_RDWR, site: .copyOpen, faults: nil)
        try file.sync(.copySync)
        guard rename(unfinished, path) == 0 else {
            throw .system(errno, doing: "rename \(unfinished)")
        }
        let slash = path.lastIndex(of: "/")
        let parent = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let folder = try OpenFile(
            path: parent, flags: O_RDONLY | O_DIRECTORY, site: .copyOpen, faults: nil)
        try folder.syncFolder(.copySync)
    }
}
