extension Limits {
    /// Scopes of one node: a county with 400 stations for 100 years. A peer may name a scope
    /// for any year, and each takes memory and rows.
    package static let carriedScopesMax = 64 * 1024
    /// Decoded documents kept between batches: about 2 KiB each.
    package static let foldedDocumentsMax = 2048
    /// Versions of items whose elements the writer keeps read.
    package static let readElementsMax = 64
    /// Answers kept for replays: two weeks of a busy county hall, years of a village; 16 MiB.
    package static let repliesKept = 32 * 1024
    /// Batches whose documents wait behind the log at most: what a start folds again.
    package static let waitingBatchesMax = 64
    /// Documents that wait behind the log at most: about 2 KiB each.
    package static let waitingDocumentsMax = 1024
    /// Automatic reactions in one batch; more wait for the next.
    package static let reactionsMax = 256
}
