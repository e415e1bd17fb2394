import Base
import Host
import Network
import Runtime

/// `node bench`: figures of this build on this machine, each beside a limit of the same run.
package enum Bench {
    /// A named measurement and what it does.
    struct Measurement: Sendable {
        let name: String
        let run: @Sendable (Place) async throws -> [Figure]
    }

    /// Where measurements put their data, and how to start nodes.
    struct Place: Sendable {
        /// An empty folder of its own.
        let folder: String
        /// The program that `node` verbs are verbs of.
        let program: String
        /// Changes in the large measurements: 200,000 unless a quick run was asked for.
        let changes: Int
    }

    private static let measurements: [Measurement] = [
        Measurement(name: "append", run: AppendBench.run),
        Measurement(name: "catchup", run: CatchUpBench.run),
        Measurement(name: "wire", run: WireBench.run),
        Measurement(name: "tls", run: TLSBench.run),
        Measurement(name: "http", run: HTTPBench.run),
        Measurement(name: "login", run: LoginBench.run),
        Measurement(name: "propagation", run: PropagationBench.run),
        Measurement(name: "catalog", run: CatalogBench.run),
        Measurement(name: "case", run: CaseBench.run),
        Measurement(name: "memory", run: MemoryBench.run),
        Measurement(name: "start", run: StartBench.run),
        Measurement(name: "verify", run: VerifyBench.run),
    ]

    /// The names that `run` takes.
    package static var names: [String] { measurements.map(\.name) }

    /// Runs measurements one after the other, saying each figure as it comes.
    ///
    /// - Parameters:
    ///   - wanted: Names; empty for all.
    ///   - folder: Where data may be put; what is made there is removed again.
    ///   - program: This program, to be started as nodes.
    ///   - changes: Changes in the large measurements.
    package static func run(
        _ wanted: [String], in folder: String, program: String, changes: Int
    ) async throws -> [Figure] {
        var figures: [Figure] = []
        for measurement in measurements
        where wanted.isEmpty || wanted.contains(measurement.name) {
            let own = folder + "/" + measurement.name
            try Folder.remove(own)
            try Folder.make(own)
            let place = Place(folder: own, program: program, changes: changes)
            for figure in try await measurement.run(place) {
                Console.say(figure.line)
                figures.append(figure)
            }
            try Folder.remove(own)
        }
        return figures
    }

    /// Opens a bare database and waits until it is killed: the limit of resident memory.
    package static func idle(in folder: String) throws {
        let table = try BareTable(folder + "/bare.db")
        try table.commit([[1]])
        Console.print("ready")
        _ = ProcessSignal.wait()
    }
}
