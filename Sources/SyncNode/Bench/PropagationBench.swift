import Base
import Change
import Domain
import Host
import Kernel
import Runtime

/// How long a case takes from a village to the county: two hops over loopback, durable at each.
enum PropagationBench {
    static func run(_ place: Bench.Place) async throws -> [Figure] {
        let data = try await BenchWorld.makeCounty(place.folder)
        let county = try await BenchWorld.start(data)
        let townData = try await BenchWorld.join(
            place.folder, "town", BenchWorld.town, to: county)
        let town = try await BenchWorld.start(townData)
        let villageData = try await BenchWorld.join(
            place.folder, "village", BenchWorld.village, to: town)
        let village = try await BenchWorld.start(villageData)
        try await grant(county, town, village)
        let bare = try BareTable(place.folder + "/bare.db")
        var samples = Samples()
        var commits = Samples()
        for index in 0..<500 {
            samples.add(try await hop(village, county, index))
            commits.add(try twoCommits(bare))
        }
        await village.stop()
        await town.stop()
        await county.stop()
        return [(0.5, "p50", 8.0, 4.0), (0.99, "p99", 25.0, 10.0)].map { share, name, most, aim in
            Figure(
                "propagation.\(name)", samples.millis(share), "ms",
                beside: "two bare commits, p50", commits.millis(0.5), must: .atMost(most),
                aim: .atMost(aim))
        }
    }

    private static func hop(
        _ village: NodeRuntime, _ county: NodeRuntime, _ index: Int
    ) async throws -> Int64 {
        let plain = try BenchWorld.command(BenchWorld.receive(index))
        guard let command = await village.sealed(plain) else {
            throw BenchWorld.Failure(sentence: "the village has no key for its cases")
        }
        let start = SystemClock.monotonicNanos()
        let outcome = try await village.carryOut(
            .command(command, author: 0, replayKey: nil))
        guard case .done(_, let heads) = outcome, let head = heads.last,
            let scope = village.board.scopes().first(where: {
                $0.name.family == .cases && $0.chain(head.actor) != nil
            })
        else { throw BenchWorld.Failure(sentence: "\(outcome)") }
        while true {
            let version = county.board.version
            if let known = county.board.scope(scope.id)?.chain(head.actor)?.head.seq,
                known >= head.seq
            {
                return SystemClock.monotonicNanos() - start
            }
            await county.board.waitForChange(after: version)
        }
    }

    /// Lets every village of the county accept, and waits until it is known there.
    private static func grant(
        _ county: NodeRuntime, _ town: NodeRuntime, _ village: NodeRuntime
    ) async throws {
        let today = CivilDate(of: SystemClock.now()).text
        let json = """
            {"command":"grant.set","code":"\(BenchWorld.item)",\
            "region":"\(BenchWorld.county)","level":"village","mode":"委托受理",\
            "from":"\(today)","document":"平政发〔2026〕1号"}
            """
        let submission = Submission.command(
            try BenchWorld.command(json), author: 0, replayKey: nil)
        _ = try BenchWorld.done(try await county.carryOut(submission))
        let scope = ScopeName.catalog(county.settings.region.id).id
        for _ in 0..<500 {
            if let known = village.board.scope(scope)?.vector,
                known == county.board.scope(scope)?.vector
            {
                return
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw BenchWorld.Failure(sentence: "the grant did not reach the village")
    }

    /// Nanoseconds of two commits of one row, taken between two cases: the disk's mood is the
    /// same.
    private static func twoCommits(_ bare: BareTable) throws -> Int64 {
        let row = [UInt8](repeating: 0x5a, count: 600)
        let start = SystemClock.monotonicNanos()
        try bare.commit([row])
        try bare.commit([row])
        return SystemClock.monotonicNanos() - start
    }
}
