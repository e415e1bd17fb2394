/// Every bound of the product, with its unit and its reason.
package enum Limits {
    // MARK: chains

    /// Largest seq: a chain number and a seq share one 63-bit row key in the store.
    package static let seqMax: UInt64 = (1 << 40) - 1
    /// Changes an actor may write before it must sign its head (PROTOCOL §4).
    package static let unsignedChangesMax = 64
    /// Dependencies of one change: a scope has as many live actors as the hierarchy has tiers,
    /// plus incarnations that are not yet sealed.
    package static let changeDepsMax = 64
    /// References of one change to documents of other scopes.
    package static let changeRefsMax = 16
    /// Values that one change may supersede: what a clerk can have had on one screen.
    package static let changeSupersedesMax = 64
    /// Bytes of a change's body. A form is kilobytes; anything larger is a blob.
    package static let changeBodyBytesMax = 256 * 1024
    /// Bytes of a whole encoded change: the header's parts at their largest and the body.
    package static let changeBytesMax = changeBodyBytesMax + 8 * 1024
    /// How far ahead of the own clock a seen clock may pull it, in milliseconds (PROTOCOL §10).
    package static let clockLeadMillisMax: Int64 = 5 * 60 * 1000
    /// Live entries of one scope's vector.
    package static let vectorEntriesMax = 1024

    // MARK: exchange

    /// Changes in one RANGE batch (PROTOCOL §7).
    package static let rangeChangesMax = 256
    /// Bytes of changes in one RANGE batch.
    package static let rangeBytesMax = 1024 * 1024
    /// Bytes of one frame: a batch, its last change and its heads.
    package static let frameBytesMax = 2 * 1024 * 1024
    /// Frames in one message.
    package static let messageFramesMax = 4096
    /// Bytes of one exchange message: request or answer.
    package static let messageBytesMax = 8 * 1024 * 1024
    /// Bytes of one chunk of a blob: small enough to resume cheaply on 64 kbit/s.
    package static let blobChunkBytesMax = 64 * 1024
    /// Bytes of one blob (a scan): 30 MB with room.
    package static let blobBytesMax = 64 * 1024 * 1024

    // MARK: writer

    /// Commands in one group commit.
    package static let batchCommandsMax = 64
    /// Bytes of submissions in one group commit: one exchange message's worth with its last
    /// batch, which goes over its target.
    package static let batchBytesMax = 3 * 1024 * 1024
    /// How long the writer waits for more commands, in microseconds, once it has one.
    package static let batchDelayMicrosMax = 200
    /// Commands waiting for the writer; beyond it callers are refused with Retry-After.
    package static let writerQueueMax = 4096

    // MARK: text and JSON

    /// Nesting of a JSON text: deeper is refused, so that parsing needs no deep stack.
    package static let jsonDepthMax = 64
    /// Bytes of a JSON text.
    package static let jsonBytesMax = 8 * 1024 * 1024
}

extension Limits {
    /// Largest magnitude of an integer in strict JSON: every reader of JSON, a browser's too,
    /// holds it exactly (RFC 7493 §2.2).
    package static let jsonIntegerMax: Int64 = (1 << 53) - 1
    /// Members of one object that are compared pair by pair for a repeated key; beyond it a set
    /// is kept, so that a hostile object costs linear time.
    package static let jsonPairwiseKeysMax = 12
}
