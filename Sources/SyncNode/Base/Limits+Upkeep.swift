/// Bounds of checking, backing up and carrying data by hand.
extension Limits {
    /// Faults that one check lists; a damaged store has as many as it likes.
    package static let faultsMax = 100
    /// Signatures that are checked together by one thread.
    package static let signatureChecksMax = 128
    /// Threads that check signatures beside the one that reads.
    package static let signatureThreadsMax = 2
    /// Bytes of a sealed bundle: the bundle, its signature and the seal around it.
    package static let sealedBundleBytesMax = bundleBytesMax + 4096
    /// How long a root that began anew waits for members that do not come, in seconds, before
    /// it writes anew what those that came did not have: a town's line is back by then.
    package static let orphanPatienceSeconds = 600
    /// How often a node looks whether another incarnation of it was seated, in seconds.
    package static let seatLookSeconds = 5
    /// Bytes of a token for the node's own user.
    package static let adminTokenBytes = 32
    /// Attachments that a node waits for; further ones are looked for once half of these came.
    package static let blobWantsKeptMax = 16_384
    /// Heads that one receipt states: 85 bytes each, well within a change's body.
    package static let receiptHeadsMax = 2048
    /// Milliseconds between two receipts that the parent asked for.
    package static let receiptAskedMillisMin: Int64 = 60 * 1000
    /// Scopes of one 对账: a change's body holds no more.
    package static let reconciledScopesMax = 512
    /// Seconds between two looks at whether a receipt is due; the first comes at a random moment.
    package static let receiptCheckSeconds = 600
    /// Milliseconds between two looks at what came from stations: one receipt for a burst of work.
    package static let arrivalLookMillis = 5_000
    /// Cases that a look for what is unsent goes through: the newest.
    package static let unsentCasesMax = 1_000
    /// Milliseconds between two receipts of one child that nobody asked for: a day.
    package static let receiptMillisMin: Int64 = 24 * 60 * 60 * 1000
    /// How deep a demo's folders lie in each other: a county of its own, a node, its attachments.
    package static let scratchDepthMax = 8
}
