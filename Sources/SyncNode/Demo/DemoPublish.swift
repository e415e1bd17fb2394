import Base
import Domain
import Runtime

/// How long one publish takes to be known at every station of the first county, with the
/// acknowledgements back: the figure of the rollout.
struct DemoPublish: Sendable {
    let county: DemoCounty

    /// Publishes a new item `rounds` times and prints each time as one JSON document.
    /// - Returns: 0 where every round reached everyone within a minute.
    func play(rounds: Int) async -> Int32 {
        guard let owner = county.members.first else { return 2 }
        var times: [String] = []
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
            times.append(String(spent / .milliseconds(1)))
        }
        Console.print("{\"stations\":\(stations),\"millis\":[\(times.joined(separator: ","))]}")
        return 0
    }
}
