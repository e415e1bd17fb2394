import Base
import Domain
import Runtime

/// How long one publish takes to be known at every station of the first county, with the
/// acknowledgements back: the figure of the rollout.
struct DemoPublish: Sendable {
    let county: DemoCounty

    /// What a publish to the 361 stations of a whole county may take, acks included.
    private static let boundMillis: Int64 = 10_000

    /// Publishes a new item `rounds` times and prints each time as one JSON document.
    /// - Returns: 0 where every round reached everyone within a minute.
    func play(rounds: Int) async -> Int32 {
        guard let owner = county.members.first else { return 2 }
        var times: [Int64] = []
        var stations: Int64 = 0
        for round in 1...rounds {
            let code = "3705190\(10_000 + round)"
            let start = ContinuousClock.now
            await owner.say(
                DemoSeed.item(
                    code, "样例证明", handling: "即办件", legal: 1, promised: 1, materials: []))
            while true {
                let board = await owner.get("/api/v1/items/\(code)/rollout")
                stations = board["stations"]?.int ?? 0
                if stations > 0, board["reached"]?.int == stations { break }
                guard ContinuousClock.now - start < .seconds(60) else { return 1 }
                do { try await Task.sleep(for: .milliseconds(20)) } catch { return 1 }
            }
            let spent = ContinuousClock.now - start
            times.append(Int64(spent / .milliseconds(1)))
        }
        let words = times.map(String.init).joined(separator: ",")
        let isHeld = times.allSatisfy { $0 <= Self.boundMillis }
        Console.print(
            "{\"stations\":\(stations),\"millis\":[\(words)],"
                + "\"boundMillis\":\(Self.boundMillis),\"held\":\(isHeld)}")
        return 0
    }
}
