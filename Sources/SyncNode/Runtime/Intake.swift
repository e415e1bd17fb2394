import Base
import Change
import Crypto
package import Disk
package import Kernel
package import Replication

/// The way of another node's changes into the store: signatures here, on whatever thread the
/// exchange runs; the rest by the writer.
package struct Intake: Sendable {
    let board: KnowledgeBoard
    let writer: Writer
    let blobs: BlobShelf

    init(board: KnowledgeBoard, writer: Writer, blobs: BlobShelf) {
        self.board = board
        self.writer = writer
        self.blobs = blobs
    }

    /// For a store whose writer someone else opened.
    package init(
        board: KnowledgeBoard, writer: Writer, directory: StoreDirectory
    ) throws(JournalError) {
        self.init(board: board, writer: writer, blobs: try BlobShelf(directory: directory))
    }

    /// Commits a delivery. Returns once it is durable or refused for good. While the writer has
    /// one batch, the signatures of the next are checked here.
    /// - Throws: where the node cannot take anything now; nothing of the batch is then lost to
    ///   the sender, who offers it again.
    package func take(
        _ delivery: Delivery
    ) async throws(Writer.Failure) -> [AdmissionReport] {
        var names: [ScopeID: ScopeName] = [:]
        for name in delivery.opening { names[name.id] = name }
        if !delivery.opening.isEmpty {
            _ = try await writer.submit(.open(delivery.opening))
        }
        var founders: [ActorID: VerifyingKey] = [:]
        var commits: [WriterTicket] = []
        var ready: [Submission] = []
        var changes = 0
        for batch in delivery.batches {
            guard let name = names[batch.scope] ?? board.scope(batch.scope)?.name else {
                continue
            }
            let good = verify(batch, &founders)
            ready.append(.admit(batch, name: name, good: good))
            changes += batch.changes.count
            guard changes >= Limits.intakeChangesMin else { continue }
            commits += ready.map(writer.hand)
            ready = []
            changes = 0
        }
        commits += ready.map(writer.hand)
        var reports: [AdmissionReport] = []
        for commit in commits {
            if case .admitted(let report) = try await commit.outcome() { reports.append(report) }
        }
        for chunk in delivery.chunks { blobs.take(chunk) }
        return reports
    }

    /// - Parameter founders: Keys of chains that earlier batches of the delivery begin.
    private func verify(
        _ batch: ChangeBatch, _ founders: inout [ActorID: VerifyingKey]
    ) -> [Bool] {
        let known = founders
        let good = batch.verify { actor in
            known[actor] ?? board.verifyingKey(of: actor, in: batch.scope)
        }.map { $0 == .good }
        for index in batch.segments.indices where good[index] {
            let actor = batch.segments[index].actor
            guard known[actor] == nil, let genesis = batch.foundingKey(of: index) else { continue }
            do throws(CryptoError) {
                founders[actor] = try VerifyingKey(genesis.key)
            } catch {
                // The signature was checked with it just now.
                invariant(false, "a key that has verified can be parsed")
            }
        }
        return good
    }
}
