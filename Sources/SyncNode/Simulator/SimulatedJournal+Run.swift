package import Base
package import Change
package import Kernel

extension SimulatedJournal {
    /// As `Journal` says.
    package func arrivals(after position: Int64) throws(JournalError) -> [Change] {
        var found: [(position: Int64, change: Change)] = []
        for record in try scopes() {
            for chain in contents(of: record.id) {
                for index in chain.changes.indices where chain.positions[index] > position {
                    found.append((chain.positions[index], chain.changes[index]))
                }
            }
        }
        return found.sorted { $0.position < $1.position }.map(\.change)
    }

    /// As `Journal` says.
    package func run(
        of scope: ScopeID, after vector: [Dot], except: [ActorID]
    ) throws(JournalError) -> ChangeRun {
        var known: [ActorID: Seq] = [:]
        for dot in vector { known[dot.actor] = dot.seq }
        var wanted: [(position: Int64, change: Change)] = []
        var signatures: [Dot: SignedHead] = [:]
        for chain in contents(of: scope) where !except.contains(chain.state.actor) {
            let from = Int((known[chain.state.actor] ?? .none).rawValue)
            for index in from..<max(from, chain.changes.count) {
                wanted.append((chain.positions[index], chain.changes[index]))
            }
            for head in chain.signed {
                signatures[Dot(actor: head.head.actor, seq: head.head.seq)] = head
            }
        }
        wanted.sort { $0.position < $1.position }
        let cut = Self.cleanCut(wanted.map(\.change), signatures: signatures)
        var last: [ActorID: Dot] = [:]
        for entry in wanted[0..<cut] { last[entry.change.header.actor] = entry.change.dot }
        let heads = last.keys.sorted().compactMap { last[$0].flatMap { signatures[$0] } }
        return ChangeRun(
            changes: wanted[0..<cut].map(\.change), heads: heads, more: cut < wanted.count)
    }

    /// The largest bounded prefix in which every actor ends on a signed head; where none lies
    /// within the bounds, the first one beyond them.
    private static func cleanCut(_ changes: [Change], signatures: [Dot: SignedHead]) -> Int {
        var open = Set<ActorID>()
        var clean = 0
        var bytes = 0
        for (index, change) in changes.enumerated() {
            bytes += change.bytes.count
            let isFull = index >= Limits.rangeChangesMax || bytes > Limits.rangeBytesMax
            if isFull, clean > 0 { break }
            if signatures[change.dot] == nil {
                open.insert(change.header.actor)
            } else {
                open.remove(change.header.actor)
            }
            if open.isEmpty { clean = index + 1 }
        }
        return clean
    }
}
