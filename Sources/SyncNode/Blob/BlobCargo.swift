import Base
import Change
package import Kernel
package import Replication

/// Attachments in a bundle: what the changes in it name, and what the recipient asked for.
package struct BlobCargo {
    private let shelf: BlobShelf
    private let peer: BlobShelf.Peer

    package init(_ shelf: BlobShelf, for peer: BlobShelf.Peer) {
        self.shelf = shelf
        self.peer = peer
    }

    /// Pieces to put behind the changes of a bundle. Blocking. What has no room follows with
    /// the next bundle, from the byte at which the recipient's receipt says that it goes on.
    ///
    /// - Parameter wants: What the recipient's last receipt asked for.
    package func frames(
        with frames: [Frame], wants: [BlobWant], roomBytes: Int
    ) throws(JournalError) -> [Frame] {
        var room = roomBytes
        var seen: Set<Digest> = []
        var cargo: [Frame] = []
        for want in wants + named(in: frames) where seen.insert(want.digest).inserted {
            var next: BlobWant? = want
            while let piece = next, room > Limits.blobChunkBytesMax + 128 {
                guard let chunk = try shelf.chunk(piece, for: peer), !chunk.bytes.isEmpty else {
                    break
                }
                cargo.append(.blobChunk(chunk))
                room -= chunk.bytes.count + 128
                let end = chunk.offset + chunk.bytes.count
                next = end < chunk.total ? BlobWant(digest: chunk.digest, offset: end) : nil
            }
        }
        return cargo
    }

    /// What a receipt asks for. Blocking.
    package func wants() throws(JournalError) -> [Frame] {
        var seen: [Digest: Int] = [:]
        var wants: [Frame] = []
        // One piece of each: where a bundle goes on is its first byte that is lacking.
        while wants.count < Limits.blobListMax {
            guard let want = try shelf.missing(for: peer, but: seen, limit: 1).first else { break }
            seen[want.digest] = want.offset
            wants.append(.blobWant(want))
        }
        return wants
    }

    private func named(in frames: [Frame]) -> [BlobWant] {
        var wants: [BlobWant] = []
        for case .range(let batch) in frames {
            for change in batch.changes {
                wants += change.namedBlobs.map { BlobWant(digest: $0, offset: 0) }
            }
        }
        return wants
    }
}
