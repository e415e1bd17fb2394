import API
import Base
import Change
import Domain
import Host
import Kernel
import Replication
import Store

/// A node's receipts to those above it (PROTOCOL §7.8): what it durably holds of all that it
/// shares with its parent, but for control scopes. At most one a day by itself, one a minute
/// where the parent asks, and none where there is nothing to say.
struct ReceiptDuty: Sendable {
    /// Why a receipt is looked at.
    enum Cause {
        case daily
        /// The parent asked over the link.
        case asked
        /// Someone at this node wants it now.
        case ordered

        var pauseMillis: Int64 {
            switch self {
            case .daily: Limits.receiptMillisMin
            case .asked: Limits.receiptAskedMillisMin
            case .ordered: 0
            }
        }
    }

    let store: OpenStore
    let clock: NodeClock

    /// Writes a receipt where one is due.
    ///
    /// - Returns: The scopes of which it says something new; 0 where none was written.
    func fulfil(_ cause: Cause) async throws(Writer.Failure) -> Int {
        let region = store.settings.region
        guard let parent = region.parent,
            store.board.directory.seat(of: region.id)?.key == store.signer.key
        else { return 0 }
        let state = try said(by: region.id)
        let next = state.next(Self.held(store.board, sharedBy: region.id, and: parent))
        guard !next.isEmpty else { return 0 }
        if let last = state.time?.millis {
            // A clock that was set back is no reason to wait for years.
            let since = clock.now().millis - last
            guard since < 0 || since >= cause.pauseMillis else { return 0 }
        }
        let draft = Draft(
            scope: .control(region.id), kind: .scopeReceipt, body: HoldingState.body(next))
        _ = try await store.writer.submit(.write([draft]))
        return next.count
    }

    /// Looks again and again, until the task is cancelled.
    func keep() async {
        var pause = Int.random(in: 1...Limits.receiptCheckSeconds)
        while !Task.isCancelled {
            do {
                try await Task.sleep(for: .seconds(pause))
            } catch {
                return
            }
            pause = Limits.receiptCheckSeconds
            do throws(Writer.Failure) {
                _ = try await fulfil(.daily)
            } catch {
                Console.say("a receipt could not be written: \(error)")
            }
        }
    }

    private func said(by region: RegionID) throws(Writer.Failure) -> HoldingState {
        do throws(JournalError) {
            return try store.readers.read { (reader) throws(JournalError) in
                try Self.said(by: region, in: reader)
            }
        } catch {
            throw .journal(error)
        }
    }

    /// What a region's node has said that it holds, as far as it is known here.
    static func said(
        by region: RegionID, in reader: SnapshotReader
    ) throws(JournalError) -> HoldingState {
        guard let document = try reader.document(HoldingState.key(of: region)) else {
            return HoldingState(region: region)
        }
        do throws(JSONError) {
            return try HoldingState(document)
        } catch {
            throw .damaged("a receipt's document is not of its form")
        }
    }

    /// What is here of the scopes that two regions share, but for control scopes: a receipt is
    /// never about receipts.
    static func held(
        _ board: KnowledgeBoard, sharedBy one: RegionID, and other: RegionID
    ) -> [HoldingState.Scope] {
        board.news(since: nil, sharedBy: one, and: other).scopes.compactMap { scope in
            guard scope.name.family != .control, !scope.vector.heads.isEmpty else { return nil }
            return HoldingState.Scope(
                id: scope.id,
                heads: scope.vector.heads.map {
                    .init(actor: $0.actor, seq: $0.seq, hash: $0.hash.prefix16)
                })
        }
    }
}

extension NodeRuntime {
    /// Writes a receipt now, or asks a child for one.
    ///
    /// - Returns: As the answer of `POST /api/v1/receipt`; nil where there is no such child.
    func receipt(of child: RegionID?) async throws(Writer.Failure) -> ReceiptReport? {
        guard let child else {
            let duty = ReceiptDuty(store: store, clock: clock)
            return ReceiptReport(scopes: try await duty.fulfil(.ordered), isAsked: false)
        }
        guard board.directory.region(child)?.parent == settings.region.id else { return nil }
        var isAsked = await hub.demandReceipt(of: child)
        for peer in dialled() where peer.watch.now.region == child {
            await peer.demandReceipt()
            isAsked = true
        }
        guard isAsked else { return nil }
        board.touch()
        return ReceiptReport(scopes: 0, isAsked: true)
    }
}
