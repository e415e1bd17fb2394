import Base
import Change
import Glibc
import Host
import Network
import Runtime

/// Resident memory of a node's process.
enum MemoryBench {
    static func run(_ place: Bench.Place) async throws -> [Figure] {
        let bare = try ChildProcess(place.program, ["bench", "idle", "--data", place.folder])
        _ = bare.readLine()
        let limit = try mebibytes(bare.pid)
        bare.signal(ProcessSignal.kill)
        bare.wait()

        let county = try await BenchWorld.makeCounty(place.folder)
        let node = try ServedNode(place.program, county, more: ["--demo"])
        defer { node.stop() }
        let town = place.folder + "/town"
        _ = try await NodeCommands.initialise(
            data: town, code: BenchWorld.code(BenchWorld.town), name: "town", suite: 1,
            parentURL: node.url)
        try await Task.sleep(for: .seconds(1))
        let idle = try mebibytes(node.process.pid)
        node.process.signal(ProcessSignal.terminate)
        node.process.wait()
        try BenchFill.bring(county, to: town)
        let scope = try BenchFill.fill(town, changes: place.changes)

        let again = try ServedNode(place.program, county, more: ["--demo"])
        defer { again.stop() }
        let child = try await BenchWorld.start(town)
        child.dial(try parent(of: child), at: again.url)
        for _ in 0..<3000 {
            try await Task.sleep(for: .milliseconds(100))
            if child.unsent(in: scope.id) == 0 { break }
        }
        try BenchFill.check(county, holds: place.changes)
        let full = try mebibytes(again.process.pid)
        await child.stop()
        return [
            Figure(
                "memory.idle", idle, "MiB", beside: "bare process with SQLite open", limit,
                must: .atMost(1.8), aim: .atMost(1.5)),
            Figure(
                "memory.full", full, "MiB", beside: "bare process with SQLite open", limit,
                must: .atMost(4.5), aim: .atMost(3)),
        ]
    }

    private static func parent(of node: NodeRuntime) throws -> RegionID {
        guard let parent = node.settings.region.parent else {
            throw BenchWorld.Failure(sentence: "no parent")
        }
        return parent
    }

    /// Resident memory of a process.
    static func mebibytes(_ pid: Int32) throws -> Double {
        for line in TextFile.read("/proc/\(pid)/status").split(separator: "\n")
        where line.hasPrefix("VmRSS:") {
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            if words.count > 1, let kibibytes = Double(words[1]) { return kibibytes / 1024 }
        }
        throw BenchWorld.Failure(sentence: "no resident memory of process \(pid)")
    }
}
