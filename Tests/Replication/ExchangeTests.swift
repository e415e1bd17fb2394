import Base
import Change
import Replication
import Testing

@Suite struct ExchangeTests {
    let county = ScopeName.catalog(RegionID(2))
    let cases = ScopeName.cases(RegionID(1), year: 2026)

    private func pair() -> Wire { Wire(Village(0), Village(1)) }

    private func expectEqual(_ wire: Wire, _ comment: Comment? = nil) {
        #expect(wire.below.leaves == wire.above.leaves, comment)
        #expect(wire.dialer.isEqual && wire.answerer.isEqual, comment)
        #expect(wire.alarms.below.isEmpty && wire.alarms.above.isEmpty, comment)
    }

    @Test func bothSidesGetWhatTheyLack() throws {
        let wire = pair()
        for _ in 0..<3 { wire.below.write(cases) }
        for _ in 0..<2 { wire.above.write(county) }
        #expect(try wire.sync())
        expectEqual(wire)
        #expect(wire.changesUp == 4 && wire.changesDown == 3)
        #expect(wire.requests <= 5)
    }

    @Test func nothingCrossesTwice() throws {
        let wire = pair()
        for _ in 0..<3 { wire.below.write(cases) }
        try wire.sync()
        wire.reset()
        #expect(try wire.sync())
        #expect(wire.changesUp == 0 && wire.changesDown == 0)
        #expect(wire.requests == 1)
    }

    /// I14: one round trip, at most 200 bytes of body each way; the aim is 80.
    @Test func idleExchangeIsOneSmallRoundTrip() throws {
        let wire = pair()
        wire.below.write(cases)
        wire.above.write(county)
        try wire.sync()
        wire.reset()
        try wire.sync()
        #expect(wire.requests == 1)
        #expect(wire.bytesUp <= 80 && wire.bytesDown <= 80)
    }

    @Test func oneChangeUpIsOneRoundTrip() throws {
        let wire = pair()
        wire.below.write(cases)
        try wire.sync()
        for _ in 0..<3 {
            wire.below.write(cases, body: 500)
            wire.reset()
            #expect(try wire.sync())
            #expect(wire.requests == 1)
            #expect(wire.changesUp == 1 && wire.bytesDown <= 80)
            expectEqual(wire)
        }
    }

    @Test func oneChangeEachWayIsTwoRoundTrips() throws {
        let wire = pair()
        wire.below.write(cases)
        wire.above.write(cases)
        try wire.sync()
        for _ in 0..<3 {
            wire.below.write(cases)
            wire.above.write(cases)
            wire.reset()
            #expect(try wire.sync())
            #expect(wire.requests == 2)
            #expect(wire.changesUp == 1 && wire.changesDown == 1)
            expectEqual(wire)
        }
    }

    @Test func longPollBringsAChangeDownAtOnce() throws {
        let wire = pair()
        wire.above.write(county)
        try wire.sync()
        try wire.poll()
        #expect(wire.parked == .poll)
        #expect(try !wire.wake())
        wire.reset()
        wire.above.write(county)
        #expect(try wire.wake())
        #expect(wire.changesDown == 1 && wire.changesUp == 0)
        #expect(wire.below.leaves == wire.above.leaves)
        try wire.poll()
        #expect(wire.parked == .poll)
        expectEqual(wire)
    }

    @Test func aChangeGoesUpWhileAPollWaits() throws {
        let wire = pair()
        wire.above.write(cases)
        try wire.sync()
        try wire.poll()
        wire.reset()
        wire.below.write(cases)
        #expect(try wire.sync())
        #expect(wire.requests == 1 && wire.changesUp == 2)
        #expect(try !wire.wake())
        expectEqual(wire)
    }

    /// Below 64 scopes vectors are stated at once; above it digests are descended.
    @Test(arguments: [10, 300]) func aNewLinkFindsTheDifference(scopes: Int) throws {
        let wire = pair()
        for index in 0..<scopes {
            wire.above.write(.cases(RegionID(UInt64(1000 + index)), year: 2026))
        }
        try wire.sync()
        expectEqual(wire)
        wire.above.write(.cases(RegionID(1003), year: 2026))
        wire.restartBelow()
        wire.reset()
        #expect(try wire.sync())
        expectEqual(wire)
        #expect(wire.changesDown == 1 && wire.changesUp == 0)
        #expect(wire.requests <= (scopes > 64 ? 8 : 5))
        if scopes > 64 { #expect(wire.bytesUp + wire.bytesDown < 4000) }
    }

    @Test func aLargeBacklogKeepsTheLimitsOfAMessage() throws {
        let wire = pair()
        for _ in 0..<2000 { wire.below.write(cases, body: 3000) }
        for _ in 0..<50 { wire.below.write(.directory(RegionID(1)), body: 100) }
        #expect(try wire.sync())
        expectEqual(wire)
        #expect(wire.changesUp == 2052)
        #expect(wire.largest <= Limits.messageBytesMax)
        #expect(wire.crossings.values.allSatisfy { $0 == 1 })
    }

    /// No class starves, and the directory goes first.
    @Test func everyClassHasAShare() throws {
        let wire = pair()
        wire.below.write(cases)
        wire.below.write(county)
        try wire.sync()
        for _ in 0..<2000 { wire.below.write(.directory(RegionID(1)), body: 3000) }
        for _ in 0..<2000 { wire.below.write(cases, body: 3000) }
        for _ in 0..<10 { wire.below.write(county) }
        let next = wire.dialer.exchange(knowing: wire.below)
        let request = try #require(next)
        var scopes: [ScopeID] = []
        for case .range(let batch) in request.frames { scopes.append(batch.scope) }
        #expect(scopes.first == ScopeName.directory(RegionID(1)).id)
        #expect(scopes.contains(cases.id) && scopes.contains(county.id))
        #expect(request.encode().count <= Limits.messageBytesMax)
    }

    /// PROTOCOL §7.3: what the peer may carry follows from the directory.
    @Test func aNewScopeWaitsForTheDirectory() throws {
        let wire = pair()
        try wire.sync()
        wire.below.write(.directory(RegionID(1)))
        wire.below.write(cases)
        try wire.sync()
        expectEqual(wire)
        wire.below.write(.directory(RegionID(1)))
        wire.below.write(county)
        let next = wire.dialer.exchange(knowing: wire.below)
        let request = try #require(next)
        #expect(request.changeCount == 1)
    }

    @Test func aScopeThatMayNotBeCarriedIsNamedOnceAndLeftAlone() throws {
        let wire = pair()
        wire.below.write(cases)
        wire.below.write(county)
        wire.above.forbidden = [cases.id]
        #expect(try wire.sync())
        #expect(wire.above.scopes[cases.id] == nil)
        #expect(wire.above.scopes[county.id] != nil)
        #expect(wire.alarms.below == [.held(scope: cases.id)])
        wire.reset()
        #expect(try wire.sync())
        #expect(wire.requests == 1 && wire.changesUp == 0)
        #expect(wire.alarms.below.count == 1 && wire.alarms.above.isEmpty)
    }

    @Test func blobsComeInPiecesAndLast() throws {
        let wire = pair()
        let blob = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let digest = ExchangeHash.digest(blob)
        wire.above.blobs[digest] = blob
        wire.below.missing = [digest]
        wire.below.write(cases)
        #expect(try wire.sync())
        #expect(wire.below.blobs[digest] == blob)
        wire.below.missing = [ExchangeHash.digest([1])]
        wire.reset()
        #expect(try wire.sync())
        #expect(wire.requests <= 3)
    }
}
