package import Base
import Change
import Crypto
package import Disk
package import Kernel
import Store
import Synchronization

/// The attachments of a node: what is here, and what changes name that is not here yet. Safe
/// from any thread. Calls that read or write files block, and say so.
package final class BlobShelf: Sendable {
    let store: BlobStore
    let readers: ReadPool
    let state = Mutex(State())

    /// Makes the folders where they are missing.
    ///
    /// - Parameter cover: What attachments lie under on this disk.
    package init(directory: StoreDirectory, cover: FileCover) throws(JournalError) {
        store = try BlobStore(directory: directory, cover: cover)
        readers = ReadPool(directory: directory)
    }

    /// An attachment that is still to come.
    struct Want {
        /// Whose audience may have it.
        var scopes: [ScopeID]
        /// Bytes of the whole, as its source says.
        var total: Int?
        /// From whom it is coming, and the last second in which it did.
        var source: RegionID?
        var lastSecond: Int64 = 0
        /// Whether what is here came from more than one: a wrong one blames nobody.
        var isMixed = false
        /// Whether a mixed one was wrong: from now on each source begins from the first byte.
        var isAlone = false
        /// Who gave a wrong one.
        var barred: Set<RegionID> = []
    }

    /// One that was handed in here before any change named it.
    struct Unnamed {
        let bytes: Int
        var second: Int64
    }

    /// A scope that is to go: what it names, and what of that is here whole.
    struct Leaving {
        let named: [Digest]
        let here: [Digest]
    }

    struct State {
        var wants: [Digest: Want] = [:]
        /// Keys of `wants`, in the order in which they came.
        var order: [Digest] = []
        /// What commits named since the last look.
        var noted: [NamedBlob] = []
        /// Whether more is wanted than is kept here.
        var hasMore = false
        /// Being written or proven by someone.
        var busy: Set<Digest> = []
        /// What a peer asked for in vain; `asksAny` where they are too many to keep.
        var asked: Set<Digest> = []
        var asksAny = false
        var arrivals: UInt64 = 1
        var unnamed: [Digest: Unnamed] = [:]
        /// Seconds of this run after which what is unnamed may go; nil before that is known.
        var unnamedRest: Int64?
        /// Scopes that are to go, and who said that it has the whole of what they name.
        var leaving: [ScopeID: Leaving] = [:]
        var confirmed: [Digest: Set<RegionID>] = [:]
        var readers = 0
    }

    /// Finds out what is wanted, from the store. Blocking: one look at the disk for each
    /// attachment that changes name.
    package func load() throws(JournalError) {
        var last: NamedBlob?
        while true {
            let after = last
            let page = try readers.read { (reader) throws(JournalError) in
                try reader.namedBlobs(after: after, limit: Limits.namedBlobPageMax)
            }
            for named in page { try want(named) }
            last = page.last
            if page.count < Limits.namedBlobPageMax { return }
        }
    }

    /// Removes what nothing names any more, and wants it no longer. Blocking.
    package func remove(_ digest: Digest) throws(JournalError) {
        state.withLock { state in
            state.wants[digest] = nil
            state.order.removeAll { $0 == digest }
            state.unnamed[digest] = nil
        }
        try store.remove(digest)
    }

    /// Takes in what a commit named. Never blocks.
    package func note(_ named: [NamedBlob]) {
        state.withLock { $0.noted += named }
    }

    /// Attachments that are still to come. Blocking: looks at the disk for what was named since
    /// the last look.
    package func countWanted() throws(JournalError) -> Int {
        try settleNotes()
        return state.withLock { $0.wants.count }
    }

    /// Grows whenever one arrived.
    package var arrivals: UInt64 { state.withLock { $0.arrivals } }

    /// Looks at what was noted. Blocking.
    func settleNotes() throws(JournalError) {
        let noted = state.withLock { state in
            defer { state.noted = [] }
            return state.noted
        }
        for (index, named) in noted.enumerated() {
            do throws(JournalError) {
                try want(named)
            } catch {
                // Nobody else would ever say that they are wanted.
                state.withLock { $0.noted.insert(contentsOf: noted[index...], at: 0) }
                throw error
            }
        }
    }

    private func want(_ named: NamedBlob) throws(JournalError) {
        let isHere = try store.size(of: named.digest) != nil
        state.withLock { state in
            state.unnamed[named.digest] = nil
            guard !isHere else { return }
            if state.wants[named.digest] != nil {
                if state.wants[named.digest]?.scopes.contains(named.scope) == false {
                    state.wants[named.digest]?.scopes.append(named.scope)
                }
            } else if state.wants.count < Limits.blobWantsKeptMax {
                state.wants[named.digest] = Want(scopes: [named.scope])
                state.order.append(named.digest)
            } else {
                state.hasMore = true
            }
        }
    }

    /// It is here and proven: nobody waits for it any more.
    ///
    /// - Returns: Whether a peer asked for it before.
    func arrived(_ digest: Digest) -> Bool {
        state.withLock { state in
            if state.wants.removeValue(forKey: digest) != nil {
                state.order.removeAll { $0 == digest }
            }
            state.busy.remove(digest)
            state.arrivals += 1
            return state.asked.remove(digest) != nil || state.asksAny
        }
    }

    /// It turned out to be here already.
    func forget(_ digest: Digest) {
        state.withLock { state in
            guard !state.busy.contains(digest) else { return }
            state.wants[digest] = nil
            state.order.removeAll { $0 == digest }
        }
    }

    /// - Returns: false where someone else has it.
    func take(hold digest: Digest) -> Bool {
        state.withLock { $0.busy.insert(digest).inserted }
    }

    func release(_ digest: Digest) {
        state.withLock { state in _ = state.busy.remove(digest) }
    }

    /// Whether some scope that `shares` allows names it. Blocking.
    func isNamed(
        _ digest: Digest, where shares: (ScopeID) -> Bool
    ) throws(JournalError) -> Bool {
        let scopes = try readers.read { (reader) throws(JournalError) in
            try reader.scopes(naming: digest)
        }
        return scopes.contains(where: shares)
    }
}
