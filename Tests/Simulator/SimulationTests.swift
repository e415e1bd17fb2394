import Base
import Domain
import Simulator
import Testing

@Suite struct SimulationTests {
    /// The same seed, the same history.
    @Test(arguments: [3, 8, 12] as [UInt64]) func aSeedHasOneDigest(seed: UInt64) {
        let one = Simulation.run(seed: seed, steps: 120)
        let two = Simulation.run(seed: seed, steps: 120)
        #expect(one.digest == two.digest && one.shape == two.shape)
        #expect(one.admissions == two.admissions && one.admissions > 0)
        #expect(one.digest != Simulation.run(seed: seed + 1, steps: 120).digest)
    }

    /// Faults happen, changes are admitted, and nothing is found; a root is put back whole in the
    /// last of these seeds. The wide run is `node simulate`.
    @Test func theRulesHold() {
        var faults: Set<String> = []
        for seed in Array(UInt64(0)..<24) + [34] {
            let report = Simulation.run(seed: seed, steps: 300)
            #expect(report.violations.isEmpty, "seed \(seed): \(report.violations.prefix(3))")
            faults.formUnion(report.faults.map(\.kind))
        }
        let expected: Set = [
            "loss", "duplicate", "cut", "partition", "power", "disk-full", "clock", "clone",
            "restore", "image", "root-restore", "root-image", "theft", "revocation", "replacement",
            "adoption", "leak", "account-turn", "attachment", "rot",
        ]
        #expect(faults == expected)
    }

    /// Seeds that once found something: evidence lost on its way, a fork proven from the middle
    /// of its branch only, a scope that could not be said to be missing, two beginnings of one
    /// case told apart by a clock, a parent that lost what it had stated, orphans that a full
    /// disk kept, a seat that a full disk refused, the end of who had no seat, a county whose
    /// only member was stolen.
    @Test(
        arguments: [
            27, 38, 95, 99, 144, 220, 253, 301, 356, 370, 508, 632, 684, 522, 590, 645, 669, 703,
            738, 752,
            756,
            775, 863, 906, 934,
        ] as [UInt64])
    func whatWasFoundStaysFixed(seed: UInt64) {
        let report = Simulation.run(seed: seed, steps: 300)
        #expect(report.violations.isEmpty, "\(report.violations.prefix(3))")
    }

    /// A copy that took its own branch off, and was told of the other: no fork is left of it, and
    /// a case says the same there as everywhere.
    @Test(arguments: [378, 605, 953] as [UInt64])
    func whatWasFoundBetweenCopiesStaysFixed(seed: UInt64) {
        let report = Simulation.run(seed: seed, steps: 300)
        #expect(report.violations.isEmpty, "\(report.violations.prefix(3))")
    }

    /// The same where places move: what an old parent had not sent on, a fork that it alone could
    /// prove, a scope that came back, a peer that lost what it had said that it held, two
    /// scopes that were asked for in turn without end, a move that a restored county alone
    /// remembered, an attachment that was promised and lost, files beside a restored log, a disk
    /// that was full when a scope was drained to it, an attachment that the carrier did not have
    /// when it was first asked.
    @Test(
        arguments: [
            3, 6, 8, 28, 36, 45, 87, 93, 102, 457, 468, 481, 561, 771, 783, 862, 921,
        ] as [UInt64])
    func whatWasFoundWhereVillagesMoveStaysFixed(seed: UInt64) {
        let report = Simulation.run(seed: seed, steps: 300, moves: true)
        #expect(report.violations.isEmpty, "\(report.violations.prefix(3))")
    }

    /// A check that cannot fail is no check. Begins where `node simulate --mutant all` saw each
    /// last; the others follow where it is seen elsewhere by now.
    @Test(arguments: Mutant.allCases) func aMutantIsCaught(mutant: Mutant) {
        let last: [Mutant: UInt64] = [
            .noDepCheck: 16, .noHash: 16, .unilateralWithdraw: 13, .holderNotFrozen: 8,
            .offerToRegion: 25, .custodyBoundToNode: 3, .signWithoutAttachments: 3,
        ]
        let isCaught = ([last[mutant] ?? 1] + Array(0..<60)).contains { seed in
            mutant.isSeen(in: Simulation.run(seed: seed, steps: 300, mutant: mutant))
        }
        #expect(isCaught)
    }

    @Test func aReportIsOneDocument() throws {
        let report = Simulation.run(seed: 0, steps: 120, mutant: .serveBeforeSync)
        let json = try JSON(parsing: report.json)
        #expect(json["seed"]?.int == 0)
        #expect(json["digest"]?.text == report.digest.hex)
        #expect(json["violations"]?.array?.first?["invariant"]?.text == "I10")
    }

    /// The shape of a topology file instead of one from dice.
    @Test func aGivenTopologyIsRun() throws {
        let codes = try ["370124000000", "370124106000", "370124106201"].map {
            try #require(RegionCode($0))
        }
        let places = zip(codes, [Level.county, .town, .village]).enumerated().map { index, place in
            SimulatedTopology.Place(
                code: place.0, name: "place", level: place.1,
                parent: index == 0 ? nil : codes[index - 1])
        }
        let report = Simulation.run(
            seed: 1, steps: 200, topology: SimulatedTopology(places: places, links: []))
        #expect(report.violations.isEmpty && report.admissions > 0)
    }
}
