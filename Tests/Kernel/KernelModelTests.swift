import Base
import Change
import Domain
import Foundation
import Kernel
import Support
import Testing

/// The reference model of knowledge (`models/know.py`, beside the tree) and the kernel take the
/// same random sequence of writes and exchanges: after each step every node knows the same.
struct KernelModelTests {
    /// Drives the model and prints every step, with what each node then knows of each scope.
    private static let driver = """
        import json, random, sys
        sys.path.insert(0, sys.argv[1])
        import know
        seed = int(sys.argv[2])
        model, dice, steps = know.Sim(seed, None), random.Random(seed), []
        for _ in range(150):
            if dice.random() < 0.5:
                node, scope = dice.choice(know.NODES), dice.choice(sorted(know.AUD))
                if scope not in model.N[node].carry: continue
                model.write(node, scope)
                step = ["write", node, scope]
            else:
                one, other = dice.choice(know.LINKS)
                if dice.random() < 0.5: one, other = other, one
                model.oneway(one, other, 10 ** 9)
                step = ["pull", other, one]
            known = {}
            for node in know.NODES:
                for scope in sorted(model.N[node].carry):
                    for actor, head in model.N[node].S(scope).known.items():
                        known[" ".join([node, scope, actor[0]])] = head[0]
            steps.append({"step": step, "known": known})
        print(json.dumps({"audience": {k: sorted(v) for k, v in know.AUD.items()},
                          "steps": steps}))
        """

    private static var model: String? { SharedData.path("../models/know.py") }

    private func history(seed: Int) throws -> JSON {
        let model = try #require(Self.model)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let folder = String(model.dropLast("/know.py".count))
        process.arguments = ["python3", "-B", "-c", Self.driver, folder, String(seed)]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let bytes = Array(output.fileHandleForReading.readDataToEndOfFile())
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return try JSON(parsing: bytes)
    }

    @Test(
        .enabled(if: KernelModelTests.model != nil, "skipped: no shared models beside the tree"),
        arguments: 0..<8)
    func knowsWhatTheModelKnows(seed: Int) throws {
        let history = try history(seed: seed)
        var nodes: [String: FixtureNode] = [:]
        for (index, name) in ["C", "T", "V1", "V2", "X"].enumerated() {
            nodes[name] = try FixtureNode(seed: UInt8(index + 1), region: RegionID(UInt64(index)))
        }
        let scopes = Dictionary(
            uniqueKeysWithValues: ["cat", "case1", "case2", "corr"].enumerated().map {
                ($1, ScopeName.cases(RegionID(UInt64($0) + 1), year: 2026))
            })
        let steps = try #require(history["steps"]?.array)
        #expect(steps.count > 60)
        for step in steps {
            let words = (step["step"]?.array ?? []).compactMap { $0.text }
            try #require(words.count == 3)
            let node = try #require(nodes[words[1]])
            if words[0] == "write" {
                try node.note(try #require(scopes[words[2]]), "note")
            } else {
                let other = try #require(nodes[words[2]])
                for name in scopes.keys.sorted() {
                    let audience = history["audience"]?[name]?.array?.compactMap(\.text) ?? []
                    guard audience.contains(words[1]), audience.contains(words[2]),
                        let scope = scopes[name]
                    else { continue }
                    _ = try node.pull(scope, from: other)
                }
            }
            try compare(nodes, scopes, with: try #require(step["known"]))
        }
    }

    /// A chain of the kernel has one change more: its genesis.
    private func compare(
        _ nodes: [String: FixtureNode], _ scopes: [String: ScopeName], with known: JSON
    ) throws {
        for name in nodes.keys.sorted() {
            for scope in scopes.keys.sorted() {
                let vector = try #require(nodes[name]).vector(try #require(scopes[scope]))
                for author in nodes.keys.sorted() {
                    let key = try #require(nodes[author]).signer.key
                    let actor = key.actor(in: try #require(scopes[scope]).id)
                    let held = (vector[actor]?.seq ?? .none).rawValue
                    let expected = known["\(name) \(scope) \(author)"]?.int ?? 0
                    #expect(held == (expected == 0 ? 0 : UInt64(expected) + 1))
                }
            }
        }
    }
}
