import Base
import Change

/// Attachments between two nodes: asked for by digest and offset, answered in pieces, behind
/// all changes of a message.
///
/// Each side asks for what it lacks. A piece that the other does not have is remembered there,
/// and sent once it came: so nothing is asked for twice over a link that stands.
struct BlobTalk: Sendable {
    /// Asked of the peer and not answered, with the push messages that came since.
    private var asked: [BlobWant: Int] = [:]
    /// What the peer said it does not have, with the offset that was asked for: it will speak
    /// first. From another offset on it is another question.
    private var absent: [Digest: Int] = [:]
    /// Asked by the peer: to be answered, in the order asked.
    private var owed: [BlobWant] = []
    /// Asked by the peer while it was not here.
    private var promised: [Digest: BlobWant] = [:]
    /// The knowledge's count of arrivals when `promised` was last looked at.
    private var arrivals: UInt64 = 0

    /// What need not be asked for now.
    var passedOver: [Digest: Int] { absent }
    /// How many more pieces may be on their way.
    var room: Int { Swift.max(0, Limits.blobPiecesMax - asked.count) }

    /// Whether a piece was asked for already.
    func isAwaited(_ want: BlobWant) -> Bool { asked[want] != nil }

    mutating func ask(_ want: BlobWant) { asked[want] = 0 }

    /// The peer asks. Beyond the bound it asks again later.
    mutating func take(_ want: BlobWant) {
        promised[want.digest] = nil
        guard owed.count < Limits.blobWantsMax, !owed.contains(want) else { return }
        owed.append(want)
    }

    /// The peer answers, or keeps its promise.
    /// - Returns: Whether the piece brings something.
    mutating func take(_ chunk: BlobChunk) -> Bool {
        if chunk.total == 0 {
            var last = absent[chunk.digest] ?? 0
            // any order: each one is looked at for itself.
            for want in asked.keys where want.digest == chunk.digest {
                last = Swift.max(last, want.offset)
                asked[want] = nil
            }
            if absent.count < Limits.blobWantsKeptMax { absent[chunk.digest] = last }
            return false
        }
        asked[BlobWant(digest: chunk.digest, offset: chunk.offset)] = nil
        absent[chunk.digest] = nil
        return true
    }

    /// A message of the push lane came: what it did not answer counts as lost after a while.
    mutating func age() {
        // any order: each one is looked at for itself.
        for want in asked.keys {
            let age = (asked[want] ?? 0) + 1
            asked[want] = age > Limits.flightRoundsMax ? nil : age
        }
    }

    /// A message was lost, and maybe with it what was asked, or the piece with which the peer
    /// kept a promise: it would not speak of that one again.
    mutating func doubt() {
        asked = [:]
        absent = [:]
    }

    /// What is to be answered now.
    mutating func nextOwed() -> BlobWant? { owed.isEmpty ? nil : owed.removeFirst() }
    var owesMore: Bool { !owed.isEmpty }

    mutating func promise(_ want: BlobWant) {
        guard promised.count < Limits.blobWantsKeptMax else { return }
        promised[want.digest] = want
    }

    /// Promises that can be kept, where anything arrived since the last look: they are owed.
    mutating func keepPromises<Failure: Error>(
        of count: UInt64, holds: (Digest) throws(Failure) -> Bool
    ) throws(Failure) {
        guard arrivals != count else { return }
        for digest in promised.keys.sorted() where try holds(digest) {
            guard owed.count < Limits.blobWantsMax, let want = promised[digest] else { return }
            promised[digest] = nil
            owed.append(want)
        }
        arrivals = count
    }
}

extension Link {
    /// Behind everything else: answers what the peer asked for, then asks. A message that is
    /// full of changes still takes one piece, so that attachments do not starve; one that is
    /// not takes `Limits.blobPiecesMax`, so that no change waits long for them.
    mutating func exchangeBlobs<K: LocalKnowledge>(
        _ draft: inout Draft, knowing knowledge: K
    ) throws(K.Failure) {
        guard !isDirectoryOnly else { return }
        try blobs.keepPromises(of: knowledge.blobArrivals()) { (digest) throws(K.Failure) in
            try knowledge.holdsBlob(digest)
        }
        var pieces = draft.isFull || draft.leavesMore ? 1 : Limits.blobPiecesMax
        var room = Swift.min(blobs.room, pieces)
        while blobs.owesMore {
            guard pieces > 0, draft.hasRoom, let want = blobs.nextOwed() else {
                draft.leavesMore = true
                break
            }
            if let chunk = try knowledge.blobChunk(want) {
                pieces -= 1
                draft.rangeBytes += chunk.bytes.count
                draft.frames.append(.blobChunk(chunk))
            } else {
                let absent = BlobChunk(digest: want.digest, offset: 0, total: 0, bytes: [])
                draft.frames.append(.blobChunk(absent))
                blobs.promise(want)
            }
        }
        guard room > 0 else { return }
        let missing = try knowledge.missingBlobs(
            but: blobs.passedOver, limit: Limits.blobPiecesMax)
        for want in missing where room > 0 && !blobs.isAwaited(want) {
            blobs.ask(want)
            draft.frames.append(.blobWant(want))
            room -= 1
        }
    }
}
