/// Bounds of attachments beside those of the exchange.
extension Limits {
    /// Bytes of an attachment that is handed in by one request: a scan of 30 MB, held in memory
    /// while it comes.
    package static let blobUploadBytesMax = 32 * 1024 * 1024
    /// Bytes of attachments that were handed in and that no change names yet.
    package static let unnamedBlobBytesMax = 1024 * 1024 * 1024
    /// Seconds after which such an attachment may be removed: a clerk's day.
    package static let unnamedBlobSeconds: Int64 = 24 * 60 * 60
    /// Attachments that are being read out at once: each has a thread of its own.
    package static let blobReadersMax = 32
    /// Seconds without a piece after which an attachment may go on from another peer.
    package static let blobSourceSeconds: Int64 = 30
    /// Bytes of attachments in one bundle: what its changes leave.
    package static let bundleBlobBytesMax = bundleBytesMax / 2 - 4 * 1024 * 1024
    /// Rows of one page of the list of attachments.
    package static let namedBlobPageMax = 1024
    /// Bytes of a boundary (RFC 2046 §5.1.1).
    package static let boundaryBytesMax = 70
    /// Parts of one form: a file and what is said of it.
    package static let partsMax = 16
    /// Bytes of one part's head: two lines with a long file name.
    package static let partHeadBytesMax = 4 * 1024
    /// Bytes of a file's own name.
    package static let fileNameBytesMax = 512
    /// Bytes of a form with a file: the largest attachment and what stands around it.
    package static let uploadFormBytesMax = blobUploadBytesMax + 64 * 1024
    /// Days for which a material that was given counts where its item does not say.
    package static let materialDaysDefault = 365
    /// Other cases of one person that are looked at for what was given there.
    package static let poolCasesMax = 20
}

/// Bounds of a case's archive.
extension Limits {
    /// Files of one package: its changes, their documents and attachments, and what frames them.
    package static let archiveFilesMax = 2 * caseEventsMax + papersMax + 8
    /// Bytes of a package that is brought to be checked: what one request may bring.
    package static let archiveUploadBytesMax = blobUploadBytesMax
    /// Bytes of the attachments of a package that is given away: four of the largest, in memory.
    package static let archiveBytesMax = 4 * blobUploadBytesMax
    /// Cases that a list of archives looks through, the oldest first.
    package static let archivesWalkedMax = 2_000
    /// Rows of such a list.
    package static let archivesListedMax = 200
}
