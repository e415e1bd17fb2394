import Account
import Base
import Change
import Domain
import Kernel

/// Cases in play: made by writing their first change, handled by the real commands.
struct CaseBook {
    struct Entry {
        let id: Digest16
        let scope: ScopeName
        let station: RegionID
    }

    private(set) var entries: [Entry] = []

    mutating func add(_ entry: Entry) { entries.append(entry) }
}

extension World {
    /// A case is received: its change as the rule would write it, for an item that needs no
    /// catalog.
    func receive(_ node: SimulatedNode) throws(JournalError) {
        let id = Digest16(high: dice.next(), low: dice.next())
        let scope = ScopeName.cases(node.region, year: 2026)
        var body = JSONWriter()
        body.object { object in
            object.field("case", id.hex)
            object.field("item", "样例")
            object.field("version", 1)
            object.field("origin", node.place.code.text)
            object.field("channel", "window")
            object.object("applicant") { $0.field("name", "样例") }
            object.array("materials") { _ in }
        }
        let draft = Draft(scope: scope, kind: .caseReceive, body: body.bytes)
        if try commit(node, [.write([draft])]) != nil {
            cases.add(CaseBook.Entry(id: id, scope: scope, station: node.region))
        }
    }

    /// Somebody does something with a case, if the rules let it.
    ///
    /// - Parameter one: Who; nil for anyone.
    func handle(at one: SimulatedNode? = nil) throws(JournalError) {
        guard let entry = dice.pick(Array(cases.entries.suffix(3))) else { return }
        let carriers = nodes.filter { $0.kernel.mayCarry(entry.scope) && !$0.isDown }
        guard var node = one ?? dice.pick(carriers) else { return }
        if one == nil, dice.hits(50),
            let offered = dice.pick(offered(entry, of: carriers, at: node))
        {
            node = offered
        }
        guard let act = act(on: entry, at: node) else { return }
        let command = CaseCommand(act, on: .id(entry.id))
        // A number is drawn and left: the seeds that once found something keep their course.
        _ = dice.next()
        let outcomes = try commit(
            node, [.command(.cases(command), author: AccountID.operatorAuthor, replayKey: nil)])
        if case .sign = act, case .done? = outcomes?.first {
            try checkSigned(entry.id, at: node)
        }
        tell("node \(node.index) \(act): \(outcomes.map { "\($0)" } ?? "disk full")")
    }

    /// The nodes of the place to which a case is offered, as another sees it.
    private func offered(
        _ entry: CaseBook.Entry, of carriers: [SimulatedNode], at node: SimulatedNode
    ) -> [SimulatedNode] {
        let key = DocumentKey(collection: .caseFile, id: entry.id)
        guard let state = CustodyChecks.state(key, at: node),
            let region = state.event(state.offer)?.region
        else { return [] }
        return carriers.filter { $0.region == region }
    }

    /// What somebody at this node would do next, mostly: also what the rules refuse.
    private func act(on entry: CaseBook.Entry, at node: SimulatedNode) -> CaseCommand.Act? {
        let key = DocumentKey(collection: .caseFile, id: entry.id)
        guard let state = CustodyChecks.state(key, at: node) else { return nil }
        let isHolder = state.holder?.region == node.region
        let isOffered = state.event(state.offer)?.region == node.region
        let place = dice.pick(audience(of: entry, at: node))
        let roll = dice.roll(100)
        if isOffered {
            return roll < 70 ? .sign : roll < 85 ? .reject(reason: "r") : .note("n")
        }
        if isHolder { return holderAct(roll, state.isFrozen, place) }
        switch roll {
        case 0..<25: return place.map { .force(to: $0, reason: "r") }
        case 25..<40:
            return state.events.first { $0.status == .superseded }.map { .ratify($0.hash) }
        case 40..<55: return .decide(isGranted: false, note: "")
        case 55..<65: return .sign
        case 65..<75: return .recall(reason: "r")
        default: return .note("n")
        }
    }

    private func holderAct(
        _ roll: Int, _ isFrozen: Bool, _ place: RegionCode?
    ) -> CaseCommand.Act? {
        switch roll {
        case 0..<30: isFrozen ? .recall(reason: "r") : place.map { .offer(to: $0, reason: "") }
        case 30..<50: .accept
        case 50..<80: .decide(isGranted: true, note: "")
        case 80..<86: .deliver(receiver: CaseCommand.Receiver(name: "r"))
        case 86..<90: .close
        case 90..<94: place.map { .offer(to: $0, reason: "") }
        default: .note("n")
        }
    }

    /// Places that carry the case, and now and then one of the other county.
    private func audience(of entry: CaseBook.Entry, at node: SimulatedNode) -> [RegionCode] {
        if dice.hits(15) { return nodes.map(\.place.code).filter { $0 != node.place.code } }
        return node.kernel.directory.ancestry(of: entry.station).filter { $0 != node.region }
            .compactMap { node.kernel.directory.region($0)?.code }
    }
}
