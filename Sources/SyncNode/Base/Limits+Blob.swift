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
}
