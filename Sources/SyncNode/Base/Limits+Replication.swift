extension Limits {
    /// Scopes that one link shares. A town's uplink with 30 villages has 250, a province's 578.
    package static let linkScopesMax = 4096
    /// Scopes up to which a side states every vector at once; above it descends by digests,
    /// which cost 256 bytes a level (PROTOCOL §7).
    package static let vectorScopesDirectMax = 64
    /// Bytes of changes after which a message takes no more batches: on 64 kbit/s about four
    /// minutes' worth, so that an interruption costs little.
    package static let messageRangeBytesTarget = 2 * 1024 * 1024
    /// Own roots that a link remembers having stated: a peer's view names one of them.
    package static let toldRootsMax = 16
    /// Rounds in which a peer's view stays unknown before everything is stated anew.
    package static let unknownViewRoundsMax = 3
    /// Times that one batch is offered to a peer that does not take it.
    package static let refusedOffersMax = 2
    /// Messages of one lane after which what is on its way by the other counts as lost.
    package static let flightRoundsMax = 8
    /// Numbers between the last that two branches of a chain share and one that differs, up to
    /// which a branch is sent: it must fit into one batch.
    package static let forkDistanceMax = 64
    /// Pieces of blobs that a peer may have asked for and not been given.
    package static let blobWantsMax = 8
    /// Pieces of blobs in one message, and asked for at once: 128 KiB, on 64 kbit/s 16 seconds
    /// that a change may have to wait behind them.
    package static let blobPiecesMax = 2
    /// Bytes of a signature or of nothing in a HELLO.
    package static let helloProofBytesMax = 64
    /// Bytes of a bundle file: a memory stick's worth that still fits in memory.
    package static let bundleBytesMax = 64 * 1024 * 1024
}
