extension Limits {
    /// Decoded documents kept between batches: about 2 KiB each.
    package static let foldedDocumentsMax = 2048
    /// Automatic reactions in one batch; more wait for the next.
    package static let reactionsMax = 256
}
