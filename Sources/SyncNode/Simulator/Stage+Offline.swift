package import Base
import Change
import Domain
package import Kernel
import Replication

/// What a written scenario asks of a line that is cut and mended again.
extension Stage {
    /// Whether a place has a parent and no link to it.
    package func isCutOff(_ place: RegionCode) -> Bool {
        world.links.indices.contains { index in
            world.below(index).place.code == place && world.links[index].isOver
                && world.parent(of: world.below(index))?.place.code
                    == world.above(index).place.code
        }
    }

    /// 到站回执: a place above says in each station's own scope what it holds of it, as a live node
    /// does seconds after a burst.
    package func tellArrivals(at place: RegionCode) throws(JournalError) {
        guard let node = node(place) else { return }
        let directory = node.kernel.directory
        for scope in node.sharedScopes where scope.name.family == .cases {
            guard scope.name.region != node.region, directory.carries(node.region, scope.name)
            else { continue }
            let stations = directory.seats(of: scope.name.region).map {
                $0.key.actor(in: scope.id)
            }
            let heads = scope.vector.heads.filter { stations.contains($0.actor) }.map {
                CatalogReceiptState.Head(actor: $0.actor, seq: $0.seq, hash: $0.hash.prefix16)
            }
            let key = HoldingState.key(of: node.region, in: scope.id)
            var said = HoldingState(region: node.region)
            if case .holding(let known)? = try source(at: place)?.content(key) { said = known }
            let news = said.next([HoldingState.Scope(id: scope.id, heads: heads)])
            guard !news.isEmpty else { continue }
            let draft = Draft(
                scope: scope.name, kind: .scopeReceipt, body: HoldingState.body(news, at: now))
            _ = try commit(.write([draft]), at: place)
        }
    }

    /// Hands all that one place has of the stations' cases to another place once more, as a batch
    /// that was recorded on the way would be.
    ///
    /// - Returns: How many changes were handed over, and how many of them were taken in.
    package func replay(
        from one: RegionCode, to other: RegionCode
    ) throws(JournalError) -> (given: Int, taken: Int) {
        guard let from = node(one), let to = node(other) else { return (0, 0) }
        let knowledge = SimulatedKnowledge(node: from, peer: to.region)
        var (given, taken) = (0, 0)
        for scope in from.sharedScopes where scope.name.family == .cases {
            guard to.kernel.directory.carries(to.region, scope.name),
                let run = try knowledge.batch(of: scope.id, after: [], except: [])
            else { continue }
            given += run.batch.changes.count
            let known = to.kernel.knowledge(of: scope.id)
            let good = run.batch.good { known?.chain($0)?.key }
            let outcome = try commit(
                .admit(run.batch, name: scope.name, good: good), at: other)
            if case .admitted(let report) = outcome { taken += report.admitted }
        }
        return (given, taken)
    }
}
