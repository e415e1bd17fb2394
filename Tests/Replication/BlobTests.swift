import Base
import Change
import Replication
import Testing

/// Attachments over links: resumed, last, and only what was asked for.
@Suite struct BlobTests {
    let cases = ScopeName.cases(RegionID(1), year: 2026)

    static func blob(_ count: Int, _ seed: UInt64 = 1) -> [UInt8] {
        var dice = Dice(seed)
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
    }

    /// Five megabytes over two hops, with the links cut at random bytes of random messages: it
    /// arrives, nothing that was stored is sent again, and each seed goes the same way twice.
    @Test(arguments: [1, 2, 3] as [UInt64]) func twoHopsWithCuts(seed: UInt64) throws {
        let blob = Self.blob(5_000_000, seed)
        let digest = ExchangeHash.digest(blob)
        let first = try run(blob, digest, seed: seed)
        #expect(first.cuts > 10)
        let again = try run(blob, digest, seed: seed)
        #expect(first == again, "one seed, one course")
    }

    struct Course: Hashable {
        var cuts = 0
        var requests = 0
        var bytes = 0
    }

    private func run(_ blob: [UInt8], _ digest: Digest, seed: UInt64) throws -> Course {
        let nodes = [Village(0), Village(1), Village(2)]
        nodes[0].blobs[digest] = blob
        nodes[1].missing = [digest]
        nodes[2].missing = [digest]
        var dice = Dice(seed)
        var course = Course()
        // The lower link is dialled by the side that has it, the upper by the side that lacks it.
        let wires = [Wire(nodes[0], nodes[1]), Wire(nodes[2], nodes[1])]
        for wire in wires {
            func cut() -> Bool {
                // At some byte: what has come until there is no message.
                guard dice.hits(4) else { return false }
                course.cuts += 1
                return true
            }
            wire.losesRequest = cut
            wire.losesAnswer = cut
        }
        for _ in 0..<200 where nodes[2].blobs[digest] == nil {
            for wire in wires {
                try wire.sync()
                if dice.hits(5) { wire.restartBelow() }
            }
        }
        #expect(nodes[1].blobs.keys.contains(digest) && nodes[2].blobs.keys.contains(digest))
        #expect(nodes[1].blobBytesAgain == 0 && nodes[2].blobBytesAgain == 0)
        for wire in wires {
            course.requests += wire.requests
            course.bytes += wire.bytesUp + wire.bytesDown
            wire.losesRequest = { false }
            wire.losesAnswer = { false }
            try wire.sync()
            wire.reset()
            try wire.sync()
            #expect(wire.requests == 1 && wire.bytesUp <= 80 && wire.bytesDown <= 80)
        }
        return course
    }

    /// What the middle does not have yet is asked for once, and sent on when it came.
    @Test func aPromiseIsKept() throws {
        let blob = Self.blob(300_000)
        let digest = ExchangeHash.digest(blob)
        let low = Village(0)
        let middle = Village(1)
        let high = Village(2)
        middle.missing = [digest]
        high.missing = [digest]
        let upper = Wire(middle, high)
        let lower = Wire(low, middle)
        middle.write(cases)
        try upper.sync()
        try upper.poll()
        upper.reset()
        try upper.sync()
        #expect(upper.requests == 1, "it is not asked for again and again")
        low.blobs[digest] = blob
        try lower.sync()
        #expect(middle.blobs.keys.contains(digest))
        try upper.sync()
        #expect(high.blobs.keys.contains(digest) && high.blobBytesAgain == 0)
        #expect(upper.bytesUp < blob.count + 8_000)
    }

    /// The piece that keeps a promise is lost on its way: it is asked for again.
    @Test(arguments: [true, false]) func aLostPromiseIsAskedForAgain(isRequest: Bool) throws {
        let blob = Self.blob(1_000)
        let digest = ExchangeHash.digest(blob)
        let wire = Wire(Village(0), Village(1))
        let (giver, asker) = isRequest ? (wire.below, wire.above) : (wire.above, wire.below)
        giver.write(cases)
        asker.missing = [digest]
        try wire.sync()
        giver.blobs[digest] = blob
        giver.arrivals += 1
        giver.write(cases)
        var isLost = false
        let loses = {
            defer { isLost = true }
            return !isLost
        }
        if isRequest { wire.losesRequest = loses } else { wire.losesAnswer = loses }
        try wire.sync()
        try wire.sync()
        #expect(isLost)
        #expect(asker.blobs.keys.contains(digest))
    }

    /// A parked poll is answered once the blob that was asked for came from elsewhere.
    @Test func aPollBringsWhatWasPromised() throws {
        let blob = Self.blob(300_000)
        let digest = ExchangeHash.digest(blob)
        let wire = Wire(Village(0), Village(1))
        wire.below.missing = [digest]
        try wire.sync()
        try wire.poll()
        #expect(wire.parked == .poll)
        wire.above.blobs[digest] = blob
        wire.above.arrivals += 1
        #expect(try wire.wake())
        #expect(wire.below.blobs.keys.contains(digest))
    }

    /// A peer that gives another content is not believed, and is not asked again.
    @Test func aWrongContentIsRefused() throws {
        let wire = Wire(Village(0), Village(1))
        let digest = ExchangeHash.digest([1])
        wire.below.missing = [digest]
        wire.above.blobs[digest] = Self.blob(100_000)
        #expect(try wire.sync())
        #expect(wire.below.blobs[digest] == nil && wire.below.barred == [digest])
        wire.reset()
        #expect(try wire.sync())
        #expect(wire.requests == 1)
    }

    /// Pieces nobody asked for change nothing.
    @Test func whatWasNotAskedForIsPassedOver() throws {
        let village = Village(0)
        var delivery = Delivery()
        delivery.chunks = [
            BlobChunk(digest: ExchangeHash.digest([1]), offset: 0, total: 1, bytes: [1])
        ]
        village.apply(delivery)
        #expect(village.blobs.isEmpty && village.parts.isEmpty)
    }

    /// Priority: with megabytes of blobs on their way, an urgent change takes one message, stands
    /// before every piece in it, and no message holds more than a blob's share.
    @Test func blobsDelayNothing() throws {
        let wire = Wire(Village(0), Village(1))
        let blob = Self.blob(2_000_000)
        let digest = ExchangeHash.digest(blob)
        wire.above.blobs[digest] = blob
        wire.below.missing = [digest]
        let custody = ScopeName.custody(RegionID(1), RegionID(2), year: 2026)
        wire.below.write(custody)
        wire.above.write(custody)
        try wire.sync(while: { wire.below.parts[digest]?.bytes.count ?? 0 < 500_000 })
        #expect(!wire.below.blobs.keys.contains(digest), "still on its way")
        wire.above.write(custody)
        wire.below.write(custody)
        var messages: [Message] = []
        wire.seen = { messages.append($0) }
        try wire.sync(while: { wire.below.leaves != wire.above.leaves })
        #expect(messages.count <= 4, "one round trip for what is there, one for what it answers")
        for message in messages {
            let kinds = message.frames.map(\.kind)
            let pieces = message.frames.reduce(0) { sum, frame in
                if case .blobChunk(let chunk) = frame { sum + chunk.bytes.count } else { sum }
            }
            #expect(pieces <= Limits.blobPiecesMax * Limits.blobChunkBytesMax)
            if let range = kinds.lastIndex(of: .range), let piece = kinds.firstIndex(of: .blobChunk)
            {
                #expect(range < piece)
            }
        }
        #expect(messages.contains { $0.frames.contains { $0.kind == .blobChunk } })
        try wire.sync()
        #expect(wire.below.blobs.keys.contains(digest))
    }

    /// A bulk of changes does not starve a blob: each full message takes a piece along.
    @Test func blobsAreNotStarved() throws {
        let wire = Wire(Village(0), Village(1))
        let blob = Self.blob(150_000)
        let digest = ExchangeHash.digest(blob)
        wire.above.blobs[digest] = blob
        wire.below.missing = [digest]
        try wire.sync(while: { false })
        for _ in 0..<60 { wire.above.write(cases, body: 150_000) }
        var isLeft = false
        wire.seen = { message in
            if message.changeCount > 0, wire.below.blobs[digest] != nil { isLeft = true }
        }
        #expect(try wire.sync())
        #expect(isLeft, "it came before the last of the changes")
        #expect(wire.below.leaves == wire.above.leaves)
    }
}
