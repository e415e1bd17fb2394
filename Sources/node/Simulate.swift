import Base
import Runtime
import Simulator

extension Verb {
    /// Runs one seed of the simulator, or several one after another.
    static let simulate = Verb(
        name: "simulate",
        help: "--seed N [--seeds N] [--steps N] [--topology FILE] [--mutant NAME] [--json] "
            + "[--list-mutants]"
    ) { words in
        await guarded("simulate") {
            let arguments = try Arguments(words, flags: ["json", "list-mutants"])
            try arguments.allowOnly([
                "seed", "seeds", "steps", "topology", "mutant", "json", "list-mutants",
            ])
            if arguments.has("list-mutants") {
                for mutant in Mutant.allCases { Console.print(mutant.rawValue) }
                return 0
            }
            let order = try SimulationOrder(arguments)
            var code: Int32 = 0
            for seed in order.seeds {
                let report = Simulation.run(
                    seed: UInt64(seed), steps: order.steps, topology: order.topology,
                    mutant: order.mutant)
                if order.isQuiet, report.violations.isEmpty { continue }
                Console.print(String(decoding: report.json, as: UTF8.self))
                if !report.violations.isEmpty { code = 1 }
            }
            return code
        }
    }
}

/// What the words of `simulate` ask for.
private struct SimulationOrder {
    let seeds: ClosedRange<Int>
    let steps: Int
    let topology: SimulatedTopology?
    let mutant: Mutant?
    /// Only seeds with findings are printed: where many are run.
    let isQuiet: Bool

    init(_ arguments: Arguments) throws {
        let first = try arguments.number("seed", in: 0...1_000_000_000, fallback: 1)
        let count = try arguments.number("seeds", in: 1...1_000_000, fallback: 1)
        seeds = first...(first + count - 1)
        isQuiet = count > 1
        steps = try arguments.number("steps", in: 1...1_000_000, fallback: 300)
        if let name = arguments.value("mutant") {
            guard let known = Mutant(rawValue: name) else {
                throw Arguments.Failure("--mutant \(name) is none of simulate --list-mutants")
            }
            mutant = known
        } else {
            mutant = nil
        }
        guard let path = arguments.value("topology") else {
            topology = nil
            return
        }
        let file = try Topology.read(path)
        topology = SimulatedTopology(
            places: file.topDown.map { node in
                SimulatedTopology.Place(
                    code: node.region, name: node.name, level: node.level, parent: node.parent)
            }, links: file.links.map { ($0.a, $0.b) })
    }
}
