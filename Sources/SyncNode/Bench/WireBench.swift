import Base
import Change
import Domain
import Host
import Kernel
import Network
import Replication
import Runtime

/// Bytes on the wire, between two nodes of this process over loopback.
enum WireBench {
    static func run(_ place: Bench.Place) async throws -> [Figure] {
        let data = try await BenchWorld.makeCounty(place.folder)
        let parent = try await BenchWorld.start(data)
        let townData = try await BenchWorld.join(
            place.folder, "town", BenchWorld.town, to: parent)
        await parent.stop()
        try BenchFill.bring(data, to: townData)
        let filled = try fillNotes(townData, 5000)
        let county = try await BenchWorld.start(data)
        guard let endpoint = county.endpoint else { throw BenchWorld.Failure(sentence: "?") }
        let town = try await BenchWorld.start(townData)
        town.dial(county.settings.region.id, at: "http://\(endpoint.text)")
        let bulk = try await settled(town, with: county, filled.name.id)
        try await quiet(town)
        let results = try await town.exchange(with: nil)
        guard let idle = results.first?.1 else { throw BenchWorld.Failure(sentence: "no peer") }
        await town.stop()
        await county.stop()
        let feed = try CatchUpBench.feed(of: filled.name, in: townData)
        let plain = feed.batches.reduce(0) { $0 + $1.count }
        let perPlain = Double(plain) / Double(feed.changes) * 500 / filled.body
        let per = Double(bulk.bytesOut + bulk.bytesIn) / Double(feed.changes)
        let trips = Double(max(1, idle.roundTrips))
        return [
            Figure(
                "wire.plain", perPlain, "B/change", beside: "payload", 500,
                must: .valueAtMost(620), aim: .valueAtMost(580)),
            Figure(
                "wire.deflated", per, "B/change", beside: "payload", filled.body,
                must: .valueAtMost(160), aim: .valueAtMost(130)),
            Figure(
                "idle.out", Double(idle.bytesOut) / trips, "B a round trip", beside: "bound",
                200, must: .atMost(1), aim: .atMost(0.4)),
            Figure(
                "idle.in", Double(idle.bytesIn) / trips, "B a round trip", beside: "bound", 200,
                must: .atMost(1), aim: .atMost(0.4)),
            Figure(
                "idle.trips", Double(idle.roundTrips), "round trips", beside: "bound", 1,
                must: .atMost(1)),
        ]
    }

    private static let sentences = [
        "经与申请人核对，户籍信息与参保信息一致，", "已电话告知申请人补交身份证复印件，", "申请人子女代为提交，委托书齐备，",
        "系统比对显示其参保状态正常缴费，", "村级初审意见为同意，请镇街道复核，", "材料原件已退还，影像已归档，",
        "申请人要求邮寄送达，地址已登记，", "承诺事项已当面说明并签字确认，",
    ]

    private static func hanzi(
        _ count: Int, _ random: inout SystemRandomNumberGenerator
    ) -> String {
        var text = ""
        for _ in 0..<count {
            guard let scalar = Unicode.Scalar(0x4e00 + UInt32(random.next() % 3000)) else {
                continue
            }
            text.unicodeScalars.append(scalar)
        }
        return text
    }

    /// Remarks of about 500 bytes each, a hundred to a case.
    private static func fillNotes(
        _ data: String, _ count: Int
    ) throws -> (name: ScopeName, body: Double) {
        let kernel = try NodeRuntime.kernel(of: data)
        var random = SystemRandomNumberGenerator()
        var made = 0
        while made < count {
            let answer = try BenchWorld.done(kernel.say(BenchWorld.receive(made)))
            let number = try BenchWorld.number(in: answer)
            let notes = try (0..<100).map { _ in
                // As in life: set phrases around names, numbers and sums that are new each time.
                var text = "申请人\(hanzi(3, &random))，身份证号3701241965\(random.next() % 99_999_999)，"
                text += "电话138\(10_000_000 + random.next() % 89_999_999)，"
                text += "住\(hanzi(3, &random))村\(random.next() % 400)号，"
                text += "金额\(random.next() % 99_999)元。"
                while text.utf8.count < 410 { text += sentences[Int(random.next() % 8)] }
                return Submission.command(
                    try BenchWorld.command(
                        #"{"command":"case.note","case":"\#(number)","note":"\#(text)"}"#),
                    author: 0, replayKey: nil)
            }
            let (outcomes, _) = try kernel.commit(
                notes, at: SystemClock.now(), entropy: SystemRandom.digest)
            for outcome in outcomes { _ = try BenchWorld.done(outcome) }
            made += notes.count
        }
        let own = kernel.identity.region
        guard
            let scope = kernel.knowledge().first(where: {
                $0.name.family == .cases && $0.name.region == own
            }), let chain = scope.chains.first
        else { throw BenchWorld.Failure(sentence: "no scope") }
        var bytes = 0
        let sample = 100
        for step in 0..<sample {
            let seq = Seq(chain.head.seq.rawValue - UInt64(step))
            let dot = Dot(actor: chain.actor, seq: seq)
            bytes += try kernel.journal.change(at: dot, in: scope.id)?.bodyRange.count ?? 0
        }
        return (scope.name, Double(bytes) / Double(sample))
    }

    /// Waits until the county holds the scope as the town does.
    private static func settled(
        _ town: NodeRuntime, with county: NodeRuntime, _ scope: ScopeID
    ) async throws -> PeerState {
        let deadline = ContinuousClock.now.advanced(by: .seconds(60))
        while ContinuousClock.now < deadline {
            if let here = town.board.scope(scope)?.vector,
                county.board.scope(scope)?.vector == here,
                let state = town.peerStates().first
            {
                return state
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw BenchWorld.Failure(sentence: "the two did not become equal")
    }

    /// Waits until nothing has crossed for a while.
    private static func quiet(_ town: NodeRuntime) async throws {
        var last = town.peerStates().first
        for _ in 0..<50 {
            try await Task.sleep(for: .milliseconds(300))
            let now = town.peerStates().first
            if now?.roundTrips == last?.roundTrips { return }
            last = now
        }
    }
}
