extension Limits {
    // MARK: store

    /// Read connections: the disk serves no more at once on a small machine, and each holds a
    /// page cache of its own.
    package static let storeReadersMax = 4
    /// How long a request waits for a free reader, in milliseconds, before it is refused.
    package static let storeReaderWaitMillisMax = 2000
    /// Page cache of the writer at most, in KiB: the leaves that a message of changes touches.
    /// Taken as it is needed: a station never fills it.
    package static let storeWriterCacheKiB = 12288
    /// Page cache of one reader, in KiB: pages come from the system's cache anyway.
    package static let storeReaderCacheKiB = 512
    /// Pages in the write-ahead log before they are copied back. A small log is written over
    /// and over in place, which a sync makes durable without growing the file.
    package static let storeLogPagesMax = 4000
    /// Pages that a copy beside the writer may leave in the log for the writer to copy: so few
    /// that no commit is held up by them.
    package static let storeLogRestPages = 256
    /// How often in a row a copy beside the writer goes after pages that came meanwhile.
    package static let storeLogRoundsMax = 12
    /// Bytes of the log's file that are kept from one use of it to the next.
    package static let storeLogFileBytes = 32 * 1024 * 1024
    /// Hashes of recent changes kept in memory, for dependencies that cite them.
    package static let storeRecentHashesMax = 8192
    /// Documents whose rows the journal keeps in mind from one transaction to the next.
    package static let storeKnownDocumentsMax = 512
    /// Numbers of chains in one store: a chain number and a seq share a 63-bit row key.
    package static let storeChainsMax: Int64 = (1 << 23) - 1
    /// Statements that walk chains side by side in one range read; beyond it the order is read
    /// first and the rows after.
    package static let storeRangeCursorsMax = 8
    /// Rows of one table that are ever given out: none counts so far, and beyond it no number can.
    package static let storeRowsMax: Int64 = 1 << 60
    /// Bytes of one stored document's state.
    package static let documentBytesMax = 1024 * 1024
    /// Bytes of what a person searches for.
    package static let searchQueryBytesMax = 128
    /// Documents whose words wait to be indexed; until then a search reads them one by one.
    package static let searchUnindexedMax = 1024
    /// Documents in one page of a list, and one more to know whether there are more.
    package static let listRowsMax = 201
    /// Bytes of a named value.
    package static let valueBytesMax = 4 * 1024 * 1024
    /// Bytes of all partly received blobs together.
    package static let blobPartsBytesMax: Int64 = 1024 * 1024 * 1024
    /// Attachments that one change names: the materials of a case.
    package static let changeBlobsMax = 64
    /// Digests in one answer to "which blobs are missing".
    package static let blobListMax = 1024
}
