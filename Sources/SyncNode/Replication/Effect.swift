package import Base
package import Change

/// What a link wants done. Nothing is done by the link itself.
package enum Effect: Sendable {
    /// Send this: a request of the dialer, or the answer to a request.
    case send(Message)
    /// Commit this, durably, and then call `applied`.
    case apply(Delivery)
    /// Hold the request, a long poll, until `resume` gives an answer or `release` is called.
    case park
    /// Nothing is left to say either way.
    case idle
    /// The peer does not know the link (any more): open it again.
    case reopen
    case alarm(Alarm)
    /// The peer holds all of this, which this node stores and may not carry any more: it may go.
    case drained(SharedScope)
    /// The peer does not exchange with this node: the link is down until it is opened again. Told
    /// each time, where the alarm sounds once.
    case closed(RefusalNotice.Reason)
}

/// What a message brought.
package struct Delivery: Sendable {
    /// Scopes to open first, that the directory allows and the peer holds something of.
    package var opening: [ScopeName] = []
    /// In the order of the message.
    package var batches: [ChangeBatch] = []
    package var chunks: [BlobChunk] = []
    /// Whether the peer asks for a receipt.
    package var wantsReceipt = false

    package init() {}

    /// Whether there is nothing to do.
    package var isEmpty: Bool {
        opening.isEmpty && batches.isEmpty && chunks.isEmpty && !wantsReceipt
    }
}

/// What a person or the node's own life must know. A link gives each one once.
package enum Alarm: Hashable, Sendable {
    /// The peer holds more of an own chain than this node does, or other changes: this node is
    /// a restored or cloned copy (PROTOCOL §6). The link says nothing any more.
    case ownRollback(scope: ScopeID, seq: Seq)
    /// One number of a chain has two contents; the evidence is asked for and sent.
    case fork(scope: ScopeID, dot: Dot)
    /// Both sides have nothing left to send, and this leaf differs without a reason.
    case diverged(scope: ScopeID)
    /// The peer does not take what it is offered of a scope.
    case stalled(scope: ScopeID)
    /// The peer's directory does not let it carry a scope that ours does.
    case held(scope: ScopeID)
    /// The peer brought changes of a scope that it does not share with this node.
    case uninvited(scope: ScopeID)
    /// The peer refused to exchange.
    case refused(RefusalNotice.Reason)
}
