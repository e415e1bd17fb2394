import Base
import Change
package import Kernel

/// What every journal must do, whatever it keeps its rows in. One suite for SQLite and for the
/// simulator's memory:
///
///     @Test(arguments: JournalConformance.Case.allCases)
///     func conforms(to one: JournalConformance.Case) throws {
///         #expect(try JournalConformance.failures(of: one) { try makeJournal() } == [])
///     }
package enum JournalConformance {
    /// The sentences of the contract that are tried, one by one.
    package enum Case: String, Sendable, CaseIterable {
        case anEmptyJournalHoldsNothing
        case aScopeOpensOnceAndKeepsItsEpoch
        case appendMovesHeadPositionAndCitations
        case readsGiveBackTheBytes
        case rollbackTakesBackEverything
        case signedHeadIsTheLatest
        case runGivesArrivalOrder
        case runStartsAboveTheVector
        case arrivalsAreAllBehindAPosition
        case runLeavesOutExceptedActors
        case runEndsOnSignedHeads
        case runIsBounded
        case runIsBoundedInBytes
        case unsignedTailIsNotServed
        case quarantineIsKept
        case forksAreKeptOnceAndInOrder
        case cutChainGivesBackTheTail
        case cutChainKeepsWhatTheRestCites
        case cutChainTakesItsForks
        case positionsAreNotGivenOutAgain
        case whatHasNoPlaceIsRefused
        case cutToNothingEndsTheChain
        case dropScopeTakesAllOfItAndNoMore
        case documentsGoRoundAndAreFoundByLabel
        case attentionIsInKeyOrderAndBounded
        case valuesAreReplaced
        case repliesAreKeptByAuthorAndKey
    }

    /// - Parameter make: A fresh, empty journal.
    /// - Returns: What did not hold, one sentence each.
    package static func failures<Store: Journal>(
        of one: Case, make: () throws -> Store
    ) throws -> [String] {
        let check = Expectations()
        let trial = JournalTrial(journal: try make(), check: check)
        switch one {
        case .anEmptyJournalHoldsNothing: try trial.emptyJournal()
        case .aScopeOpensOnceAndKeepsItsEpoch: try trial.scopeLife()
        case .appendMovesHeadPositionAndCitations: try trial.appendMoves()
        case .readsGiveBackTheBytes: try trial.readsBack()
        case .rollbackTakesBackEverything: try trial.rollbackRestores()
        case .signedHeadIsTheLatest: try trial.latestSignature()
        case .runGivesArrivalOrder: try trial.runOrder()
        case .arrivalsAreAllBehindAPosition: try trial.arrivals()
        case .runStartsAboveTheVector: try trial.runAfterVector()
        case .runLeavesOutExceptedActors: try trial.runExcept()
        case .runEndsOnSignedHeads: try trial.runCut()
        case .runIsBounded: try trial.runBounds()
        case .runIsBoundedInBytes: try trial.runByteBounds()
        case .unsignedTailIsNotServed: try trial.unsignedTail()
        case .quarantineIsKept: try trial.quarantine()
        case .forksAreKeptOnceAndInOrder: try trial.forkRows()
        case .cutChainGivesBackTheTail: try trial.cutTail()
        case .cutChainKeepsWhatTheRestCites: try trial.cutCitations()
        case .cutChainTakesItsForks: try trial.cutForks()
        case .positionsAreNotGivenOutAgain: try trial.positions()
        case .whatHasNoPlaceIsRefused: try trial.refusals()
        case .cutToNothingEndsTheChain: try trial.cutAll()
        case .dropScopeTakesAllOfItAndNoMore: try trial.drop()
        case .documentsGoRoundAndAreFoundByLabel: try trial.documents()
        case .attentionIsInKeyOrderAndBounded: try trial.attention()
        case .valuesAreReplaced: try trial.values()
        case .repliesAreKeptByAuthorAndKey: try trial.replies()
        }
        return check.failures
    }
}

/// Gathers what does not hold.
final class Expectations {
    private(set) var failures: [String] = []

    func equal<Value: Equatable>(_ found: Value, _ wanted: Value, _ what: String) {
        if found != wanted { failures.append("\(what): \(found), not \(wanted)") }
    }

    func holds(_ condition: Bool, _ what: String) {
        if !condition { failures.append(what) }
    }
}
