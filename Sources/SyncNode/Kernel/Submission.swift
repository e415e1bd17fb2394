package import Base
package import Change
package import Domain

/// The local incarnation, as the kernel needs it.
package struct Identity: Sendable {
    package let region: RegionID
    /// H(enrolment public key).
    package let node: Digest
    /// The incarnation's signing key.
    package let signer: any HeadSigner

    package init(region: RegionID, node: Digest, signer: any HeadSigner) {
        self.region = region
        self.node = node
        self.signer = signer
    }

    /// The incarnation's public key.
    package var key: IncarnationKey { signer.key }
}

/// Signs heads for one incarnation. The simulator's signer is cheaper than the real one.
package protocol HeadSigner: Sendable {
    var key: IncarnationKey { get }
    /// 64 bytes over `message`.
    func sign(_ message: [UInt8]) -> [UInt8]
}

/// One thing for the writer to do.
package enum Submission: Sendable {
    /// A command of a person or program, with the author's id and what a replay is known by.
    case command(Command, author: UInt64, replayKey: ReplayKey?)
    /// A batch from a peer whose signatures were found good (`ChangeBatch.verify`), under the
    /// name that the sender gave its scope.
    case admit(ChangeBatch, name: ScopeName, good: [Bool])
    /// Scopes to carry from now on, each of which the directory allows.
    case open([ScopeName])
    /// Statements of the local seat about its region.
    case state([DirectoryEntry])
    /// A small named value of the node itself.
    case remember(String, [UInt8])
    /// Orphans of an old incarnation that no peer held are to be written anew: those of some
    /// scopes, or for nil all.
    case reissueOrphans(in: [ScopeID]?)
    /// A scope outside the local audience is to go, where another carrier held all of it: its
    /// vector as it stated it, and the chains that are quarantined there.
    case drop(ScopeID, heldBy: VersionVector, quarantined: [ActorID])
    /// By which tokens cases are found here.
    case locate(Locations)
    /// Changes as drafts: control statements of the node itself.
    case write([Draft])
    /// Documents that wait behind the log are to be stored with this batch: someone reads them.
    case storeDocuments
}

/// What became of a submission.
package enum Outcome: Sendable {
    /// Done: the answer as JSON, and the changes written.
    case done(answer: [UInt8], written: [ChainHead])
    case refused(RuleRefusal)
    case admitted(AdmissionReport)
}

/// What a batch came to, change by change.
package struct AdmissionReport: Hashable, Sendable {
    package let scope: ScopeID
    package var admitted = 0
    package var duplicates = 0
    /// The first refusal of each actor; its later changes were passed over.
    package var refusals: [ActorID: Refusal] = [:]
    package var forked: [ActorID] = []

    package init(scope: ScopeID) { self.scope = scope }
}

/// What a commit changed, for whoever must act on it. Sorted by scope.
package struct Effects: Sendable {
    /// Scopes with new changes.
    package var touched: [ScopeID] = []
    /// Scopes that this node began to carry.
    package var opened: [ScopeName] = []
    /// Own chains of which another content is known: this node is a copy or was rolled back.
    package var ownForks: [Dot] = []
    /// Whether the directory changed: audiences must be looked at again.
    package var directoryChanged = false
    /// Attachments that the new changes name, in their order.
    package var blobs: [NamedBlob] = []
    /// Whether payloads were destroyed, of which the file is to be rid.
    package var hasErased = false
    /// Documents that changed, for whoever listens to events.
    package var documents: [DocumentKey] = []

    package init() {}
}

extension Submission {
    /// About how many bytes it makes the writer store: what bounds a group commit.
    package var weight: Int {
        switch self {
        case .admit(let batch, _, _): batch.changes.reduce(0) { $0 + $1.bytes.count }
        case .write(let drafts): drafts.reduce(0) { $0 + $1.body.count + 256 }
        case .locate(let finds): finds.cases.count * 128 + 64
        case .command, .open, .state, .remember, .reissueOrphans, .drop, .storeDocuments: 1024
        }
    }
}
