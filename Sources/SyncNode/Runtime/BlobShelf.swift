import Base
import Disk
import Kernel
import Replication

/// The attachments of a node: what is there, and what is still to come.
struct BlobShelf: Sendable {
    private let directory: StoreDirectory

    init(directory: StoreDirectory) throws(JournalError) { self.directory = directory }

    func missing(limit: Int) throws(JournalError) -> [BlobWant] { [] }

    func chunk(_ want: BlobWant) throws(JournalError) -> BlobChunk? { nil }

    func take(_ chunk: BlobChunk) {}
}
