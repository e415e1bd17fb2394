import Base
import Change
import Crypto
package import Disk
package import Domain
package import Kernel

/// Documents against the log that made them, and attachments against their names.
extension LogCheck {
    /// Compares every stored document with its fold; those that differ are folded once more
    /// under the whole directory, as a document is that was made anew after a recovery.
    ///
    /// - Parameter anew: Makes that second fold from the directory that the first one learned.
    package func compareDocuments(
        with fold: ScratchFold, anew: (Directory) -> ScratchFold
    ) throws(JournalError) {
        let keys = try storedKeys()
        findings.documents = keys.count
        var differing: [DocumentKey] = []
        for key in keys {
            let stored = try reader.document(key)
            if !Self.isSame(stored, fold.document(key)) { differing.append(key) }
        }
        if fold.count > keys.count {
            add(
                StoreFault(
                    .document, "document",
                    "\(fold.count - keys.count) documents of the log are missing"))
        }
        guard !differing.isEmpty else { return }
        let second = anew(fold.directory)
        try refold(into: second)
        for key in differing {
            guard !Self.isSame(try reader.document(key), second.document(key)) else { continue }
            add(
                StoreFault(
                    .document, "\(key.collection) \(key.id.hex)",
                    "it is not what the log folds to"))
        }
    }

    /// All but who owes a reaction, which depends on where it is folded.
    private static func isSame(_ left: StoredDocument?, _ right: StoredDocument?) -> Bool {
        guard let left, let right else { return false }
        return left.scope == right.scope && left.label == right.label
            && left.status == right.status && left.time == right.time
            && left.search == right.search && left.state == right.state
    }

    private func storedKeys() throws(JournalError) -> [DocumentKey] {
        let all = Statement(
            reader.database, "SELECT collection, id FROM document ORDER BY collection, id")
        defer { all.reset() }
        var keys: [DocumentKey] = []
        while try all.step() { keys.append(try DocumentTable.key(all, 0)) }
        return keys
    }

    private func refold(into fold: ScratchFold) throws(JournalError) {
        let sound = walks.filter { !$0.isBroken }
        let stretches = sound.map { RangeStretch(chain: $0.chain, first: Seq(1)) }
        _ = try reader.cursors.each(stretches, upTo: Int(Limits.seqMax)) {
            (row) throws(JournalError) in
            guard row.position <= folded else { return true }
            let walk = sound[row.stretch]
            let change = try ChangeTable.decode(
                Array(row.bytes), suite: walk.chain.state.suite)
            try fold.take(
                change, in: walk.scope, writer: walk.key,
                quarantined: walk.isForked(at: change.header.seq))
            return true
        }
    }

    /// Reads every attachment whole. A node may hold attachments of both suites.
    package func checkBlobs(in blobs: BlobStore) throws(JournalError) {
        for digest in try blobs.all() {
            findings.blobs += 1
            var isSound = false
            for suite in [Suite.sha256Ed25519, .sm3SM2] where !isSound {
                isSound = try blobs.isSound(digest, suite: suite) ?? true
            }
            if !isSound {
                add(StoreFault(.blob, digest.hex, "the content does not have its digest"))
            }
        }
    }
}

extension LogCheck {
    /// Holds own chains against what the sentinel saw: lines that were cut off at the end leave a
    /// log that is sound in itself. Called after `run`.
    ///
    /// - Parameter sentinel: Read before the log was: the node may go on writing meanwhile. nil
    ///   where there is none.
    package func compareSentinel(_ sentinel: SentinelRecord?) throws(JournalError) {
        var own = OwnHistory()
        var ordinal: UInt64 = 0
        if let bytes = try reader.value(StoreValue.base) {
            var base = ByteReader(bytes)
            do throws(DecodeError) {
                ordinal = try base.readNumber(8, "store.ordinal")
                _ = try base.readNumber(8, "store.position")
                own.count = try base.readNumber(8, "store.count")
                own.hash = try base.readDigest("store.hash")
            } catch {
                throw .damaged("value \(StoreValue.base)")
            }
        }
        for walk in walks where walk.key == self.own { own.add(walk.chain.state.head) }
        guard own.count > 0 else { return }
        guard let sentinel else {
            findings.add(StoreFault(.gap, "sentinel", Fence.missing.description))
            return
        }
        // A later incarnation is on its way, or the copy of an older one: the start says so.
        guard sentinel.ordinal == ordinal else { return }
        if sentinel.own.count > own.count {
            let fence = Fence.behind(database: own.count, sentinel: sentinel.own.count)
            findings.add(StoreFault(.gap, "sentinel", fence.description))
        } else if sentinel.own.count == own.count, sentinel.own.hash != own.hash {
            findings.add(StoreFault(.vector, "sentinel", Fence.diverged.description))
        }
    }
}
