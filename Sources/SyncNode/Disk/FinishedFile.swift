internal import Glibc
package import Kernel

/// A file that stands under its name complete or not at all.
package enum FinishedFile {
    /// Copies a file, a piece at a time, and places the copy.
    ///
    /// - Throws: As `place`; nothing stands beside the name then.
    package static func copy(_ from: String, to path: String) throws(JournalError) {
        let unfinished = path + ".unfinished"
        do throws(JournalError) {
            let source = try OpenFile(path: from, flags: O_RDONLY, site: .copyOpen, faults: nil)
            let target = try OpenFile(
                path: unfinished, flags: O_RDWR | O_CREAT | O_TRUNC, site: .copyOpen, faults: nil)
            var offset: Int64 = 0
            while true {
                let piece = try source.read(1 << 20, at: offset, .copyRead)
                if piece.isEmpty { break }
                try target.write(piece, at: offset, .copyWrite)
                offset += Int64(piece.count)
            }
            try place(unfinished, as: path)
        } catch {
            unlink(unfinished)
            throw error
        }
    }

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
