import Base
import Change
import Testing

@testable import Domain

@Suite("Custody, searched exhaustively")
struct CustodySearchTests {
    private func search(_ change: (inout CustodySearch.Setting) -> Void) throws -> CustodySearch {
        var setting = CustodySearch.Setting()
        change(&setting)
        var search = try CustodySearch(setting)
        search.run()
        return search
    }

    /// With the same bounds, the reference model (`models/custody.py`, runs R0 to R3) reaches
    /// these numbers of states: the fold and the rules here allow what it allows.
    @Test(
        "the true rules hold, over the very states of the reference model",
        arguments: [(0, 1163), (1, 7423), (2, 7452), (3, 20836)])
    func referenceRuns(run: Int, states: Int) throws {
        let result = try search { setting in
            setting.eventsMax = run == 0 ? 6 : 5
            setting.restore = run == 1 || run == 2 ? .detected : nil
            setting.restored = run == 2 ? 1 : 0
            setting.forces = run == 3
        }
        #expect(result.violations == [], "\(result.witnesses)")
        #expect(result.states == states)
    }

    @Test("the true rules hold: Force with a restore, undetected restores, re-seating, a twin")
    func trueRules() throws {
        let settings: [(inout CustodySearch.Setting) -> Void] = [
            {
                $0.forces = true
                $0.restore = .detected
                $0.eventsMax = 4
            },
            { $0.restore = .undetected },
            {
                $0.restore = .undetected
                $0.restored = 1
            },
            {
                $0.restore = .detected
                $0.reseats = true
            },
            { $0.hasTwin = true },
        ]
        for (index, change) in settings.enumerated() {
            let result = try search {
                $0.withdraws = false
                change(&$0)
            }
            #expect(result.violations == [], "setting \(index): \(result.witnesses)")
            #expect(result.states > 400, "setting \(index): \(result.states) states")
        }
    }

    @Test("M1: a withdrawal without the offeree's word")
    func unilateralWithdraw() throws {
        #expect(try !search { $0.custody.unilateralWithdraw = true }.violations.isEmpty)
    }

    @Test("M2: custody bound to a node, not to its incarnation")
    func boundToNode() throws {
        let found = try search {
            $0.custody.custodyBoundToNode = true
            $0.restore = .detected
            $0.withdraws = false
        }
        #expect(!found.violations.isEmpty)
    }

    @Test("M3: the holder is not frozen by its offer")
    func notFrozen() throws {
        let found = try search {
            $0.custody.holderNotFrozen = true
            $0.withdraws = false
        }
        #expect(!found.violations.isEmpty)
    }

    @Test("M4: an offer to a region, which two nodes may take")
    func offerToRegion() throws {
        let found = try search {
            $0.custody.offerToRegion = true
            $0.hasTwin = true
            $0.withdraws = false
        }
        #expect(!found.violations.isEmpty)
    }

    @Test("M5: Force without a causal cut")
    func forceWithoutCut() throws {
        let found = try search {
            $0.custody.forceWithoutCut = true
            $0.forces = true
            $0.eventsMax = 3
        }
        #expect(!found.violations.isEmpty)
    }

    @Test("M6: a forked chain is not quarantined")
    func forkNotQuarantined() throws {
        let found = try search {
            $0.custody.forkNotQuarantined = true
            $0.restore = .undetected
            $0.withdraws = false
        }
        #expect(!found.violations.isEmpty)
    }
}
