import Domain
import Kernel

/// A rule switched off. The checks must notice each of them: a check that cannot fail is none.
package enum Mutant: String, Sendable, CaseIterable {
    /// Changes are admitted without the changes that they rest on.
    case noDepCheck = "no-dep-check"
    /// Changes are sent actor by actor instead of in arrival order.
    case actorOrder = "actor-order"
    /// Numbers are compared, hashes are not.
    case noHash = "no-hash"
    /// A restored or cloned node goes on under its old incarnation.
    case noNewIncarnation = "no-new-incarnation"
    /// Changes leave before they are durable.
    case serveBeforeSync = "serve-before-sync"
    /// A change of an unknown kind is refused.
    case rejectUnknown = "reject-unknown"
    /// A change is counted in the vector and not stored.
    case countWithoutStoring = "count-without-storing"
    /// The same, watched by what is lost for it alone: a disk answers for what it never stored.
    case receiptWithoutStoring = "receipt-without-storing"
    /// A dropped scope's vector stays.
    case vectorKeptOnDrop = "vector-kept-on-drop"
    /// A scope is dropped once own changes are held elsewhere, whatever else it holds.
    case drainOwnOnly = "drain-own-only"
    /// An offer is withdrawn by whoever made it, without an answer.
    case unilateralWithdraw = "unilateral-withdraw"
    /// A holder decides while its offer is open.
    case holderNotFrozen = "holder-not-frozen"
    /// An offer goes to a region instead of to an actor.
    case offerToRegion = "offer-to-region"
    /// Custody is the node's, whichever incarnation it runs.
    case custodyBoundToNode = "custody-bound-to-node"
    /// What an ended machine wrote counts, whenever it wrote it.
    case countsBeyondCut = "counts-beyond-cut"
    /// A Force leaves standing what it did not see.
    case forceWithoutCut = "force-without-cut"
    /// A clerk signs for a case whose attachments are still to come.
    case signWithoutAttachments = "sign-without-attachments"
    /// A scope is dropped though only this node has an attachment of it.
    case dropWithoutAttachments = "drop-without-attachments"
    /// An attachment that was asked for before it was here is not sent once it came.
    case forgottenPromise = "forgotten-promise"

    /// The checks that speak of this rule: one of them must find something. What else breaks on
    /// the way is no proof that the rule is looked at.
    package var seenAs: Set<String> {
        switch self {
        case .noDepCheck: ["I3", "I4"]
        case .actorOrder: ["I7", "I13"]
        case .noHash: ["I2", "I9"]
        case .noNewIncarnation: ["I11"]
        case .serveBeforeSync: ["I10"]
        case .rejectUnknown: ["I7"]
        case .countWithoutStoring, .vectorKeptOnDrop: ["I1"]
        case .receiptWithoutStoring: ["I8"]
        case .drainOwnOnly: ["I23"]
        case .countsBeyondCut: ["I25"]
        case .signWithoutAttachments, .dropWithoutAttachments, .forgottenPromise:
            ["attachments"]
        case .unilateralWithdraw, .holderNotFrozen, .offerToRegion, .custodyBoundToNode,
            .forceWithoutCut:
            ["I16", "I17", "I18", "I19", "I20", "I21"]
        }
    }

    /// Whether it shows only where places move.
    var needsMoves: Bool {
        self == .vectorKeptOnDrop || self == .drainOwnOnly || self == .dropWithoutAttachments
    }

    /// Whether it shows only where cases have attachments.
    var needsAttachments: Bool { seenAs == ["attachments"] }

    /// Whether it shows only where machines are stolen.
    var needsThefts: Bool { self == .countsBeyondCut }

    /// Whether a run of a seed with this rule off found it to be off.
    package func isSeen(in report: Report) -> Bool {
        isSeen(in: report.violations)
    }

    /// The finding that shows it; nil where none does.
    package func finding(in report: Report) -> String? {
        report.violations.first { seenAs.contains($0.invariant) }
            .map { "\($0.invariant), \($0.what)" }
    }

    func isSeen(in violations: [Violation]) -> Bool {
        violations.contains { seenAs.contains($0.invariant) }
    }

    /// The kernel's rules with this one off.
    var rules: KernelRules {
        var rules = KernelRules()
        switch self {
        case .noDepCheck: rules.checksDependencies = false
        case .noHash: rules.checksHashes = false
        case .rejectUnknown: rules.storesUnknownKinds = false
        case .countWithoutStoring, .receiptWithoutStoring: rules.storesWhatItCounts = false
        case .vectorKeptOnDrop: rules.dropsVectorWithScope = false
        case .drainOwnOnly: rules.drainsEverything = false
        case .unilateralWithdraw: rules.custody.unilateralWithdraw = true
        case .holderNotFrozen: rules.custody.holderNotFrozen = true
        case .offerToRegion: rules.custody.offerToRegion = true
        case .custodyBoundToNode: rules.custody.custodyBoundToNode = true
        case .countsBeyondCut: rules.custody.countsBeyondCut = true
        case .forceWithoutCut: rules.custody.forceWithoutCut = true
        case .actorOrder, .noNewIncarnation, .serveBeforeSync, .signWithoutAttachments,
            .dropWithoutAttachments, .forgottenPromise:
            break
        }
        return rules
    }
}
