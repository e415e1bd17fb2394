import Base
import Change

/// What was said of one thing by one statement.
struct Said<Value: Sendable>: Sendable {
    let value: Value
    /// The region in whose scope it was said.
    let place: RegionID
    /// The incarnation that said it.
    let author: IncarnationKey
    let seq: Seq
    let hash: Digest
    let time: HybridTime

    init(_ value: Value, by statement: Directory.Statement) {
        self.value = value
        place = statement.region
        author = statement.key
        seq = statement.seq
        hash = statement.hash
        time = statement.time
    }
}

extension Sequence {
    /// The statement that stands, whatever the order of these.
    ///
    /// One scope has one writer at a time, the seat: a later seat's word stands before an
    /// earlier one's, and in one chain the later number. Clocks tell nothing there: a restored
    /// node's may be behind. Of several scopes (a place that was moved), none of which follows
    /// the other, the later clock stands, then the hash.
    ///
    /// - Parameter epochs: Of an author, the epoch of its seat.
    func latest<Value>(_ epochs: [IncarnationKey: UInt64]) -> Said<Value>?
    where Element == Said<Value> {
        var bestByPlace: [RegionID: Said<Value>] = [:]
        for said in self {
            guard let best = bestByPlace[said.place] else {
                bestByPlace[said.place] = said
                continue
            }
            let (old, new) = (epochs[best.author] ?? 0, epochs[said.author] ?? 0)
            if (old, best.seq, best.hash) < (new, said.seq, said.hash) {
                bestByPlace[said.place] = said
            }
        }
        // any order: the greatest is the same.
        return bestByPlace.values.max { ($0.time, $0.hash) < ($1.time, $1.hash) }
    }
}

/// All that was said of one thing, and what of it stands.
struct Standing<Value: Sendable>: Sendable {
    private var said: [Said<Value>] = []
    private(set) var latest: Said<Value>?

    /// - Returns: Whether the new word stands.
    mutating func add(_ word: Said<Value>, _ epochs: [IncarnationKey: UInt64]) -> Bool {
        said.append(word)
        settle(epochs)
        return latest?.hash == word.hash && latest?.place == word.place
    }

    /// Looks again, as an author's epoch turned out to be another.
    mutating func settle(_ epochs: [IncarnationKey: UInt64]) { latest = said.latest(epochs) }
}
