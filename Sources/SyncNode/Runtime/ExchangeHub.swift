package import Base
import Blob
import Change
import Domain
import Gate
import Kernel
import Replication
import Store
import Synchronization

/// Every link at which this node answers: by the incarnation that greets, then by the name
/// that the greeting made.
actor ExchangeHub {
    private var byKey: [IncarnationKey: AnsweringPeer] = [:]
    private var byToken: [Digest16: AnsweringPeer] = [:]
    private let known = Mutex<[RegionID: PeerWatch]>([:])
    private var cut: Set<RegionID> = []
    private var regions: [IncarnationKey: RegionID] = [:]
    private let board: KnowledgeBoard
    private let readers: ReadPool
    private let blobs: BlobShelf
    private let intake: Intake
    private let signer: IncarnationSigner
    private let region: RegionID
    private let storeEpoch: Digest16
    private let clock: NodeClock
    private let onRollback: @Sendable () -> Void

    init(
        board: KnowledgeBoard, readers: ReadPool, blobs: BlobShelf, intake: Intake,
        signer: IncarnationSigner, region: RegionID, storeEpoch: Digest16, clock: NodeClock,
        onRollback: @escaping @Sendable () -> Void
    ) {
        self.onRollback = onRollback
        self.board = board
        self.readers = readers
        self.blobs = blobs
        self.intake = intake
        self.signer = signer
        self.region = region
        self.storeEpoch = storeEpoch
        self.clock = clock
    }

    /// Who has dialled, by region.
    nonisolated var watches: [PeerWatch] {
        known.withLock { known in known.keys.sorted().compactMap { known[$0] } }
    }

    /// Answers one message; nil where the link is cut on purpose (demo).
    ///
    /// - Parameter caller: The place that the caller's certificate proves; nil where none is
    ///   asked for.
    func answer(_ message: Message, from caller: RegionID?) async throws -> Message? {
        guard let peer = peer(for: message) else {
            if message.hello == nil { return Answerer.unknownLink }
            return Message([.refused(RefusalNotice(.notAllowed))])
        }
        let region = await peer.region
        if let caller, caller != region { throw GateRefusal.wrongRegion }
        if cut.contains(region) { return nil }
        let answer = try await peer.answer(message, pollSeconds: Limits.pollSeconds)
        if cut.contains(region) { return nil }
        if let token = await peer.token { byToken[token] = peer }
        if byToken.count > Limits.answeringPeersMax * 2 { byToken.removeAll() }
        return answer
    }

    /// Asks whoever dials from a region for a receipt.
    /// - Returns: Whether anyone does.
    func demandReceipt(of region: RegionID) async -> Bool {
        var isAsked = false
        for peer in byKey.values where await peer.region == region {
            await peer.demandReceipt()
            isAsked = true
        }
        return isAsked
    }

    func setCut(_ isCut: Bool, with region: RegionID) {
        if isCut { cut.insert(region) } else { cut.remove(region) }
    }

    private func peer(for message: Message) -> AnsweringPeer? {
        switch message.route {
        case .nowhere: return nil
        case .link(let token): return byToken[token]
        case .incarnation(let key):
            if let known = byKey[key] { return known }
            guard let other = board.directory.region(of: key),
                byKey.count < Limits.answeringPeersMax
            else { return nil }
            let watch = known.withLock { known in
                let watch = known[other] ?? PeerWatch(region: other, url: "")
                known[other] = watch
                return watch
            }
            let knowledge = ExchangeKnowledge(
                board: board, readers: readers, blobs: blobs, signer: signer, region: region,
                peer: other)
            let peer = AnsweringPeer(
                knowledge: knowledge, storeEpoch: storeEpoch, intake: intake, clock: clock,
                watch: watch, onRollback: onRollback)
            byKey[key] = peer
            return peer
        }
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
