import Base
import Blob
import Change
import Crypto
package import Disk
import Gate
import Host
package import Kernel
package import Replication

/// The way of another node's changes into the store: signatures here, on whatever thread the
/// exchange runs; the rest by the writer.
package struct Intake: Sendable {
    let board: KnowledgeBoard
    let writer: Writer
    let blobs: BlobShelf
    /// What this node owes where its parent asks for a receipt; nil where nobody may ask.
    var receipts: ReceiptDuty?

    /// Counts what is not taken; nil where nobody asks.
    var refusals: RefusalLog?

    /// What a delivery came to.
    struct Taken {
        var reports: [AdmissionReport] = []
        /// Attachments that were whole and not what their digest says.
        var wrong: [Digest] = []
    }

    init(board: KnowledgeBoard, writer: Writer, blobs: BlobShelf) {
        self.board = board
        self.writer = writer
        self.blobs = blobs
    }

    /// For a store whose writer someone else opened; its attachments lie under a key that is
    /// forgotten with it.
    package init(
        board: KnowledgeBoard, writer: Writer, directory: StoreDirectory
    ) throws(JournalError) {
        let cover = FileCover(key: SystemRandom.bytes(32)) { SystemRandom.bytes($0) }
        self.init(
            board: board, writer: writer,
            blobs: try BlobShelf(directory: directory, cover: cover))
    }

    /// Commits a delivery. Returns once it is durable or refused for good. All its signatures
    /// are checked before the writer gets any of it: one for each of a few hundred changes, so
    /// that this costs a tenth of the commit, and one large commit costs less than several.
    /// - Throws: where the node cannot take anything now; nothing of the batch is then lost to
    ///   the sender, who offers it again.
    package func take(
        _ delivery: Delivery
    ) async throws(Writer.Failure) -> [AdmissionReport] {
        try await take(delivery, from: nil).reports
    }

    /// - Parameter region: Who gave it; without one, attachments are passed over.
    func take(
        _ delivery: Delivery, from region: RegionID?
    ) async throws(Writer.Failure) -> Taken {
        var names: [ScopeID: ScopeName] = [:]
        for name in delivery.opening { names[name.id] = name }
        if !delivery.opening.isEmpty {
            _ = try await writer.submit(.open(delivery.opening))
        }
        var founders: [ActorID: VerifyingKey] = [:]
        var ready: [Submission] = []
        for batch in delivery.batches {
            guard let name = names[batch.scope] ?? board.scope(batch.scope)?.name else {
                continue
            }
            let good = verify(batch, &founders)
            ready.append(.admit(batch, name: name, good: good))
        }
        let commits = writer.hand(ready)
        var taken = Taken()
        for commit in commits {
            if case .admitted(let report) = try await commit.outcome() {
                taken.reports.append(report)
            }
        }
        if let region, !delivery.chunks.isEmpty {
            taken.wrong = try await take(delivery.chunks, from: region)
        }
        note(taken, from: region)
        if delivery.wantsReceipt, let receipts, region == receipts.store.settings.region.parent {
            _ = try await receipts.fulfil(.asked)
        }
        return taken
    }

    /// Each refusal by its name, with the place that gave it.
    private func note(_ taken: Taken, from region: RegionID?) {
        guard let refusals else { return }
        let who = region.flatMap { board.directory.region($0)?.code.text } ?? "?"
        for report in taken.reports {
            for actor in report.refusals.keys.sorted() {
                if let refusal = report.refusals[actor] { refusals.note(refusal.name, from: who) }
            }
            for _ in report.forked { refusals.note("change-forked", from: who) }
        }
        for _ in taken.wrong { refusals.note("blob-digest", from: who) }
    }

    /// Behind the changes, which may be what names them.
    private func take(
        _ chunks: [BlobChunk], from region: RegionID
    ) async throws(Writer.Failure) -> [Digest] {
        let takings: [(Digest, BlobShelf.Taking)]
        do throws(JournalError) {
            takings = try await Blocking.run { [blobs] () throws(JournalError) in
                var takings: [(Digest, BlobShelf.Taking)] = []
                for chunk in chunks {
                    takings.append((chunk.digest, try blobs.take(chunk, from: region)))
                }
                return takings
            }
        } catch {
            throw .journal(error)
        }
        let isNews = takings.contains { taking in
            taking.1 == .arrived(wasAskedFor: true) || taking.1 == .confirmed
        }
        if isNews { board.touch() }
        return takings.filter { $0.1 == .wrong }.map(\.0)
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

extension Refusal {
    /// The stable name, for people's counts.
    fileprivate var name: String {
        switch self {
        case .badBytes: "change-forged"
        case .wrongPrevious: "change-unlinked"
        case .notNext: "change-gap"
        case .missingDep: "change-unfounded"
        }
    }
}
