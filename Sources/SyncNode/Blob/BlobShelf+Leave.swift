package import Base
package import Change
package import Kernel
import Replication

/// A scope is given up (PROTOCOL §3): what it names goes with it, once a carrier has it.
extension BlobShelf {
    /// Notes what is here of a scope that is to go, so that those who carry it now are asked
    /// whether they have it. Blocking: reads the names of that scope.
    ///
    /// - Returns: Whether something is to be asked that was not before.
    package func leave(_ scope: ScopeID) throws(JournalError) -> Bool {
        try settleNotes()
        let named = try names(of: scope)
        var here: [Digest] = []
        for digest in named where try store.size(of: digest) != nil { here.append(digest) }
        return state.withLock { state in
            let known = state.leaving[scope]?.here
            state.leaving[scope] = Leaving(named: named, here: here)
            return known != here && !here.isEmpty
        }
    }

    /// Whether a carrier said that it has all that is here of a scope that is to go.
    package func isConfirmed(_ scope: ScopeID, by region: RegionID) -> Bool {
        state.withLock { state in
            (state.leaving[scope]?.here ?? []).allSatisfy {
                state.confirmed[$0]?.contains(region) == true
            }
        }
    }

    /// The scope is gone: removes what it named and nothing else names, whole or not. Blocking.
    package func left(_ scope: ScopeID) throws(JournalError) {
        let gone = state.withLock { $0.leaving.removeValue(forKey: scope)?.named ?? [] }
        for digest in gone {
            state.withLock { $0.confirmed[digest] = nil }
            if try !isNamed(digest, where: { _ in true }) { try remove(digest) }
        }
    }

    /// Asked behind the last byte: who has the whole says so.
    func unconfirmed(
        by peer: Peer, but passed: [Digest: Int], limit: Int
    ) throws(JournalError) -> [BlobWant] {
        let asked = state.withLock { state in
            state.leaving.keys.sorted().filter(peer.has)
                .flatMap { state.leaving[$0]?.here ?? [] }
                .filter { state.confirmed[$0]?.contains(peer.region) != true }
        }
        var wants: [BlobWant] = []
        for digest in asked where wants.count < limit {
            guard let size = try store.size(of: digest).map(Int.init), passed[digest] != size
            else { continue }
            wants.append(BlobWant(digest: digest, offset: size))
        }
        return wants
    }

    /// - Returns: Whether it is the word that was asked for.
    func confirm(_ chunk: BlobChunk, by region: RegionID) throws(JournalError) -> Bool {
        guard chunk.total > 0, chunk.offset == chunk.total,
            try store.size(of: chunk.digest).map(Int.init) == chunk.total
        else { return false }
        return state.withLock { state in
            guard state.leaving.values.contains(where: { $0.here.contains(chunk.digest) }) else {
                return false
            }
            return state.confirmed[chunk.digest, default: []].insert(region).inserted
        }
    }

    private func names(of scope: ScopeID) throws(JournalError) -> [Digest] {
        try readers.readLog { (reader) throws(JournalError) in
            try reader.namedBlobs(in: scope)
        }
    }
}
