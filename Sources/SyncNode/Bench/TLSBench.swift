import Base
import Change
import Domain
import Network
import Runtime

/// What mutual TLS costs the bulk catch-up: the same two nodes over loopback, once enciphered,
/// once in the clear.
enum TLSBench {
    static func run(_ place: Bench.Place) async throws -> [Figure] {
        let county = try await BenchWorld.makeCounty(place.folder)
        let town = place.folder + "/town"
        let parent = try await start(county, isSecure: true)
        guard let endpoint = parent.endpoint else { throw BenchWorld.Failure(sentence: "?") }
        let code = try await parent.invite(
            try BenchWorld.code(BenchWorld.town), "孔村镇")
        guard let leave = NodeJoining.Leave(code: code) else {
            throw BenchWorld.Failure(sentence: "the code \(code) is none")
        }
        _ = try await NodeJoining(
            data: town, url: "https://\(endpoint.text)", leave: leave, hosts: [], isSM2: false
        ).run()
        await parent.stop()
        try BenchFill.bring(county, to: town)
        let changes = min(place.changes, 50_000)
        let scope = try BenchFill.fill(town, changes: changes)
        var rounds = Rounds()
        for round in 0..<3 {
            try await rounds.turn(
                figure: {
                    try await catchUp(place, round, county, town, scope, isSecure: true)
                },
                limit: {
                    try await catchUp(place, round, county, town, scope, isSecure: false)
                })
        }
        // A quarter more time is four fifths of the pace.
        return [
            Figure(
                "tls", rounds, "changes/s", beside: "the same catch-up in the clear",
                must: .atLeast(0.8))
        ]
    }

    private static func start(_ data: String, isSecure: Bool) async throws -> NodeRuntime {
        var options = NodeRuntime.Options(
            data: data, listen: Endpoint(address: "127.0.0.1", port: 0))
        options.isSecure = isSecure
        options.isDemo = !isSecure
        return try await NodeRuntime.start(options)
    }

    /// From the first dial until the county holds all of the scope.
    private static func catchUp(
        _ place: Bench.Place, _ round: Int, _ county: String, _ town: String,
        _ scope: ScopeName, isSecure: Bool
    ) async throws -> Double {
        let mark = "\(isSecure ? "tls" : "plain")\(round)"
        let copies = [place.folder + "/county-" + mark, place.folder + "/town-" + mark]
        try Folder.copy(county, to: copies[0])
        try Folder.copy(town, to: copies[1])
        let above = try await start(copies[0], isSecure: isSecure)
        let below = try await start(copies[1], isSecure: isSecure)
        guard let endpoint = above.endpoint, let whole = below.board.scope(scope.id) else {
            throw BenchWorld.Failure(sentence: "the town holds nothing")
        }
        let wanted = whole.vector.heads.reduce(UInt64(0)) { $0 + $1.seq.rawValue }
        let scheme = isSecure ? "https://" : "http://"
        let start = SystemClock.monotonicNanos()
        below.dial(above.settings.region.id, at: scheme + endpoint.text)
        while true {
            // The county itself says in that scope what arrived: more than was wanted.
            let held = above.board.scope(scope.id)?.vector
            let isWhole = whole.vector.heads.allSatisfy { head in
                held?[head.actor].map { $0.seq >= head.seq } ?? false
            }
            if isWhole { break }
            guard SystemClock.monotonicNanos() - start < 600_000_000_000 else {
                throw BenchWorld.Failure(sentence: "no catch-up in ten minutes")
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        let took = SystemClock.monotonicNanos() - start
        await below.stop()
        await above.stop()
        for copy in copies { try Folder.remove(copy) }
        return Double(wanted) * 1e9 / Double(took)
    }
}
