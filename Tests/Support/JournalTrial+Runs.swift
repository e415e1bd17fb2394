import Base
import Change
import Kernel

/// Trials of runs, cuts, forks and drops.
extension JournalTrial {
    func latestSignature() throws {
        let town = try ChainForge(scope: cases, seed: 1)
        try transaction {
            try journal.openScope(cases)
            try grow(town, signing: false)
        }
        check.equal(try journal.signedHead(of: town.actor, in: cases.id), nil, "not signed yet")
        try transaction { try grow(town, by: 2) }
        let signed = town.signed()
        check.equal(try journal.signedHead(of: town.actor, in: cases.id), signed, "signed")
        try transaction { try grow(town, signing: false) }
        check.equal(
            try journal.signedHead(of: town.actor, in: cases.id), signed, "below the head")
    }

    func arrivals() throws {
        let town = try ChainForge(scope: cases, seed: 1)
        let county = try ChainForge(scope: catalog, seed: 2)
        var written: [(position: Int64, change: Change)] = []
        try transaction {
            try journal.openScope(cases)
            try journal.openScope(catalog)
        }
        for round in 0..<12 {
            try transaction {
                for forge in round % 2 == 0 ? [town, county] : [county] {
                    let changes = try grow(forge, by: 1 + round % 3, signing: round % 4 != 3)
                    let last = journal.position
                    for (index, change) in changes.enumerated() {
                        written.append((last - Int64(changes.count - 1 - index), change))
                    }
                }
            }
        }
        for mark in [0, 1, journal.position / 2, journal.position - 1, journal.position] {
            let behind = written.filter { $0.position > mark }.map(\.change.bytes)
            check.equal(try journal.arrivals(after: mark).map(\.bytes), behind, "behind \(mark)")
        }
    }

    func runOrder() throws {
        let town = try ChainForge(scope: cases, seed: 1)
        let county = try ChainForge(scope: cases, seed: 2)
        let village = try ChainForge(scope: cases, seed: 3)
        var written: [Change] = []
        try transaction { try journal.openScope(cases) }
        for round in 0..<20 {
            try transaction {
                for (index, forge) in [town, county, village].enumerated()
                where (round + index) % 3 != 0 {
                    written += try grow(forge, by: 1 + round % 3)
                }
            }
        }
        let run = try journal.run(of: cases.id, after: [], except: [])
        check.equal(run.changes.map(\.dot), written.map(\.dot), "arrival order")
        check.equal(run.changes.map(\.bytes), written.map(\.bytes), "the bytes")
        check.holds(!run.more, "nothing more")
        let heads = [town, county, village].compactMap { $0.signed() }
        check.equal(run.heads, heads.sorted { $0.head.actor < $1.head.actor }, "signed heads")
    }

    func runAfterVector() throws {
        let town = try ChainForge(scope: cases, seed: 1)
        let county = try ChainForge(scope: cases, seed: 2)
        var late: [Change] = []
        try transaction {
            try journal.openScope(cases)
            try grow(town, by: 2)
            try grow(county, by: 2)
            late = try grow(town, by: 2)
        }
        let vector = [Dot(actor: town.actor, seq: Seq(2)), Dot(actor: county.actor, seq: Seq(9))]
        let run = try journal.run(of: cases.id, after: vector, except: [])
        check.equal(run.changes.map(\.dot), late.map(\.dot), "above the vector")
        check.equal(run.heads.map(\.head), town.head.map { [$0] } ?? [], "one head")
        let all = [Dot(actor: town.actor, seq: Seq(4)), Dot(actor: county.actor, seq: Seq(2))]
        let nothing = try journal.run(of: cases.id, after: all, except: [])
        check.holds(nothing.changes.isEmpty && !nothing.more, "nothing is lacking")
    }

    func runExcept() throws {
        let town = try ChainForge(scope: cases, seed: 1)
        let county = try ChainForge(scope: cases, seed: 2)
        try transaction {
            try journal.openScope(cases)
            try grow(town, by: 2)
            try grow(county, by: 2)
        }
        let run = try journal.run(of: cases.id, after: [], except: [town.actor])
        check.equal(Set(run.changes.map(\.header.actor)), [county.actor], "without the town")
        check.equal(run.changes.count, 2, "the county's changes")
    }

    /// A batch of 300 in runs of 3 + 2: the cut falls between two flushes, never inside one.
    func runCut() throws {
        let town = try ChainForge(scope: cases, seed: 1)
        let county = try ChainForge(scope: cases, seed: 2)
        try transaction { try journal.openScope(cases) }
        for _ in 0..<60 {
            try transaction {
                try grow(town, by: 3)
                try grow(county, by: 2, citing: [town])
            }
        }
        let run = try journal.run(of: cases.id, after: [], except: [])
        check.equal(run.changes.count, 255, "the last flush that fits")
        check.holds(run.more, "there is more")
        check.equal(run.heads.count, 2, "a head for each actor")
        for head in run.heads {
            let last = run.changes.last { $0.header.actor == head.head.actor }
            check.equal(last?.head, head.head, "a run ends on its heads")
        }
        let vector = run.heads.map { Dot(actor: $0.head.actor, seq: $0.head.seq) }
        let rest = try journal.run(of: cases.id, after: vector, except: [])
        check.equal(rest.changes.count, 45, "the rest")
        check.holds(!rest.more, "nothing more")
    }

    func runBounds() throws {
        let town = try ChainForge(scope: cases, seed: 1)
        try transaction {
            try journal.openScope(cases)
            for _ in 0..<(2 * Limits.rangeChangesMax + 5) { try grow(town) }
        }
        var known = Seq.none
        var counts: [Int] = []
        repeat {
            let run = try journal.run(
                of: cases.id, after: [Dot(actor: town.actor, seq: known)], except: [])
            counts.append(run.changes.count)
            known = run.changes.last?.header.seq ?? known
            if !run.more { break }
        } while counts.count < 9
        check.equal(counts, [Limits.rangeChangesMax, Limits.rangeChangesMax, 5], "runs")
    }

    func runByteBounds() throws {
        let town = try ChainForge(scope: cases, seed: 1)
        let bodyBytes = Limits.changeBodyBytesMax
        try transaction {
            try journal.openScope(cases)
            for _ in 0..<8 { try grow(town, bodyBytes: bodyBytes) }
        }
        let run = try journal.run(of: cases.id, after: [], except: [])
        let bytes = run.changes.reduce(0) { $0 + $1.bytes.count }
        check.holds(bytes <= Limits.rangeBytesMax, "a run of \(bytes) bytes")
        check.holds(run.changes.count >= 3 && run.more, "\(run.changes.count) large changes")
    }

    func unsignedTail() throws {
        let town = try ChainForge(scope: cases, seed: 1)
        try transaction {
            try journal.openScope(cases)
            try grow(town, by: 2)
            try grow(town, by: 3, signing: false)
        }
        let run = try journal.run(of: cases.id, after: [], except: [])
        check.equal(run.changes.map(\.header.seq.rawValue), [1, 2], "up to the signed head")
        let after = [Dot(actor: town.actor, seq: Seq(2))]
        check.equal(
            try journal.run(of: cases.id, after: after, except: []).changes, [], "no more")
    }

    func quarantine() throws {
        let town = try ChainForge(scope: cases, seed: 1)
        try transaction {
            try journal.openScope(cases)
            try grow(town, by: 2)
            try journal.setQuarantined(town.actor, in: cases.id)
        }
        let chain = try journal.chain(town.actor, in: cases.id)
        check.equal(chain?.quarantined, true, "the flag")
        check.equal(chain?.head, town.head, "the head stays")
    }

    func forkRows() throws {
        let town = try ChainForge(scope: cases, seed: 1)
        try transaction {
            try journal.openScope(cases)
            let changes = try grow(town, by: 3)
            let proofs = changes.reversed().map { change in
                ForkRecord(
                    scope: cases.id, dot: change.dot, held: change.hash,
                    other: town.twin(of: change).hash, evidence: [7, 8])
            }
            for proof in proofs + proofs { try journal.recordFork(proof) }
        }
        let forks = try journal.forks()
        check.equal(forks.map(\.dot.seq.rawValue), [1, 2, 3], "forks by dot, once each")
        check.equal(forks.first?.evidence, [7, 8], "the evidence")
        check.equal(forks.first?.other == forks.first?.held, false, "two hashes")
        let first = forks[0]
        try transaction {
            try journal.replaceEvidence(
                ForkRecord(
                    scope: first.scope, dot: first.dot, held: first.held, other: first.other,
                    evidence: [9]))
        }
        check.equal(try journal.forks().map(\.evidence), [[9], [7, 8], [7, 8]], "one's proof")
    }

    func cutTail() throws {
        let town = try ChainForge(scope: cases, seed: 1)
        let county = try ChainForge(scope: cases, seed: 2)
        var changes: [Change] = []
        try transaction {
            try journal.openScope(cases)
            changes = try grow(town, by: 3)
            try grow(county, citing: [town])
            changes += try grow(town, by: 2, citing: [county])
        }
        let before = try journal.scope(cases.id)?.position ?? 0
        try transaction {
            let removed = try journal.cutChain(town.actor, in: cases.id, above: Seq(3))
            check.equal(removed.map(\.dot), changes[3...].map(\.dot), "the tail, oldest first")
        }
        check.equal(
            try journal.chain(town.actor, in: cases.id)?.head, changes[2].head, "the head falls")
        check.equal(
            try journal.hash(at: changes[3].dot, in: cases.id), nil, "a hash that was cut")
        check.equal(
            try journal.signedHead(of: town.actor, in: cases.id)?.head, changes[2].head,
            "the signature below the cut")
        check.holds(
            try journal.scope(cases.id)?.position ?? 0 >= before, "the position does not fall")
        check.equal(
            try journal.run(of: cases.id, after: [], except: []).changes.count, 4, "the run")
        try transaction {
            check.equal(
                try journal.cutChain(town.actor, in: cases.id, above: Seq(3)), [], "no tail")
        }
    }

    func cutCitations() throws {
        let town = try ChainForge(scope: cases, seed: 1)
        let county = try ChainForge(scope: cases, seed: 2)
        let village = try ChainForge(scope: cases, seed: 3)
        try transaction {
            try journal.openScope(cases)
            try grow(county)
            try grow(town, by: 2, citing: [county])
            try grow(county)
            try grow(village)
            try grow(town, citing: [county, village])
        }
        let first = Dot(actor: county.actor, seq: Seq(1))
        let tail = [Dot(actor: county.actor, seq: Seq(2)), Dot(actor: village.actor, seq: Seq(1))]
        check.equal(try journal.cited(by: town.actor, in: cases.id), tail.sorted(), "before")
        try transaction {
            _ = try journal.cutChain(town.actor, in: cases.id, above: Seq(2))
            check.equal(try journal.cited(by: town.actor, in: cases.id), [first], "at once")
        }
        check.equal(try journal.cited(by: town.actor, in: cases.id), [first], "after the commit")
    }

    /// A fork above the cut is none any more, as one branch is gone; one below it stays.
    func cutForks() throws {
        for (cut, isQuarantined) in [(2, true), (1, false), (0, false)] {
            let scope = ScopeName.cases(RegionID(UInt64(70 + cut)), year: 2026)
            let town = try ChainForge(scope: scope, seed: 1)
            try transaction {
                try journal.openScope(scope)
                let changes = try grow(town, by: 4)
                for change in [changes[1], changes[2]] {
                    try journal.recordFork(
                        ForkRecord(
                            scope: scope.id, dot: change.dot, held: change.hash,
                            other: town.twin(of: change).hash, evidence: [7]))
                }
                try journal.setQuarantined(town.actor, in: scope.id)
            }
            try transaction {
                _ = try journal.cutChain(town.actor, in: scope.id, above: Seq(UInt64(cut)))
            }
            let left = try journal.forks().filter { $0.scope == scope.id }.map(\.dot.seq.rawValue)
            check.equal(left, isQuarantined ? [2] : [], "forks left by a cut at \(cut)")
            check.equal(
                try journal.chain(town.actor, in: scope.id)?.quarantined ?? false, isQuarantined,
                "the flag after a cut at \(cut)")
        }
    }

    func cutAll() throws {
        let town = try ChainForge(scope: cases, seed: 1)
        try transaction {
            try journal.openScope(cases)
            try grow(town, by: 3)
        }
        try transaction {
            check.equal(
                try journal.cutChain(town.actor, in: cases.id, above: .none).count, 3, "all")
        }
        check.equal(try journal.chains(of: cases.id), [], "no chain is left")
        let again = try ChainForge(scope: cases, seed: 1)
        try transaction { try grow(again, by: 2) }
        check.equal(
            try journal.chain(town.actor, in: cases.id)?.head, again.head, "it may begin anew")
    }

    func drop() throws {
        let town = try ChainForge(scope: cases, seed: 1)
        let items = try ChainForge(scope: catalog, seed: 1)
        try transaction {
            try journal.openScope(cases)
            try journal.openScope(catalog)
            let change = try grow(town, by: 3)[2]
            try grow(items, by: 2)
            try journal.putDocument(document(1, in: cases))
            try journal.putDocument(document(2, in: catalog))
            try journal.nameBlobs([change.hash], in: cases.id)
            try journal.nameBlobs([change.hash, .zero, change.hash], in: catalog.id)
            try journal.recordFork(
                ForkRecord(
                    scope: cases.id, dot: change.dot, held: change.hash, other: .zero,
                    evidence: [1]))
        }
        check.equal(try journal.namedBlobs(in: cases.id).count, 1, "an attachment")
        try transaction { try journal.dropScope(cases.id) }
        check.equal(try journal.namedBlobs(in: cases.id), [], "attachments")
        check.equal(
            try journal.namedBlobs(in: catalog.id).count, 2, "the other's, once each, by digest")
        check.equal(try journal.namedBlobs(in: catalog.id).first, .zero, "by digest")
        check.equal(try journal.scopes().map(\.name), [catalog], "one scope is left")
        check.equal(try journal.chains(of: cases.id), [], "chains")
        check.equal(try journal.forks(), [], "forks")
        check.equal(try journal.document(document(1, in: cases).key), nil, "its document")
        check.equal(
            try journal.document(document(2, in: catalog).key), document(2, in: catalog),
            "the other's document")
        check.equal(
            try journal.run(of: catalog.id, after: [], except: []).changes.count, 2, "the other")
        let again = try ChainForge(scope: cases, seed: 1)
        try transaction {
            try journal.openScope(cases)
            try grow(again, by: 1)
        }
        check.equal(
            try journal.run(of: cases.id, after: [], except: []).changes.count, 1,
            "a scope that comes again starts empty")
    }
}
