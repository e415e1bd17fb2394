import Base
import Change
import Domain
import Kernel

/// I25: beyond an incarnation's end nothing is effective unless it was adopted; at or before it,
/// always. Asked of every case that a commit touched, by what its node has heard.
struct CutChecks {
    /// Incarnations of whose end, or of an account's end at which, somebody spoke.
    private(set) var keys: [IncarnationKey] = []
    private(set) var tally = Tally()
    private var found: [Violation] = []

    /// An end, or a new beginning, as it was stated.
    private struct Turn {
        let key: IncarnationKey
        /// 0 for all that the incarnation wrote.
        let author: UInt64
        let cuts: [Revocation.Cut]
    }
    private var turns: [Turn] = []

    /// Somebody speaks of an end.
    mutating func ends(_ key: IncarnationKey, _ cuts: [Revocation.Cut], of author: UInt64 = 0) {
        if !keys.contains(key) { keys.append(key) }
        turns.append(Turn(key: key, author: author, cuts: cuts))
    }

    /// Whether somebody who heard of all that was stated has another view of a case than
    /// somebody who has not.
    func isSevered(_ state: CaseState) -> Bool {
        places(in: state).contains { _, place in
            turns.contains { turn in
                guard turn.key == place.key, turn.author == 0 || turn.author == place.decider
                else { return false }
                let cut = turn.cuts.first { $0.scope == place.scope.id }
                return cut.map { KnownEnds.lies(place, behind: $0) } ?? true
            }
        }
    }

    mutating func taken() -> [Violation] {
        defer { found = [] }
        return found
    }

    private mutating func fail(_ step: Int, _ what: String) {
        found.append(Violation("I25", at: step, what))
    }

    /// What an ended incarnation said in a case.
    func places(in state: CaseState) -> [(event: CaseEvent, place: KnownEnds.Place)] {
        let authors = keys.map { (key: $0, actor: $0.actor(in: state.scope.id)) }
        return state.events.compactMap { event in
            guard let author = authors.first(where: { $0.actor == event.dot.actor }) else {
                return nil
            }
            return (
                event,
                KnownEnds.Place(
                    key: author.key, scope: state.scope, seq: event.dot.seq, hash: event.hash,
                    decider: event.kind.isDecided ? event.author : 0)
            )
        }
    }

    /// Looks at a case as a node has it.
    mutating func look(
        _ state: CaseState, _ id: Digest16, at node: SimulatedNode, _ ends: KnownEnds, _ step: Int
    ) {
        for (event, place) in places(in: state) {
            let isVoid = event.status == .void(.beyondCut)
            tally.add("I25")
            guard ends.isBeyond(place) else {
                if isVoid { fail(step, told(event, id, node, "is void and not beyond a cut")) }
                continue
            }
            if ends.isAdopted(place) {
                tally.add("I25-adopted")
                if isVoid { fail(step, told(event, id, node, "is void and was adopted")) }
            } else {
                tally.add("I25-late")
                if !isVoid { fail(step, told(event, id, node, "is \(event.status.text)")) }
            }
        }
    }

    private func told(
        _ event: CaseEvent, _ id: Digest16, _ node: SimulatedNode, _ what: String
    ) -> String {
        "node \(node.index), case \(id.hex), \(event.dot.seq.rawValue) \(what)"
    }
}
