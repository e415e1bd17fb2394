import Base
import Change
import Testing

@testable import Domain

/// Village, town and county each work off line at once on one case, and then hear of each other
/// in any order: nothing is lost and nothing is decided twice.
@Suite struct ConcurrencyTests {
    private static let places = ["V1", "T", "C"]
    private static let orders = [
        [0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0],
    ]
    private static let acts = [
        ("accept", ""), ("decide", #","outcome":"grant""#), ("decide", #","outcome":"refuse""#),
        ("deliver", ""), ("close", ""), ("correct", #","gaps":["M1"]"#),
        ("supplement", #","materials":["M"]"#), ("withdraw", ""), ("note", #","note":"x""#),
        ("propose", #","reason":"x""#), ("answer", #","outcome":"refuse","reason":"x""#),
        ("end", #","reason":"x""#), ("offer", #","to":"370124106000""#),
        ("offer", #","to":"370124000000""#), ("sign", ""),
        ("force", #","to":"370124106000","reason":"x""#),
        ("force", #","to":"370124000000","reason":"x""#), ("refuse", #","reason":"x""#),
    ]

    /// Some steps together, so that the case is anywhere; then each place works alone.
    private func world(_ seed: UInt64) throws -> (world: CaseWorld, done: Int) {
        let world = try CaseWorld()
        var dice = CaseDice(state: seed)
        let number = try world.receive("V1")
        for _ in 0..<dice.roll(6) {
            let act = Self.acts[dice.roll(Self.acts.count)]
            _ = try world.say(Self.places[dice.roll(3)], act.0, number, act.1)
            for one in Self.places {
                for other in Self.places where one != other {
                    world.carry(from: world.node(one), to: world.node(other))
                }
            }
        }
        var done = 0
        for place in Self.places {
            for _ in 0..<4 {
                let act = Self.acts[dice.roll(Self.acts.count)]
                if try world.say(place, act.0, number, act.1) == nil { done += 1 }
            }
        }
        return (world, done)
    }

    @Test func noOrderLosesAnEventOrDecidesTwice() throws {
        var contested = 0
        var written = 0
        for seed in 0..<150 {
            let (world, done) = try world(UInt64(seed) &* 7919 &+ 1)
            written += done
            var first: [CaseStatus] = []
            for order in Self.orders {
                let reader = try CaseWorld().node("C")
                reader.directory = world.node("C").directory
                var hashes: Set<Digest> = []
                for place in order.map({ Self.places[$0] }) {
                    for arrival in world.node(place).logs.values.joined() {
                        guard hashes.insert(arrival.change.hash).inserted else { continue }
                        reader.take(arrival)
                    }
                }
                for file in reader.cases {
                    #expect(file.state.events.count == hashes.count, "seed \(seed) \(order)")
                    for slot in Slot.allCases {
                        let effective = file.state.events.filter {
                            $0.status == .effective && Slot($0.kind) == slot
                        }
                        #expect(effective.count <= 1, "seed \(seed) \(order) \(slot)")
                    }
                    // What has no effect says why: nothing is dropped in silence.
                    for event in file.state.events where event.status != .effective {
                        #expect(!event.status.text.isEmpty)
                        contested += 1
                    }
                }
                let statuses = reader.cases.map(\.state.status)
                if first.isEmpty { first = statuses }
                #expect(statuses == first, "seed \(seed) \(order)")
            }
        }
        // The dice did bring places into each other's way.
        #expect(written > 300)
        #expect(contested > 100)
    }
}
