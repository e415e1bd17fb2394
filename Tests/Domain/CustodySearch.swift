import Base
import Change
import Testing

@testable import Domain

/// `models/custody.py` on the real fold: every interleaving of a few events between a holder H,
/// a destination D, a supervisor P and D's twin E, with loss, delay and any order of arrival;
/// crash as restore, detected or not.
struct CustodySearch {
    enum Restore { case detected, undetected }

    struct Setting {
        var custody = CustodyRules.standard
        var eventsMax = 5
        var withdraws = true
        var forces = false
        var restore: Restore?
        /// Index of the node that is restored.
        var restored = 0
        /// A detected restore of H is given the seat again.
        var reseats = false
        var hasTwin = false
        var statesMax = 200_000
    }

    /// One event of the search: what the fold sees, and what its author had.
    struct Move {
        let event: CaseEvent
        let node: Int
        /// Ids of what its author had, sorted.
        let past: [Int]
    }

    private struct Place: Hashable {
        var logs: [[Int]]
        var incarnations: [Int]
        var snapshot: [Int]?
        var wasRestored = false
        var forces = 0
    }

    private struct MoveKey: Hashable {
        let actor: ActorID
        let seq: UInt64
        let kind: ChangeKind
        let on: Digest16?
        let to: ActorID?
        let past: [Int]
    }

    let setting: Setting
    private let regions = ["V1", "T", "C", "T"]
    private let keys: [[IncarnationKey]]
    /// As the fold has it: with every seat ever given.
    private let directory: Directory
    /// As it was before the later seat was given.
    private let earlier: Directory
    private let scope: ScopeName
    private let chain: [RegionRecord]
    private var moves: [Move] = []
    private var interned: [MoveKey: Int] = [:]
    private var folded: [[Int]: CaseState] = [:]
    private(set) var violations: [String] = []
    /// For each violation, the events that show it.
    private(set) var witnesses: [[String]] = []
    private(set) var states = 0

    init(_ setting: Setting) throws {
        self.setting = setting
        let world = try CaseWorld()
        earlier = world.node("C").directory
        if setting.reseats { try world.seat("V1", incarnation: 1, epoch: 2) }
        directory = world.node("C").directory
        chain = ["V1", "T", "C", "T"].map { world.node($0).region }
        scope = .cases(chain[0].id, year: 2026)
        var keys: [[IncarnationKey]] = []
        for (index, record) in chain.enumerated() {
            // The twin is another incarnation of the same region, without the seat.
            let first: UInt8 = index == 3 ? 40 : 0
            keys.append([
                try CaseWorld.key(record.id, incarnation: first),
                try CaseWorld.key(record.id, incarnation: first + 1),
            ])
        }
        self.keys = keys
        _ = intern(
            CaseEvent(
                dot: Dot(actor: keys[0][0].actor(in: scope.id), seq: Seq(1)), hash: .zero,
                kind: .caseReceive, time: 0, author: 0), by: 0, past: [])
    }

    private mutating func intern(_ event: CaseEvent, by node: Int, past: [Int]) -> Int {
        let key = MoveKey(
            actor: event.dot.actor, seq: event.dot.seq.rawValue, kind: event.kind, on: event.on,
            to: event.to, past: past)
        if let known = interned[key] { return known }
        let id = moves.count
        let mixed = UInt64(id &+ 1) &* 0x9E37_79B9_7F4A_7C15
        var named = CaseEvent(
            dot: event.dot, hash: Digest16(high: mixed ^ (mixed >> 29), low: UInt64(id)),
            kind: event.kind, time: 0, author: 0)
        named.on = event.on
        named.to = event.to
        named.region = event.region
        named.outcome = event.outcome
        named.cut = event.cut
        moves.append(Move(event: named, node: node, past: past))
        interned[key] = id
        return id
    }

    /// The real fold over a set of events.
    private mutating func fold(_ log: [Int]) -> CaseState {
        if let known = folded[log] { return known }
        var state = CaseState(scope: scope, id: scope.id)
        for id in log {
            _ = state.events.insert(inOrder: moves[id].event)
            let node = moves[id].node
            let seat = directory.seats(of: chain[node].id).first {
                $0.key.actor(in: scope.id) == moves[id].event.dot.actor
            }
            state.note(
                CaseWriter(
                    actor: moves[id].event.dot.actor, region: seat?.region,
                    epoch: seat?.epoch ?? 0))
        }
        state = CustodyFold.judge(state, in: directory, under: setting.custody)
        folded[log] = state
        return state
    }

    private func sheet(_ state: CaseState, _ node: Int, _ incarnation: Int) -> CaseSheet {
        let desk = Desk(
            region: chain[node].id, key: keys[node][incarnation],
            directory: incarnation == 0 ? earlier : directory,
            author: 0, now: Instant(millis: 0), entropy: .zero)
        return CaseSheet(
            id: .zero, state: state, desk: desk, at: nil, rules: setting.custody,
            mode: .authorise)
    }

    private mutating func mayDecide(_ place: Place, _ node: Int) -> CustodyLink? {
        let state = fold(place.logs[node])
        guard state.effective(.decision) == nil else { return nil }
        do {
            return try sheet(state, node, place.incarnations[node]).heldLink()
        } catch {
            return nil
        }
    }

    // MARK: the search

    mutating func run() {
        let count = setting.hasTwin ? 4 : 3
        var logs = [[Int]](repeating: [], count: count)
        for index in 0..<count { logs[index] = [0] }
        let start = Place(logs: logs, incarnations: [Int](repeating: 0, count: count))
        var seen: Set<Place> = [start]
        var queue = [start]
        var next = 0
        while next < queue.count, states < setting.statesMax {
            let place = queue[next]
            next += 1
            states += 1
            check(place)
            for follower in followers(of: place) where seen.insert(follower).inserted {
                queue.append(follower)
            }
        }
    }

    private mutating func violate(_ name: String, _ union: [Int] = []) {
        guard !violations.contains(name) else { return }
        violations.append(name)
        witnesses.append(
            union.map { id in
                let event = moves[id].event
                let verdict = folded[union]?.event(event.hash)?.status.text ?? "-"
                return "\(regions[moves[id].node])#\(event.dot.seq.rawValue) \(event.kind.caseName)"
                    + " after \(moves[id].past): \(verdict)"
            })
    }

    private mutating func check(_ place: Place) {
        let union = Array(Set(place.logs.joined())).sorted()
        let whole = fold(union)
        let forces = union.filter { moves[$0].event.kind == .custodyForce }
        let isForked = Set(union.map { moves[$0].event.dot }).count < union.count
        let reseated = union.filter {
            setting.reseats && moves[$0].node == 0
                && moves[$0].event.dot.actor != moves[0].event.dot.actor
        }
        if whole.holder == nil { violate("I17 no holder") }
        let deciders = place.logs.indices.filter { mayDecide(place, $0) != nil }
        let isCalm = forces.isEmpty && !isForked && setting.restore != .undetected
        if isCalm, !setting.reseats, deciders.count > 1 {
            violate("I16 two nodes may decide at once")
        }
        let decisions = union.filter { moves[$0].event.kind == .caseDecide }
        let effective = decisions.filter {
            whole.event(moves[$0].event.hash)?.status == .effective
        }
        if effective.count > 1 { violate("I18 two effective decisions") }
        if whole.events.count != union.count { violate("I18 an event is missing") }
        for id in decisions where !effective.contains(id) {
            // Excused by a Force or a later seat that the author had not seen, or a forked chain.
            let past = moves[id].past
            let isExcused =
                forces.contains { !past.contains($0) } || reseated.contains { !past.contains($0) }
                || isOnFork(id, in: union)
            if !isExcused {
                violate("I19 a valid decision was voided", union)
            }
        }
    }

    /// Whether an event's own chain is forked at or before it.
    private func isOnFork(_ id: Int, in union: [Int]) -> Bool {
        let event = moves[id].event
        let chain = union.map { moves[$0].event.dot }.filter {
            $0.actor == event.dot.actor && $0.seq <= event.dot.seq
        }
        return Set(chain).count < chain.count
    }

    private mutating func followers(of place: Place) -> [Place] {
        var found: [Place] = []
        let total = Set(place.logs.joined()).count - 1
        for node in place.logs.indices {
            if total < setting.eventsMax { found += acts(of: node, in: place) }
            for other in place.logs.indices where other != node {
                let log = Set(place.logs[node])
                for id in place.logs[other]
                where !log.contains(id) && moves[id].past.allSatisfy(log.contains) {
                    var follower = place
                    follower.logs[node] = (place.logs[node] + [id]).sorted()
                    found.append(follower)
                }
            }
        }
        guard let restore = setting.restore else { return found }
        let node = setting.restored
        if let snapshot = place.snapshot {
            if !place.wasRestored, place.logs[node] != snapshot {
                var follower = place
                follower.logs[node] = snapshot
                follower.wasRestored = true
                if restore == .detected { follower.incarnations[node] = 1 }
                found.append(follower)
            }
        } else {
            var follower = place
            follower.snapshot = place.logs[node]
            found.append(follower)
        }
        return found
    }

    private mutating func acts(of node: Int, in place: Place) -> [Place] {
        let log = place.logs[node]
        let state = fold(log)
        let incarnation = place.incarnations[node]
        let actor = keys[node][incarnation].actor(in: scope.id)
        let seq =
            (log.map { moves[$0].event.dot }.filter { $0.actor == actor }.map(\.seq).max()
            ?? .none).next
        let desk = sheet(state, node, incarnation)
        var found: [Place] = []
        func event(_ kind: ChangeKind, on: Digest16) -> CaseEvent {
            var event = CaseEvent(
                dot: Dot(actor: actor, seq: seq), hash: .zero, kind: kind, time: 0, author: 0)
            event.on = on
            if kind == .custodyForce || state.holder?.actor != actor { event.cut = state.heads }
            return event
        }
        func add(_ event: CaseEvent) {
            var follower = place
            follower.logs[node] = (log + [intern(event, by: node, past: log)]).sorted()
            if event.kind == .custodyForce { follower.forces += 1 }
            found.append(follower)
        }
        if let link = mayDecide(place, node) { add(event(.caseDecide, on: link.event)) }
        if node == 0, state.offer == nil, state.effective(.decision) == nil,
            state.events.count(where: { $0.kind == .custodyOffer }) < 2,
            let link = held(desk)
        {
            var offer = event(.custodyOffer, on: link.event)
            offer.to = keys[1][0].actor(in: scope.id)
            offer.region = chain[1].id
            add(offer)
        }
        if node == 1 || node == 3, let offer = offered(desk) {
            add(event(.custodyAccept, on: offer.hash))
            add(event(.custodyReject, on: offer.hash))
            let asked = state.events.contains {
                $0.kind == .custodyWithdrawal && $0.on == offer.hash
            }
            if asked, !setting.custody.unilateralWithdraw {
                add(event(.custodyRelease, on: offer.hash))
            }
        }
        if setting.withdraws, let open = state.offer, state.event(open)?.dot.actor == actor,
            !state.events.contains(where: { $0.kind == .custodyWithdrawal && $0.on == open })
        {
            add(event(.custodyWithdrawal, on: open))
        }
        if setting.forces, node == 2, place.forces < 1, state.effective(.decision) == nil,
            let link = state.holder
        {
            for target in [0, 1, 2] {
                var force = event(.custodyForce, on: link.event)
                force.to = keys[target][place.incarnations[target]].actor(in: scope.id)
                force.region = chain[target].id
                add(force)
            }
        }
        return found
    }

    private func held(_ sheet: CaseSheet) -> CustodyLink? {
        do { return try sheet.heldLink() } catch { return nil }
    }

    private func offered(_ sheet: CaseSheet) -> CaseEvent? {
        do { return try sheet.offered() } catch { return nil }
    }
}
