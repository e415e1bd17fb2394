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
    func handle(_ node: SimulatedNode) throws(JournalError) {
        let reach = cases.entries.filter { node.kernel.mayCarry($0.scope) }
        guard let entry = dice.pick(Array(reach.suffix(4))) else { return }
        guard let act = act(on: entry, at: node) else { return }
        let command = CaseCommand(act, on: .id(entry.id))
        try commit(
            node, [.command(.cases(command), author: dice.next(), idempotencyKey: nil)])
    }

    private func act(on entry: CaseBook.Entry, at node: SimulatedNode) -> CaseCommand.Act? {
        switch dice.roll(100) {
        case 0..<18: return .sign
        case 18..<36:
            return dice.pick(audience(of: entry, at: node)).map {
                .offer(to: $0, reason: "")
            }
        case 36..<50: return .accept
        case 50..<66: return .decide(isGranted: true, note: "")
        case 66..<72: return .recall(reason: "r")
        case 72..<76: return .reject(reason: "r")
        case 76..<81: return .deliver(receiver: "r")
        case 81..<84: return .close
        case 84..<90: return .note("n")
        case 90..<96:
            return dice.pick(audience(of: entry, at: node)).map {
                .force(to: $0, reason: "r")
            }
        default:
            let key = DocumentKey(collection: .caseFile, id: entry.id)
            let state = CustodyChecks.state(key, at: node)
            return state?.events.first { $0.status == .superseded }.map { .ratify($0.hash) }
        }
    }

    /// Places that carry the case, and now and then one of the other county.
    private func audience(of entry: CaseBook.Entry, at node: SimulatedNode) -> [RegionCode] {
        if dice.hits(15) { return nodes.map(\.place.code).filter { $0 != node.place.code } }
        return node.kernel.directory.ancestry(of: entry.station).filter { $0 != node.region }
            .compactMap { node.kernel.directory.region($0)?.code }
    }
}
