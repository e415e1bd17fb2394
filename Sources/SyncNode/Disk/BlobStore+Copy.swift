internal import Glibc
package import Kernel

extension FinishedFile {
    /// Copies a file a piece at a time; it has its name once all of it is durable.
    package static func copy(_ from: String, to path: String) throws(JournalError) {
        let unfinished = path + ".unfinished"
        do {
            let source = try OpenFile(path: from, flags: O_RDONLY, site: .copyOpen, faults: nil)
            let target = try OpenFile(
                path: unfinished, flags: O_RDWR | O_CREAT | O_TRUNC, site: .copyOpen,
                faults: nil)
            var offset: Int64 = 0
            while true {
                let piece = try source.read(1 << 20, at: offset, .blobRead)
                if piece.isEmpty { break }
                try target.write(piece, at: offset, .blobWrite)
                offset += Int64(piece.count)
            }
        }
        try place(unfinished, as: path)
    }
}

extension BlobStore {
    /// Copies every complete attachment into another directory's folder.
    package func copyAll(to target: StoreDirectory) throws(JournalError) {
        let other = try BlobStore(directory: target)
        for digest in try all() {
            let name = digest.hex
            let outer = "/" + name.prefix(2)
            let inner = outer + "/" + name.dropFirst(2).prefix(2)
            try StoreDirectory.makeFolder(other.path + outer)
            try StoreDirectory.makeFolder(other.path + inner)
            try FinishedFile.copy(
                path + inner + "/" + name, to: other.path + inner + "/" + name)
        }
    }
}
