import Base
import Change
import Crypto
import Disk

/// Names of values that the store itself gives a meaning.
package enum StoreValue {
    /// Suite and key of the present incarnation: `SQLiteJournal.adopt` writes it.
    package static let incarnation = "incarnation"
    /// 8 random bytes, new with each incarnation: positions of another epoch mean nothing.
    package static let storeEpoch = "storeEpoch"
    /// Ordinal of the incarnation, own history of cut and dropped chains, position floor.
    static let base = "store"
    /// The last row of words that is in the full-text index.
    static let wordsIndexed = "wordsIndexed"
}

/// What the journal counts beside its scopes.
struct JournalCounts {
    /// Arrival position of the last change of the node.
    var position: Int64 = 0
    /// Highest chain number given out.
    var chains: Int64 = 0
    /// Highest row of an incarnation.
    var incarnations: Int64 = 0
    /// Highest row of a document that was ever given out: none is given out twice, since those
    /// who go after the documents keep the row where they stand.
    var documents: Int64 = 0
    /// Highest row of words.
    var words: Int64 = 0
    /// Highest row of words in the full-text index.
    var wordsIndexed: Int64 = 0
    /// The present incarnation; nil before the node has one.
    var incarnation: PublicKey?
    var incarnationDigest: Digest = .zero
    /// Counts incarnations.
    var ordinal: UInt64 = 0
    var storeEpoch: UInt64 = 0
    /// Own history of chains that were cut or dropped.
    var base = OwnHistory()
    /// Own history, all in all.
    var own = OwnHistory()

    func isSameHistory(as other: JournalCounts) -> Bool {
        own == other.own && ordinal == other.ordinal && storeEpoch == other.storeEpoch
    }

    mutating func setIncarnation(_ key: PublicKey) {
        incarnation = key
        incarnationDigest = Hash.digest([key.suite.rawValue], key.bytes, suite: .sha256Ed25519)
    }
}

/// Hashes of recent changes by row key, so that a dependency on one costs no read. Two
/// generations: when the young one is full it becomes the old one, which is dropped.
struct RecentHashes {
    private var young: [Int64: Digest] = [:]
    private var old: [Int64: Digest] = [:]
    private let capacity = Limits.storeRecentHashesMax / 2

    mutating func remember(_ hash: Digest, at key: Int64) {
        if young.count >= capacity {
            old = young
            young = [:]
            young.reserveCapacity(capacity)
        }
        young[key] = hash
    }

    subscript(key: Int64) -> Digest? { young[key] ?? old[key] }

    mutating func forgetAll() {
        young = [:]
        old = [:]
    }
}
