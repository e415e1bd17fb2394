package import Base
package import Change
package import Domain

/// Why the journal could not do what was asked. Each case wants another reaction.
package enum JournalError: Error, Hashable, Sendable {
    /// The disk is full: refuse new work, keep serving reads.
    case full
    /// The file is not writable, or another process holds it.
    case locked(String)
    /// What is stored contradicts itself: stop and say so.
    case damaged(String)
    /// The sentinel and the database disagree: a rollback or a copy (PROTOCOL §6).
    case fenced(String)
    /// Anything else that the operating system or SQLite reported.
    case failed(String)
}

/// One scope that this node carries.
package struct ScopeRecord: Hashable, Sendable {
    package let id: ScopeID
    package let name: ScopeName
    /// Steward's epoch (PROTOCOL §11); part of the leaf.
    package var epoch: UInt64
    /// Arrival position of its last change; 0 before the first.
    package var position: Int64

    package init(name: ScopeName, epoch: UInt64, position: Int64) {
        self.id = name.id
        self.name = name
        self.epoch = epoch
        self.position = position
    }
}

/// A bounded run of changes of one scope in arrival order, cut where every actor in it ends on
/// a signed head.
package struct ChangeRun: Sendable {
    package let changes: [Change]
    package let heads: [SignedHead]
    /// Whether the scope holds more after it.
    package let more: Bool

    package init(changes: [Change], heads: [SignedHead], more: Bool) {
        self.changes = changes
        self.heads = heads
        self.more = more
    }
}

/// A change that was proven to use a number again, kept with what proves it.
package struct ForkRecord: Hashable, Sendable {
    package let scope: ScopeID
    package let dot: Dot
    /// The hash that this node held first.
    package let held: Digest
    /// The other content's hash.
    package let other: Digest
    /// The other branch, as an encoded batch: its changes and signed head.
    package let evidence: [UInt8]

    package init(scope: ScopeID, dot: Dot, held: Digest, other: Digest, evidence: [UInt8]) {
        self.scope = scope
        self.dot = dot
        self.held = held
        self.other = other
        self.evidence = evidence
    }
}

/// An attachment that a stored change names, and the scope whose audience may have it.
package struct NamedBlob: Hashable, Sendable {
    package let digest: Digest
    package let scope: ScopeID

    package init(_ digest: Digest, in scope: ScopeID) {
        self.digest = digest
        self.scope = scope
    }
}

/// The durable state of one node, as the kernel sees it: chains, changes, documents. One user
/// at a time; every call but the reads stands between `begin` and `commit` or `rollback`.
///
/// Two implementations: SQLite (Store) and memory with power loss (Simulator); one conformance
/// suite runs against both.
package protocol Journal: AnyObject {
    func begin() throws(JournalError)
    /// Durable when it returns, and known to the sentinel: only then may anything leave.
    func commit() throws(JournalError)
    func rollback() throws(JournalError)
    /// For a writer that runs out of work: what else waits for the next commit's sync becomes
    /// durable now. A failure is not forgotten: `begin` throws until it is made good.
    func settle() throws(JournalError)

    /// All carried scopes, by id.
    func scopes() throws(JournalError) -> [ScopeRecord]
    func scope(_ id: ScopeID) throws(JournalError) -> ScopeRecord?
    /// Starts carrying a scope, with an empty vector.
    func openScope(_ name: ScopeName) throws(JournalError)
    func setEpoch(_ epoch: UInt64, of scope: ScopeID) throws(JournalError)
    /// Deletes the scope's changes, chains, heads and documents together (I5).
    func dropScope(_ id: ScopeID) throws(JournalError)

    /// Every chain of a scope, by actor.
    func chains(of scope: ScopeID) throws(JournalError) -> [ChainState]
    func chain(_ actor: ActorID, in scope: ScopeID) throws(JournalError) -> ChainState?
    func setQuarantined(_ actor: ActorID, in scope: ScopeID) throws(JournalError)
    /// For each other actor, the seq that the chain of `actor` last cited as a dependency.
    /// Sorted by actor.
    func cited(by actor: ActorID, in scope: ScopeID) throws(JournalError) -> [Dot]
    func hash(at dot: Dot, in scope: ScopeID) throws(JournalError) -> Digest?
    func change(at dot: Dot, in scope: ScopeID) throws(JournalError) -> Change?

    /// Appends the next change of its chain; a genesis opens the chain. The caller has judged
    /// it. Moves the chain's head, the citations and the scope's position.
    func append(_ change: Change, founding genesis: Genesis?) throws(JournalError)
    func sign(_ head: SignedHead, in scope: ScopeID) throws(JournalError)
    /// The latest signature of a chain at or below its head.
    func signedHead(of actor: ActorID, in scope: ScopeID) throws(JournalError) -> SignedHead?
    /// What a peer that knows `vector` (by number) lacks, at most `Limits.rangeChangesMax`
    /// changes and `Limits.rangeBytesMax` bytes (at least one clean cut). Skips quarantined
    /// actors given in `except`.
    func run(
        of scope: ScopeID, after vector: [Dot], except: [ActorID]
    ) throws(JournalError) -> ChangeRun
    /// Removes a chain's changes above `seq`, returning them oldest first: only for an own
    /// chain after a rollback. With them go the forks that were recorded there, as one of two
    /// branches is not here any more; where none is left, the chain is not quarantined.
    func cutChain(
        _ actor: ActorID, in scope: ScopeID, above seq: Seq
    ) throws(JournalError) -> [Change]

    /// Notes that changes of a carried scope name attachments; known ones change nothing.
    func nameBlobs(_ blobs: [Digest], in scope: ScopeID) throws(JournalError)
    /// Attachments that a scope's changes name, by digest.
    func namedBlobs(in scope: ScopeID) throws(JournalError) -> [Digest]

    func recordFork(_ fork: ForkRecord) throws(JournalError)
    /// Puts another proof in the place of the one that is kept of the same fork.
    func replaceEvidence(_ fork: ForkRecord) throws(JournalError)
    /// By scope, then dot.
    func forks() throws(JournalError) -> [ForkRecord]

    func document(_ key: DocumentKey) throws(JournalError) -> StoredDocument?
    func putDocument(_ document: StoredDocument) throws(JournalError)
    func removeDocument(_ key: DocumentKey) throws(JournalError)
    /// Removes every document that a scope's changes made: before they are folded anew.
    func removeDocuments(of scope: ScopeID) throws(JournalError)
    /// Ids of documents with this label, by id.
    func documents(
        _ collection: Collection, label: String
    ) throws(JournalError) -> [DocumentKey]
    /// Documents that owe a reaction, by key, behind a key, at most `limit`.
    func attention(
        after key: DocumentKey?, limit: Int
    ) throws(JournalError) -> [DocumentKey]

    /// Arrival position of the node's last change, over all scopes: never given out again.
    var position: Int64 { get }
    /// What arrived behind a position, in the order of arrival, signed or not. Meant for the few
    /// that documents may be behind: all of it is held in memory.
    func arrivals(after position: Int64) throws(JournalError) -> [Change]
    /// Destroys the payload of a stored change; the chain verifies all the same.
    func elide(_ dot: Dot, in scope: ScopeID) throws(JournalError)
    /// Whether a payload that is left in a scope names an attachment. Reads the scope.
    func isNamed(_ blob: Digest, in scope: ScopeID) throws(JournalError) -> Bool
    /// Forgets that changes of a scope name an attachment.
    ///
    /// - Returns: Whether no scope names it any more.
    func unnameBlob(_ blob: Digest, in scope: ScopeID) throws(JournalError) -> Bool
    /// Leaves nothing of what was destroyed in the file's free space. Outside a transaction;
    /// costs a copy of the store.
    func scrub() throws(JournalError)
    /// Forgets by which tokens a case was found.
    func unlocate(_ id: Digest16) throws(JournalError)
    /// Keeps by which blind tokens cases are found here.
    func locate(_ finds: Locations) throws(JournalError)

    /// A small named value of the node itself (clock, counters, storeEpoch).
    func value(_ name: String) throws(JournalError) -> [UInt8]?
    func setValue(_ name: String, _ value: [UInt8]) throws(JournalError)

    /// The kept answer to an author's command; nil where none is known any more.
    func reply(author: UInt64, key: String) throws(JournalError) -> StoredReply?
    /// Keeps a first answer, and drops the one that is `Limits.repliesKept` older.
    func keepReply(_ reply: StoredReply) throws(JournalError)
}

extension Journal {
    /// Where there is no file, none has free space.
    package func scrub() throws(JournalError) {}

    /// As `locate`.
    package func unlocate(_ id: Digest16) throws(JournalError) {}

    /// Where nothing is sealed, nothing has to be found.
    package func locate(_ finds: Locations) throws(JournalError) {}
}

/// By which tokens some cases are found from now on, and up to which row of documents that is
/// known.
package struct Locations: Hashable, Sendable {
    /// One case's.
    package struct Find: Hashable, Sendable {
        package let id: Digest16
        /// 0 alone: it could not be opened.
        package let tokens: [UInt64]

        package init(id: Digest16, tokens: [UInt64]) {
            self.id = id
            self.tokens = tokens
        }
    }

    package let cases: [Find]
    package let row: Int64

    package init(cases: [Find], row: Int64) {
        self.cases = cases
        self.row = row
    }

    /// The journal's value that holds the row, in decimal digits.
    package static let valueName = "located"

    /// The row that the journal's value holds; 0 where it holds none.
    package static func row(in stored: [UInt8]?) -> Int64 {
        Int64(String(decoding: stored ?? [], as: UTF8.self)) ?? 0
    }
}
