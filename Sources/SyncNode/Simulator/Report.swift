package import Base

/// One finding of a checker: which invariant (PROTOCOL §12), at which step, what was seen.
package struct Violation: Hashable, Sendable {
    package let invariant: String
    package let at: Int
    package let what: String

    package init(_ invariant: String, at step: Int, _ what: String) {
        self.invariant = invariant
        at = step
        self.what = what
    }
}

/// What one seed came to.
package struct Report: Sendable {
    package let seed: UInt64
    /// Over everything that every node held in the end: two runs of a seed have one digest.
    package let digest: Digest
    /// What clocks may not change: who has what, who holds what, in which state (I26).
    package let shape: Digest
    /// Changes admitted from peers, over all nodes.
    package let admissions: Int
    /// How often each fault was injected, by its name. Sorted.
    package let faults: [(kind: String, count: Int)]
    /// How often each check looked at something that it could have found wrong. Sorted.
    package internal(set) var checks: [(name: String, count: Int)]
    package internal(set) var violations: [Violation]
    /// What happened, a line each; empty unless it was asked for.
    package internal(set) var history: [String]

    /// The document that `node simulate --json` prints.
    package var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { object in
            object.field("seed", Int64(truncatingIfNeeded: seed))
            object.field("digest", digest.hex)
            object.field("admissions", Int64(admissions))
            object.object("faults") { inner in
                for fault in faults { inner.field(fault.kind, Int64(fault.count)) }
            }
            object.object("checks") { inner in
                for check in checks { inner.field(check.name, Int64(check.count)) }
            }
            object.array("violations") { array in
                for violation in violations {
                    array.object { entry in
                        entry.field("invariant", violation.invariant)
                        entry.field("at", Int64(violation.at))
                        entry.field("what", violation.what)
                    }
                }
            }
        }
        return writer.bytes
    }
}

extension Report {
    /// A world that could not be founded.
    init(failure: String, of seed: UInt64) {
        self.init(
            seed: seed, digest: .zero, shape: .zero, admissions: 0, faults: [], checks: [],
            violations: [Violation("journal", at: 0, failure)], history: [])
    }
}

/// How often each of some named things happened.
struct Tally: Sendable {
    private var counts: [String: Int] = [:]

    mutating func add(_ name: String, _ times: Int = 1) { counts[name, default: 0] += times }

    /// Both together.
    func joined(_ other: Tally) -> Tally {
        var sum = self
        for name in other.counts.keys.sorted() { sum.add(name, other.counts[name] ?? 0) }
        return sum
    }

    /// By name.
    var sorted: [(name: String, count: Int)] {
        counts.keys.sorted().map { ($0, counts[$0] ?? 0) }
    }

    subscript(name: String) -> Int { counts[name] ?? 0 }
}
