import Base
import Change
import Kernel
import Replication

/// The attachments of a simulated node: what the product's shelf promises, without files.
struct SimulatedShelf {
    /// What became of a piece.
    enum Taking {
        case passedOver
        case stored
        /// The whole is here and proven.
        case arrived
        /// It was whole and another.
        case wrong
        /// A carrier says that it has the whole of one that is to go.
        case confirmed
    }

    /// Small, so that one takes several messages.
    static let pieceBytes = 60

    private(set) var whole: [Digest: [UInt8]] = [:]
    private var parts: [Digest: [UInt8]] = [:]
    /// Digests of the scopes that are to go, and who said that it has them.
    private var leaving: [ScopeID: [Digest]] = [:]
    private var confirmed: [Digest: Set<RegionID>] = [:]
    /// Whether a backup was put back beside it, so that nothing there need name what lies here.
    var mayHoldUnnamed = false
    /// Grows whenever one arrived.
    private(set) var arrivals: UInt64 = 1

    mutating func put(_ bytes: [UInt8]) -> Digest {
        let digest = ExchangeHash.digest(bytes)
        whole[digest] = bytes
        arrivals += 1
        return digest
    }

    /// The change that was to name it was not written.
    mutating func remove(_ digest: Digest) { whole[digest] = nil }

    /// The next piece that is lacking.
    func want(_ digest: Digest) -> BlobWant {
        BlobWant(digest: digest, offset: parts[digest]?.count ?? 0)
    }

    /// - Parameter isInside: Whether the asker carries what names it; else it hears only that
    ///   the whole is here.
    func piece(_ want: BlobWant, isInside: Bool) -> BlobChunk? {
        guard let bytes = whole[want.digest], want.offset <= bytes.count,
            isInside || want.offset == bytes.count
        else { return nil }
        let end = min(bytes.count, want.offset + Self.pieceBytes)
        return BlobChunk(
            digest: want.digest, offset: want.offset, total: bytes.count,
            bytes: Array(bytes[want.offset..<end]))
    }

    /// - Parameter isWanted: Whether a scope that the node carries names it.
    mutating func take(_ chunk: BlobChunk, from region: RegionID, isWanted: Bool) -> Taking {
        if let mine = whole[chunk.digest] {
            guard chunk.bytes.isEmpty, chunk.total == mine.count,
                // any order: one is enough.
                leaving.values.contains(where: { $0.contains(chunk.digest) })
            else { return .passedOver }
            confirmed[chunk.digest, default: []].insert(region)
            return .confirmed
        }
        guard isWanted, chunk.offset == parts[chunk.digest]?.count ?? 0 else {
            return .passedOver
        }
        parts[chunk.digest, default: []] += chunk.bytes
        guard let held = parts[chunk.digest], held.count >= chunk.total else { return .stored }
        parts[chunk.digest] = nil
        guard ExchangeHash.digest(held) == chunk.digest else { return .wrong }
        whole[chunk.digest] = held
        arrivals += 1
        return .arrived
    }

    /// What is not whole was not synced.
    mutating func losePower() {
        parts = [:]
        leaving = [:]
        confirmed = [:]
    }

    // MARK: a scope goes

    mutating func leave(_ scope: ScopeID, naming digests: [Digest]) {
        leaving[scope] = digests
    }

    /// Asked behind the last byte.
    func unconfirmed(_ scope: ScopeID, by region: RegionID) -> [BlobWant] {
        (leaving[scope] ?? []).compactMap { digest in
            guard let size = whole[digest]?.count, confirmed[digest]?.contains(region) != true
            else { return nil }
            return BlobWant(digest: digest, offset: size)
        }
    }

    /// The scopes of which something is asked, by id.
    var left: [ScopeID] { leaving.keys.sorted() }

    /// The scope is gone.
    ///
    /// - Returns: What was removed with it: named by nothing that is left.
    mutating func left(_ scope: ScopeID, isNamed: (Digest) -> Bool) -> [[UInt8]] {
        var gone: [[UInt8]] = []
        for digest in leaving.removeValue(forKey: scope) ?? [] {
            confirmed[digest] = nil
            parts[digest] = nil
            guard !isNamed(digest), let bytes = whole.removeValue(forKey: digest) else { continue }
            gone.append(bytes)
        }
        return gone
    }

    /// - Returns: What was removed: named by nothing.
    mutating func clear(isNamed: (Digest) -> Bool) -> [[UInt8]] {
        mayHoldUnnamed = false
        let gone = whole.filter { !isNamed($0.key) }
        // any order: each goes for itself.
        for digest in gone.keys { whole[digest] = nil }
        return Array(gone.values)
    }
}
