import Base
import Change
import Testing

@Suite struct HybridTimeTests {
    private let now = Instant(millis: 1_790_000_000_000)

    @Test func ticksRiseWhateverTheWallClockDoes() {
        var clock = HybridClock()
        var last = HybridTime(rawValue: 0)
        for jump: Int64 in [0, 0, -1_576_800_000_000, 5, 1_576_800_000_000, -9, 0] {
            let time = clock.tick(at: now.advanced(byMillis: jump))
            #expect(time > last)
            last = time
        }
    }

    @Test func theCounterCarriesIntoTheMilliseconds() {
        var clock = HybridClock(last: HybridTime(millis: now.millis, counter: .max))
        let time = clock.tick(at: now)
        #expect(time == HybridTime(millis: now.millis + 1, counter: 0))
        #expect(HybridTime(millis: 5, counter: 9).successor.counter == 10)
    }

    /// PROTOCOL §10: max(own, min(seen, now + 5 min)).
    @Test func aFutureClockPullsNoFurtherThanItsBound() {
        var clock = HybridClock()
        clock.observe(HybridTime(millis: now.millis + 1_576_800_000_000, counter: 3), at: now)
        #expect(clock.last.millis == now.millis + Limits.clockLeadMillisMax)
        let after = clock.last
        clock.observe(HybridTime(millis: now.millis, counter: 0), at: now)
        #expect(clock.last == after)
        clock.observe(HybridTime(rawValue: 0), at: Instant(millis: .min))
        #expect(clock.last == after)
    }

    @Test func theEndsOfTimeHold() {
        #expect(HybridTime(millis: .max, counter: 0).millis == HybridTime.millisMax)
        #expect(HybridTime(millis: -5, counter: 0).millis == 0)
        #expect(HybridTime(rawValue: .max).successor == HybridTime(rawValue: .max))
        var clock = HybridClock()
        clock.observe(HybridTime(rawValue: .max), at: Instant(millis: .max))
        #expect(clock.tick(at: Instant(millis: .max)) == HybridTime(rawValue: .max))
    }
}

@Suite struct ScopeNameTests {
    private let names: [ScopeName] = [
        .directory(RegionID(1)), .control(RegionID(1)), .catalog(RegionID(1)),
        .cases(RegionID(1), year: 2026), .corridor(RegionID(9), RegionID(1), year: 2026),
        .custody(RegionID(1), RegionID(9), year: 2026), .statistics(RegionID(1)),
        .staff(RegionID(1)),
    ]

    @Test func decodeIsTheInverseOfEncode() throws {
        for name in names {
            let bytes = name.encode()
            #expect(bytes.count == 20)
            var reader = ByteReader(bytes)
            #expect(try ScopeName.decode(from: &reader) == name)
        }
        #expect(Set(names.map(\.id)).count == names.count)
        #expect(Set(names.map(\.family)) == Set(ScopeName.Family.allCases))
    }

    @Test func aPairHasOneName() {
        let one = ScopeName.corridor(RegionID(1), RegionID(9), year: 2026)
        #expect(one == .corridor(RegionID(9), RegionID(1), year: 2026))
        #expect(one.region < one.other)
    }

    @Test func everyFlipAndCutIsAnErrorOrAnotherName() {
        for name in names {
            let good = name.encode()
            for index in good.indices {
                for mask in [UInt8(1), 0x80, 0xff] {
                    var bad = good
                    bad[index] ^= mask
                    var reader = ByteReader(bad)
                    do throws(DecodeError) {
                        let read = try ScopeName.decode(from: &reader)
                        #expect(read != name && read.encode() == bad)
                    } catch {
                        #expect(error.offset <= bad.count)
                    }
                }
                var cut = ByteReader(Array(good[..<index]))
                #expect(throws: DecodeError.self) { try ScopeName.decode(from: &cut) }
            }
        }
    }
}
