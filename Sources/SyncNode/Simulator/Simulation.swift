import Base
import Change
import Domain
import Kernel
import Replication

/// Runs one seed: a world, faults, checkers. The same seed gives the same report.
package enum Simulation {
    /// Every tenth seed is run again with all clocks shifted by fifty years (I26).
    private static let shiftMillis: Int64 = 50 * 365 * 86_400_000

    /// - Parameters:
    ///   - steps: Of faults and work; afterwards everything is settled without faults.
    ///   - topology: nil makes one from the seed.
    ///   - mutant: The rule that is switched off.
    ///   - moves: Whether counties move villages under other towns.
    ///   - isRepeated: Whether the seed is run a second time: both must come to one digest.
    ///   - tells: Whether the report has the history, a line for each thing that happened.
    package static func run(
        seed: UInt64, steps: Int, topology: SimulatedTopology? = nil, mutant: Mutant? = nil,
        moves: Bool = false, isRepeated: Bool = false, tells: Bool = false
    ) -> Report {
        let hasMoves = moves || mutant?.needsMoves == true
        func once(shift: Int64, tells: Bool) -> Report {
            Self.once(seed, steps, topology, mutant, hasMoves, shift: shift, tells: tells)
        }
        var report = once(shift: 0, tells: tells)
        if isRepeated {
            report.checks.append(("digest", 1))
            if once(shift: 0, tells: false).digest != report.digest {
                report.violations.append(
                    Violation("digest", at: steps, "a second run comes to another digest"))
            }
        }
        guard seed % 10 == 0, mutant == nil, report.violations.isEmpty else { return report }
        let shift = seed % 20 == 0 ? shiftMillis : -shiftMillis
        let shifted = once(shift: shift, tells: tells)
        report.checks.append(("I26", 1))
        guard shifted.shape != report.shape else { return report }
        report.violations.append(
            Violation("I26", at: steps, "another clock gives another outcome"))
        report.history += ["again, with other clocks"] + shifted.history
        return report
    }

    private static func once(
        _ seed: UInt64, _ steps: Int, _ topology: SimulatedTopology?, _ mutant: Mutant?,
        _ moves: Bool, shift: Int64, tells: Bool
    ) -> Report {
        do throws(JournalError) {
            let world = try World(
                seed: seed, topology: topology, mutant: mutant, shift: shift, moves: moves)
            if tells { world.history = [] }
            do throws(JournalError) {
                for _ in 0..<steps where !world.isCaught { try world.takeStep() }
                if !world.isCaught { try world.settle() }
                if !world.isCaught { try world.inspect() }
            } catch {
                world.checks.fail("journal", at: world.step, "\(error)")
            }
            return world.report(seed)
        } catch {
            return Report(failure: "\(error)", of: seed)
        }
    }
}

extension World {
    /// Whether the mutant that runs here was seen: what comes after it says nothing any more.
    fileprivate var isCaught: Bool { mutant.map { checks.hasSeen($0) } ?? false }

    /// One step: time passes, messages arrive, somebody works, now and then something breaks.
    func takeStep() throws(JournalError) {
        step += 1
        elapsed += Int64(dice.roll(60_000))
        try work()
        if dice.hits(8) { try breakSomething() }
        if let link = dice.pick(Array(links.indices)) { try start(link) }
        if dice.hits(20), let link = dice.pick(Array(links.indices)) {
            try start(link, lane: .poll)
        }
        try deliver()
        try tend()
        if hasMoves, dice.hits(1) { try moveSomeone() }
        followMoves()
        if hasMoves { for node in nodes { try dropEarly(node) } }
        try giveUpAgain()
        try tendThefts()
        try tendAttachments()
        if dice.hits(5) { try admitApplicants(mayGrant: true) }
        if dice.hits(10) { try reissue() }
        if mutant == .serveBeforeSync, dice.hits(30), let node = dice.pick(nodes) {
            node.journal.sync()
            checks.synced(node)
        }
    }

    private func work() throws(JournalError) {
        guard let node = dice.pick(nodes), !node.isDown else { return }
        switch dice.roll(100) {
        case 0..<35: try note(node)
        case 35..<40: try receive(node)
        default: try handle()
        }
    }

    /// Something of no meaning, in a scope that the node writes.
    private func note(_ node: SimulatedNode) throws(JournalError) {
        nextNote += 1
        var scopes: [ScopeName] = [.catalog(node.region), .control(node.region)]
        let stations = nodes.filter { node.kernel.directory.isWithin($0.region, node.region) }
        if let station = dice.pick(stations) {
            scopes.append(.cases(station.region, year: 2026))
            scopes.append(.cases(station.region, year: 2026))
        }
        guard let scope = dice.pick(scopes), node.kernel.mayCarry(scope) else { return }
        let kind = dice.hits(12) ? Self.newKind : 0x7f01
        let body = Array("note \(nextNote) \(node.index)".utf8)
        tell("note \(nextNote) by \(node.index) in \(scope.family) \(scope.region.hex)")
        let draft = Draft(scope: scope, kind: ChangeKind(rawValue: kind), body: body)
        if try commit(node, [.write([draft])]) == nil { tell("note \(nextNote): disk full") }
    }

    private func breakSomething() throws(JournalError) {
        guard let node = dice.pick(nodes) else { return }
        let isRoot = node.place.parent == nil
        switch dice.roll(100) {
        case 0..<25: try losePower(node)
        case 25..<45:
            guard let link = dice.pick(Array(links.indices)) else { return }
            count("partition")
            links[link].cutUntil = step + 10 + dice.roll(60)
        case 45..<60:
            count("clock")
            let years = Int64(dice.roll(101) - 50)
            node.clockOffset = years * 365 * 86_400_000
        case 60..<70:
            count("disk-full")
            node.journal.failsNextCommit = true
        case 70..<85: backUp(node)
        case 85..<90: try restore(node, keepsSentinel: true)
        case 90..<95: try restore(node, keepsSentinel: false)
        default: if !isRoot { try clone(node) }
        }
    }

    /// No more faults: everything that is owed is done until nothing moves.
    func settle() throws(JournalError) {
        isSettling = true
        envelopes = []
        for node in nodes { node.journal.failsNextCommit = false }
        var quiet = 0
        var rounds = 0
        let limit = 120
        while quiet < 3, rounds < limit {
            rounds += 1
            step += 1
            let before = progress()
            try tendThefts()
            leaveOutside()
            try seatAgain()
            followMoves()
            for node in nodes { try dropEarly(node) }
            try giveUpAgain()
            try admitApplicants(mayGrant: true)
            for index in links.indices {
                for lane in Lane.allCases {
                    try start(index, lane: lane)
                    try deliver()
                }
            }
            try tend()
            try deliver()
            try reissue()
            quiet = progress() == before && restless == nil ? quiet + 1 : 0
        }
        for node in nodes {
            var effects = Effects()
            effects.documents = try node.storeDocuments()
            try checks.committed(node, [], effects, at: step)
        }
        if quiet < 3 {
            let link = restless.map { "link \(links[$0].below) to \(links[$0].above)" }
            checks.fail("I7", at: step, "\(link ?? "the world") does not come to rest")
        }
    }

    /// A link on which something is left to say.
    private var restless: Int? {
        links.indices.first {
            !links[$0].isLeaving && !links[$0].isOver
                && (!links[$0].dialer.isAtRest || !links[$0].answerer.isAtRest)
        }
    }

    /// Nobody speaks with a machine that was ended any more.
    private func leaveOutside() {
        for index in links.indices where below(index).isOutside || above(index).isOutside {
            links[index].isOver = true
        }
    }

    private func progress() -> [UInt64] {
        nodes.map(\.position) + nodes.map(\.shelf.arrivals) + [
            UInt64(checks.alarms), UInt64(applicants.count),
        ]
    }
}
