import Base
import Change

/// Where two branches of a chain part (PROTOCOL §7.6).
///
/// A number used twice is seen at a head, which may lie far above the first one. Each side says
/// what it holds at the number and at 1, 2, 4 … below it; what agrees bounds the place from
/// below. Once it is known well enough, each sends its branch from there on: whoever takes both
/// finds the first number that differs, and so can prove the fork to a third that stands
/// anywhere on either branch.
extension Link {
    /// Says what this side holds of a chain that has two branches.
    ///
    /// - Parameters:
    ///   - dot: The lowest number that is known to be used twice.
    ///   - common: The highest below it that is known to be the same on both sides; 0 for none.
    private mutating func tell<K: LocalKnowledge>(
        _ dot: Dot, above common: UInt64, in scope: ScopeID, yours: UInt64, knowing knowledge: K
    ) throws(K.Failure) {
        var seqs = [dot.seq.rawValue]
        var step: UInt64 = 1
        while step < dot.seq.rawValue, dot.seq.rawValue - step > common {
            seqs.append(dot.seq.rawValue - step)
            step *= 2
        }
        if common > 0 { seqs.append(common) }
        for seq in seqs {
            let place = Dot(actor: dot.actor, seq: Seq(seq))
            guard let held = try knowledge.hash(at: place, in: scope) else { continue }
            due.forks.append(
                ForkNotice(
                    scope: scope, dot: place, mine: held.prefix8,
                    yours: seq == dot.seq.rawValue ? yours : 0))
        }
    }

    /// This side sees a number used twice: it goes on without the chain, and says so.
    mutating func sees<K: LocalKnowledge>(
        _ dot: Dot, in scope: ScopeID, yours: UInt64, knowing knowledge: K
    ) throws(K.Failure) {
        try skip(dot, in: scope, knowing: knowledge)
        if parted.insert(Branch(scope: scope, actor: dot.actor)).inserted {
            try tell(dot, above: 0, in: scope, yours: yours, knowing: knowledge)
        }
    }

    /// Says again what may have been lost on its way, of chains that are not proven to both yet.
    mutating func tellAgain<K: LocalKnowledge>(_ knowledge: K) throws(K.Failure) {
        for scope in skipped.keys.sorted() {
            for actor in skipped[scope, default: []].sorted() {
                let branch = Branch(scope: scope, actor: actor)
                guard let dot = partings[branch], parted.insert(branch).inserted else { continue }
                try tell(dot, above: 0, in: scope, yours: 0, knowing: knowledge)
            }
        }
    }

    /// What the peer holds of chains that have two branches; all that one message said.
    mutating func take<K: LocalKnowledge>(
        _ notices: [ForkNotice], into intake: inout Intake, knowing knowledge: K
    ) throws(K.Failure) {
        var left = notices.sorted { ($0.scope, $0.dot) < ($1.scope, $1.dot) }[...]
        while let first = left.first, !isFenced {
            let ladder = left.prefix { $0.scope == first.scope && $0.dot.actor == first.dot.actor }
            left = left.dropFirst(ladder.count)
            try climb(Array(ladder), into: &intake, knowing: knowledge)
        }
    }

    /// - Parameter ladder: Of one chain, by number.
    private mutating func climb<K: LocalKnowledge>(
        _ ladder: [ForkNotice], into intake: inout Intake, knowing knowledge: K
    ) throws(K.Failure) {
        var common: UInt64 = 0
        var parting: ForkNotice?
        for notice in ladder where parting == nil {
            guard let held = try knowledge.hash(at: notice.dot, in: notice.scope) else { break }
            if held.prefix8 == notice.mine {
                common = notice.dot.seq.rawValue
            } else {
                parting = notice
            }
        }
        guard let parting else { return }
        let actor = parting.dot.actor
        let shared = try held(parting.scope, knowing: knowledge)
        let isQuarantined = shared?.quarantined.contains(actor) == true
        if let key = own?.key, key.actor(in: parting.scope) == actor, !isQuarantined {
            return fence(parting.scope, parting.dot.seq, &intake)
        }
        try skip(parting.dot, in: parting.scope, knowing: knowledge)
        let isFirst = parted.insert(Branch(scope: parting.scope, actor: actor)).inserted
        let isNear =
            parting.dot.seq.rawValue - common <= UInt64(Limits.forkDistanceMax)
        if isFirst || !isNear {
            try tell(
                parting.dot, above: common, in: parting.scope, yours: parting.mine,
                knowing: knowledge)
        }
        guard isNear else { return }
        let start = Dot(actor: actor, seq: Seq(common + 1))
        if proven.insert(Proof(actor: actor, held: theirs.leaf(parting.scope), start: start.seq))
            .inserted
        {
            due.evidence.append(Evidence(scope: parting.scope, dot: start))
        }
    }

    /// Goes on without one chain, and names it once.
    private mutating func skip<K: LocalKnowledge>(
        _ dot: Dot, in scope: ScopeID, knowing knowledge: K
    ) throws(K.Failure) {
        let branch = Branch(scope: scope, actor: dot.actor)
        partings[branch] = min(partings[branch] ?? dot, dot)
        if named.insert(branch).inserted {
            raised += alarm(.fork(scope: scope, dot: dot))
        }
        let shared = try held(scope, knowing: knowledge)
        guard shared?.quarantined.contains(dot.actor) != true,
            skipped[scope]?.contains(dot.actor) != true
        else { return }
        skipped[scope, default: []].append(dot.actor)
    }

    /// A chain that is quarantined here and not there: the peer must see why. Where it stands
    /// on neither of the branches that are known here, it is first asked where it left.
    mutating func oweEvidence<K: LocalKnowledge>(
        _ scope: SharedScope, _ holding: Holding, knowing knowledge: K
    ) throws(K.Failure) {
        for actor in scope.quarantined where !holding.quarantined.contains(actor) {
            if let head = holding[actor] {
                let dot = Dot(actor: actor, seq: head.seq)
                let held = try knowledge.hash(at: dot, in: scope.id)
                if let held, held.prefix8 != head.prefix {
                    try sees(dot, in: scope.id, yours: head.prefix, knowing: knowledge)
                }
            }
            if proven.insert(Proof(actor: actor, held: holding.leaf, start: .none)).inserted {
                due.evidence.append(
                    Evidence(scope: scope.id, dot: Dot(actor: actor, seq: .none)))
            }
        }
    }

    /// This side's branch of a chain that has two, or the proof that it has.
    mutating func prove<K: LocalKnowledge>(
        _ evidence: Evidence, _ draft: inout Draft, _ knowledge: K
    ) throws(K.Failure) {
        guard let scope = try held(evidence.scope, knowing: knowledge) else { return }
        let actor = evidence.dot.actor
        let others = (scope.vector.heads.map(\.actor) + scope.quarantined)
            .filter { $0 != actor }
        let holding = theirs[evidence.scope] ?? leaving[evidence.scope]?.answer
        var start = holding?[actor].map { Dot(actor: actor, seq: $0.seq) }
        if evidence.dot.seq > Seq(1) {
            start = Dot(actor: actor, seq: Seq(evidence.dot.seq.rawValue - 1))
        } else if evidence.dot.seq == Seq(1) {
            start = nil
        }
        let own = try knowledge.batch(
            of: evidence.scope, after: start.map { [$0] } ?? [], except: others)
        if let own { draft.frames.append(.range(own.batch)) }
        guard evidence.dot.seq == .none else { return }
        for batch in try knowledge.evidence(of: actor, in: evidence.scope) {
            draft.frames.append(.range(batch))
        }
    }
}
