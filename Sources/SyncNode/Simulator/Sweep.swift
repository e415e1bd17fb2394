import Base

/// What many seeds came to together: a check or a fault that never applied in any of them has
/// proven nothing, and is a finding of its own.
package struct Sweep: Sendable {
    /// Seeds with findings, in the order in which they were taken.
    package private(set) var failures: [Report] = []
    package private(set) var seeds = 0
    package private(set) var admissions = 0
    private var checks = Tally()
    private var faults = Tally()

    private let hasMoves: Bool

    /// - Parameter moves: Whether places move in these seeds.
    package init(moves: Bool) { hasMoves = moves }

    /// Adds one seed's report.
    package mutating func take(_ report: Report) {
        seeds += 1
        admissions += report.admissions
        for check in report.checks { checks.add(check.name, check.count) }
        for fault in report.faults { faults.add(fault.kind, fault.count) }
        if !report.violations.isEmpty { failures.append(report) }
    }

    /// Checks and faults that never applied. Sorted.
    package var unused: [String] {
        let names = Self.allChecks + (hasMoves ? ["I23"] : Self.theftChecks)
        let kinds = Self.allFaults + (hasMoves ? ["drop", "move"] : Self.theftFaults)
        return (names.filter { checks[$0] == 0 } + kinds.filter { faults[$0] == 0 }).sorted()
    }

    /// Whether nothing was found, and everything was looked at.
    package var isClean: Bool { failures.isEmpty && unused.isEmpty }

    /// Every check, by the name that reports give it: invariants of PROTOCOL §12; `I18-force`
    /// for the cut of a Force, `digest` for a seed that is run twice.
    package static let allChecks = [
        "I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I10", "I11", "I12", "I13", "I14",
        "I15", "I16", "I17", "I18", "I18-force", "I19", "I20", "I21", "I22", "I26", "I29",
        "digest",
    ]

    /// Where machines are stolen: what was judged of an ended author, of it what is late and
    /// what was adopted.
    package static let theftChecks = ["I25", "I25-adopted", "I25-late"]

    /// Every fault. Where places move, `move` and `drop` beside them, and I23; where they do
    /// not, thefts.
    package static let allFaults = [
        "clock", "clone", "cut", "disk-full", "duplicate", "image", "loss", "partition", "power",
        "restore", "root-image", "root-restore",
    ]

    /// What comes with thieves.
    package static let theftFaults = [
        "account-turn", "adoption", "leak", "replacement", "revocation", "theft",
    ]

    /// One document for all seeds.
    package var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { object in
            object.field("seeds", Int64(seeds))
            object.field("admissions", Int64(admissions))
            object.object("faults") { inner in
                for fault in faults.sorted { inner.field(fault.name, Int64(fault.count)) }
            }
            object.object("checks") { inner in
                for check in checks.sorted { inner.field(check.name, Int64(check.count)) }
            }
            object.array("unused") { array in for name in unused { array.value(name) } }
            object.array("failures") { array in
                for report in failures {
                    array.object { entry in
                        entry.field("seed", Int64(report.seed))
                        entry.array("violations") { inner in
                            for violation in report.violations {
                                inner.value("\(violation.invariant): \(violation.what)")
                            }
                        }
                    }
                }
            }
        }
        return writer.bytes
    }
}
