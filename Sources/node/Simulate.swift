import Base
import Play
import Runtime
import Simulator

extension Verb {
    /// Runs one seed of the simulator, or several one after another.
    static let simulate = Verb(
        name: "simulate",
        help: "--seed N [--seeds N] [--steps N] [--topology FILE] [--mutant NAME|all] "
            + "[--sweep] [--moves] [--tell] [--json] [--list-mutants] | --scenario B"
    ) { words in
        await guarded("simulate") {
            let arguments = try Arguments(
                words, flags: ["json", "list-mutants", "sweep", "tell", "moves"])
            try arguments.allowOnly([
                "seed", "seeds", "steps", "topology", "mutant", "json", "list-mutants", "sweep",
                "moves",
                "tell", "scenario",
            ])
            if let name = arguments.value("scenario") {
                return try play(name, asJSON: arguments.has("json"))
            }
            if arguments.has("list-mutants") {
                for mutant in Mutant.allCases { Console.print(mutant.rawValue) }
                return 0
            }
            let order = try SimulationOrder(arguments)
            if arguments.has("sweep") { return await order.sweep() }
            if order.isEveryMutant { return await order.catchAll() }
            var code: Int32 = 0
            for seed in order.seeds {
                let report = Simulation.run(
                    seed: UInt64(seed), steps: order.steps, topology: order.topology,
                    mutant: order.mutant, moves: order.hasMoves,
                    tells: arguments.has("tell"))
                for line in report.history { Console.print(line) }
                if order.isQuiet, report.violations.isEmpty { continue }
                Console.print(String(decoding: report.json, as: UTF8.self))
                if !report.violations.isEmpty { code = 1 }
            }
            return code
        }
    }
}

/// Plays a written scenario and prints a line a fact; 1 where one is not so.
private func play(_ name: String, asJSON: Bool) throws -> Int32 {
    guard let scenario = Scenario(rawValue: name) else {
        let all = Scenario.allCases.map(\.rawValue).joined(separator: ", ")
        throw Arguments.Failure("--scenario \(name) is none of \(all)")
    }
    let bill = scenario.play()
    if asJSON {
        Console.print(String(decoding: bill.json, as: UTF8.self))
    } else {
        for fact in bill.facts { Console.print(fact.text) }
        for violation in bill.violations { Console.print("✘ " + violation) }
        let wrong = bill.facts.count { !$0.holds } + bill.violations.count
        Console.print(
            wrong == 0
                ? "全部属实：\(bill.facts.count) 条，另有 \(bill.checks) 次核对"
                : "\(wrong) 条不属实，共 \(bill.facts.count) 条")
    }
    return bill.isTrue ? 0 : 1
}

/// What the words of `simulate` ask for.
private struct SimulationOrder {
    let seeds: ClosedRange<Int>
    let steps: Int
    let topology: SimulatedTopology?
    let mutant: Mutant?
    /// Whether places move.
    let hasMoves: Bool
    /// Each mutant in turn, until a seed sees it.
    let isEveryMutant: Bool
    /// Only seeds with findings are printed: where many are run.
    let isQuiet: Bool

    init(_ arguments: Arguments) throws {
        let first = try arguments.number("seed", in: 0...1_000_000_000, fallback: 1)
        let count = try arguments.number("seeds", in: 1...1_000_000, fallback: 1)
        seeds = first...(first + count - 1)
        isQuiet = count > 1
        steps = try arguments.number("steps", in: 1...1_000_000, fallback: 300)
        hasMoves = arguments.has("moves")
        isEveryMutant = arguments.value("mutant") == "all"
        if let name = arguments.value("mutant"), name != "all" {
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

extension SimulationOrder {
    /// All seeds, each run twice, on as many threads as there are; then one document. Clean
    /// only where no seed found anything and every check and fault applied in some seed.
    func sweep() async -> Int32 {
        var sweep = Sweep(moves: hasMoves)
        let reports = await withTaskGroup(of: Simulator.Report.self) { group in
            var reports: [Simulator.Report] = []
            var left = seeds.makeIterator()
            for _ in 0..<Self.tasks { add(left.next(), to: &group) }
            for await report in group {
                reports.append(report)
                add(left.next(), to: &group)
            }
            return reports
        }
        for report in reports.sorted(by: { $0.seed < $1.seed }) { sweep.take(report) }
        Console.print(String(decoding: sweep.json, as: UTF8.self))
        return sweep.isClean ? 0 : 1
    }

    private static let tasks = 4

    private func add(_ seed: Int?, to group: inout TaskGroup<Simulator.Report>) {
        guard let seed else { return }
        let (steps, topology, mutant, moves) = (steps, topology, mutant, hasMoves)
        group.addTask {
            Simulation.run(
                seed: UInt64(seed), steps: steps, topology: topology, mutant: mutant,
                moves: moves, isRepeated: true)
        }
    }

    /// A line for each mutant: the seed and the invariant that saw it.
    func catchAll() async -> Int32 {
        let (seeds, steps, topology) = (seeds, steps, topology)
        let lines = await withTaskGroup(of: (Mutant, String?).self) { group in
            for mutant in Mutant.allCases {
                group.addTask {
                    for seed in seeds {
                        let report = Simulation.run(
                            seed: UInt64(seed), steps: steps, topology: topology, mutant: mutant)
                        guard let finding = mutant.finding(in: report) else { continue }
                        return (mutant, "caught by seed \(seed): \(finding)")
                    }
                    return (mutant, nil)
                }
            }
            var lines: [Mutant: String] = [:]
            for await (mutant, line) in group { lines[mutant] = line }
            return lines
        }
        for mutant in Mutant.allCases {
            let line = lines[mutant] ?? "lives through \(seeds.count) seeds"
            Console.print("\(mutant.rawValue) \(line)")
        }
        return lines.count == Mutant.allCases.count ? 0 : 1
    }
}
