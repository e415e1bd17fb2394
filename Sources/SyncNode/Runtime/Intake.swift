import Base
import Change
import Kernel
import Replication

/// The way of another node's changes into the store: signatures here, on whatever thread the
/// exchange runs; the rest by the writer.
struct Intake: Sendable {
    let board: KnowledgeBoard
    let writer: Writer
    let blobs: BlobShelf

    /// Commits a delivery. Returns once it is durable or refused for good.
    /// - Throws: where the node cannot take anything now; nothing of the batch is then lost to
    ///   the sender, who offers it again.
    func take(_ delivery: Delivery) async throws(Writer.Failure) -> [AdmissionReport] {
        var names: [ScopeID: ScopeName] = [:]
        for name in delivery.opening { names[name.id] = name }
        if !delivery.opening.isEmpty {
            _ = try await writer.submit(.open(delivery.opening))
        }
        var reports: [AdmissionReport] = []
        for batch in delivery.batches {
            guard let name = names[batch.scope] ?? board.scope(batch.scope)?.name else {
                continue
            }
            let board = board
            let good = batch.verify { actor in
                board.verifyingKey(of: actor, in: batch.scope)
            }.map { $0 == .good }
            let outcome = try await writer.submit(.admit(batch, name: name, good: good))
            if case .admitted(let report) = outcome { reports.append(report) }
        }
        for chunk in delivery.chunks { blobs.take(chunk) }
        return reports
    }
}
