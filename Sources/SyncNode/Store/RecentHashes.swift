import Base

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
