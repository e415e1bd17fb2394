package import Base
import Change
import Disk
package import Kernel
package import Store

/// The insides of a node, for those who measure it.
extension NodeRuntime {
    /// The journal and kernel of a data directory that no process holds: as a writer opens them.
    package static func kernel(
        of data: String
    ) throws(JournalError) -> Kernel<SQLiteJournal> {
        try OpenStore.openKernel(StoreDirectory(path: data)).0
    }

    /// Hands the node's own writer something to do; returns after the commit.
    package func carryOut(_ submission: Submission) async throws(Writer.Failure) -> Outcome {
        try await store.writer.submit(submission)
    }
}

extension NodeRuntime {
    /// Changes of a scope that the parent is not known to hold.
    package func unsent(in scope: ScopeID) -> UInt64 {
        let agreed = peerStates().first?.agreed[scope]
        return board.scope(scope)?.vector.heads.reduce(0) { sum, head in
            sum + head.seq.rawValue - (agreed?[head.actor]?.seq.rawValue ?? 0)
        } ?? 0
    }
}
