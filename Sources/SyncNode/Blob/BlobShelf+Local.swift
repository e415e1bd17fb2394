package import API
package import Base
import Crypto
import Disk
import Host
package import Kernel

/// The shelf as people and programs on this side use it. All of it blocks.
extension BlobShelf {
    /// What `put` did.
    package struct Putting: Sendable {
        package let outcome: BlobOutcome
        /// Whether a peer, or a change, was waiting for it.
        package let isAwaited: Bool
    }

    /// Stores an attachment under the digest that the caller claims: SHA-256 or SM3. Durable
    /// when this returns; anything else than the whole of it leaves nothing behind.
    package func put(_ bytes: [UInt8], as digest: Digest) -> Putting {
        func only(_ outcome: BlobOutcome) -> Putting {
            Putting(outcome: outcome, isAwaited: false)
        }
        guard !bytes.isEmpty else { return only(.empty) }
        let suite = Suite.allCases.first { Hash.digest(bytes, suite: $0) == digest }
        guard let suite else { return only(.wrongDigest) }
        guard take(hold: digest) else { return only(.busy) }
        do throws(JournalError) {
            if try store.size(of: digest) != nil {
                release(digest)
                // Handed in again, it is about to be named.
                state.withLock { $0.unnamed[digest]?.second = Self.second() }
                return only(.known(bytes: bytes.count))
            }
            let isNamed = try isNamed(digest) { _ in true }
            if !isNamed, try !makeRoom(for: bytes.count) {
                release(digest)
                return only(.full)
            }
            _ = try store.put(bytes, suite: suite)
            let wasAskedFor = arrived(digest)
            if !isNamed { keepUnnamed(digest, bytes: bytes.count) }
            return Putting(
                outcome: .stored(bytes: bytes.count), isAwaited: wasAskedFor || isNamed)
        } catch .full {
            release(digest)
            return only(.full)
        } catch {
            release(digest)
            Console.say("attachment \(digest.hex): \(error)")
            return only(.failed)
        }
    }

    /// Which of some attachments are not here whole, each once. Blocking: a look at the disk for
    /// each.
    package func missing(of digests: [Digest]) throws(JournalError) -> [Digest] {
        var missing: [Digest] = []
        for digest in digests where !missing.contains(digest) {
            if try size(of: digest) == nil { missing.append(digest) }
        }
        return missing
    }

    /// Bytes of an attachment that is here and durable; nil where it is not.
    package func size(of digest: Digest) throws(JournalError) -> Int? {
        guard !state.withLock({ $0.busy.contains(digest) }) else { return nil }
        return try store.size(of: digest).map(Int.init)
    }

    /// A piece of an attachment; nil where it is not here.
    package func read(
        _ digest: Digest, at offset: Int, count: Int
    ) throws(JournalError) -> [UInt8]? {
        try store.read(digest, at: Int64(offset), count: min(count, Limits.blobChunkBytesMax))
    }

    /// Takes one of the places of those who read attachments out.
    package func beginReading() -> Bool {
        state.withLock { state in
            guard state.readers < Limits.blobReadersMax else { return false }
            state.readers += 1
            return true
        }
    }

    /// Gives the place back.
    package func endReading() { state.withLock { $0.readers -= 1 } }

    /// Removes what no change names: handed in and not used, left by a crash, or of a scope that
    /// was given up before a backup was put back. It has lain here for a day
    /// (`Limits.unnamedBlobSeconds`), and in this run unnamed for `rest` seconds, so that a
    /// restored node had the time to get back the changes that name it. Blocking.
    ///
    /// - Returns: How many were removed.
    package func removeUnnamed(after rest: Int64) throws(JournalError) -> Int {
        let second = Self.second()
        let old = state.withLock { state in
            state.unnamedRest = rest
            return state.unnamed.keys.sorted().filter { digest in
                second - (state.unnamed[digest]?.second ?? second) >= rest
            }
        }
        var count = 0
        for digest in old {
            let age = try store.age(of: digest)
            if let age, age < Limits.unnamedBlobSeconds { continue }
            _ = state.withLock { $0.unnamed.removeValue(forKey: digest) }
            guard age != nil, try !isNamed(digest, where: { _ in true }) else { continue }
            try store.remove(digest)
            count += 1
        }
        return count
    }

    /// Whether so many bytes more may lie here unnamed. What has done so for long goes first,
    /// once it is known that nothing will name it.
    private func makeRoom(for bytes: Int) throws(JournalError) -> Bool {
        if let rest = state.withLock({ $0.unnamedRest }) { _ = try removeUnnamed(after: rest) }
        return state.withLock { state in
            // any order: a sum.
            let sum = state.unnamed.values.reduce(0) { $0 + $1.bytes }
            return sum + bytes <= Limits.unnamedBlobBytesMax
        }
    }

    private func keepUnnamed(_ digest: Digest, bytes: Int) {
        let second = Self.second()
        state.withLock { $0.unnamed[digest] = Unnamed(bytes: bytes, second: second) }
    }

    /// Counts what lies here and no change names: at start. Walks the folders.
    package func countUnnamed() throws(JournalError) {
        for digest in try store.all() where try !isNamed(digest, where: { _ in true }) {
            if let bytes = try store.size(of: digest) {
                keepUnnamed(digest, bytes: Int(bytes))
            }
        }
    }
}
