package import Base
package import Change
import Disk
import Host
package import Kernel
package import Replication

/// The shelf as an exchange with one peer uses it. All of it blocks.
extension BlobShelf {
    /// Who is at the other end.
    package struct Peer {
        package let region: RegionID
        /// Whether it may give what a scope names: this node carries that scope, and it does or
        /// did.
        package let gives: (ScopeID) -> Bool
        /// Whether it may have what a scope names: it carries that scope.
        package let has: (ScopeID) -> Bool

        package init(
            region: RegionID, gives: @escaping (ScopeID) -> Bool,
            has: @escaping (ScopeID) -> Bool
        ) {
            self.region = region
            self.gives = gives
            self.has = has
        }
    }

    /// What became of a piece.
    package enum Taking: Hashable, Sendable {
        /// Not wanted, not from this peer, or not the next one: nothing was done.
        case passedOver
        /// It says that it has the whole of one that is to go from here.
        case confirmed
        case stored
        /// The attachment is whole, proven and durable.
        case arrived(wasAskedFor: Bool)
        /// It was whole and another: thrown away.
        case wrong
    }

    /// As `LocalKnowledge.missingBlobs`.
    package func missing(
        for peer: Peer, but passed: Set<Digest>, limit: Int
    ) throws(JournalError) -> [BlobWant] {
        try settleNotes()
        try refill()
        let second = Self.second()
        var known: [ScopeID: Bool] = [:]
        var found: [Digest] = []
        state.withLock { state in
            for digest in state.order where found.count < limit && !passed.contains(digest) {
                guard let want = state.wants[digest], want.mayCome(from: peer.region, at: second)
                else { continue }
                let isShared = want.scopes.contains { scope in
                    if let answer = known[scope] { return answer }
                    let answer = peer.gives(scope)
                    known[scope] = answer
                    return answer
                }
                if isShared { found.append(digest) }
            }
        }
        var wants: [BlobWant] = []
        for digest in found where wants.count < limit {
            if try store.size(of: digest) != nil {
                forget(digest)
                continue
            }
            let received = Int(try store.received(of: digest))
            let total = state.withLock { $0.wants[digest]?.total }
            var offset = received
            repeat {
                wants.append(BlobWant(digest: digest, offset: offset))
                offset += Limits.blobChunkBytesMax
            } while wants.count < limit && offset < total ?? 0
        }
        if wants.count < limit {
            wants += try unconfirmed(by: peer, but: passed, limit: limit - wants.count)
        }
        return wants
    }

    /// As `LocalKnowledge.blobChunk`: never for a peer outside of every audience that has it. Who
    /// was in one, and asks behind the last byte, hears that all of it is here.
    package func chunk(_ want: BlobWant, for peer: Peer) throws(JournalError) -> BlobChunk? {
        let isBusy = state.withLock { state in
            if state.asked.count < Limits.blobWantsKeptMax {
                state.asked.insert(want.digest)
            } else {
                state.asksAny = true
            }
            return state.busy.contains(want.digest)
        }
        guard !isBusy, let size = try store.size(of: want.digest).map(Int.init),
            size > 0, want.offset <= size,
            try isNamed(
                want.digest,
                where: { peer.has($0) || (want.offset == size && peer.gives($0)) })
        else { return nil }
        let bytes: [UInt8]?
        do throws(JournalError) {
            bytes = try store.read(
                want.digest, at: Int64(want.offset), count: Limits.blobChunkBytesMax)
        } catch .damaged {
            // As if it were not here: another has it whole, and `verify` names it.
            bytes = nil
        }
        guard let bytes else { return nil }
        state.withLock { state in _ = state.asked.remove(want.digest) }
        return BlobChunk(digest: want.digest, offset: want.offset, total: size, bytes: bytes)
    }

    /// Whether `chunk` would have something, if only the word that it is here.
    package func holds(_ digest: Digest, for peer: Peer) throws(JournalError) -> Bool {
        guard !state.withLock({ $0.busy.contains(digest) }),
            try store.size(of: digest) ?? 0 > 0
        else { return false }
        return try isNamed(digest, where: { peer.has($0) || peer.gives($0) })
    }

    /// Takes the next piece of an attachment that is wanted. What is here when it is whole is
    /// proven against its digest and made durable before anyone is told that it is here.
    ///
    /// - Parameter region: Who gave it.
    package func take(
        _ chunk: BlobChunk, from region: RegionID
    ) throws(JournalError) -> Taking {
        try settleNotes()
        let digest = chunk.digest
        if chunk.bytes.isEmpty {
            return try confirm(chunk, by: region) ? .confirmed : .passedOver
        }
        guard chunk.total > 0, take(hold: digest) else { return .passedOver }
        var isDone = false
        defer { if !isDone { release(digest) } }
        guard try begin(chunk, from: region) else { return .passedOver }
        let held = Int(try store.append(chunk.bytes, to: digest, at: Int64(chunk.offset)))
        state.withLock { $0.wants[digest]?.total = chunk.total }
        guard held >= chunk.total else { return .stored }
        guard held == chunk.total, try store.finish(digest) else {
            store.discard(digest)
            blame(region, for: digest)
            return .wrong
        }
        isDone = true
        return .arrived(wasAskedFor: arrived(digest))
    }

    /// Whether a piece is the next one of what is wanted, from someone who may give it.
    private func begin(
        _ chunk: BlobChunk, from region: RegionID
    ) throws(JournalError) -> Bool {
        let second = Self.second()
        let received = Int(try store.received(of: chunk.digest))
        let restarts = state.withLock { state -> Bool? in
            guard var want = state.wants[chunk.digest], want.mayCome(from: region, at: second)
            else { return nil }
            var restarts = false
            if received == 0 {
                want.isMixed = false
                want.total = nil
            } else if let total = want.total, total != chunk.total {
                // One of two sizes is a lie: begun anew, and not mixed again.
                want.isAlone = true
                restarts = true
            } else if want.source != region {
                restarts = want.isAlone
                want.isMixed = true
            }
            if restarts {
                want.isMixed = false
                want.total = nil
            }
            want.source = region
            want.lastSecond = second
            state.wants[chunk.digest] = want
            return restarts
        }
        guard let restarts else { return false }
        if restarts { store.discard(chunk.digest) }
        return chunk.offset == (restarts ? 0 : received)
    }

    private func blame(_ region: RegionID, for digest: Digest) {
        state.withLock { state in
            guard var want = state.wants[digest] else { return }
            if want.isMixed { want.isAlone = true } else { want.barred.insert(region) }
            want.isMixed = false
            want.total = nil
            want.source = nil
            state.wants[digest] = want
        }
    }

    /// Reads on in the store where more was wanted than is kept here.
    private func refill() throws(JournalError) {
        let isShort = state.withLock { state in
            guard state.hasMore, state.wants.count < Limits.blobWantsKeptMax / 2 else {
                return false
            }
            state.hasMore = false
            return true
        }
        guard isShort else { return }
        do throws(JournalError) {
            try load()
        } catch {
            state.withLock { $0.hasMore = true }
            throw error
        }
    }

    static func second() -> Int64 { Int64(SystemClock.monotonicNanos() / 1_000_000_000) }
}

extension BlobShelf.Want {
    /// One source at a time, unless it has fallen silent; never one that gave a wrong one.
    func mayCome(from region: RegionID, at second: Int64) -> Bool {
        if barred.contains(region) { return false }
        return source == nil || source == region
            || second - lastSecond >= Limits.blobSourceSeconds
    }
}
