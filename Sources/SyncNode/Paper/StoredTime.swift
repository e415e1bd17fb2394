package import Base
package import Change
package import Domain

/// When a place had a change (入库时间), by its own signed receipts in the station's scope (到站回执):
/// the moment of the first that speaks of it. Every node that has the scope says the same.
package struct StoredTime<Source: DocumentSource> {
    package let directory: Directory
    package let source: Source

    package init(directory: Directory, source: Source) {
        self.directory = directory
        self.source = source
    }

    /// Milliseconds since 1970; nil where the place has not said so, as of what it wrote itself.
    ///
    /// - Throws: What the source throws. Cost: a look at the log for each halving of the place's
    ///   chain in the scope.
    package func of(
        _ dot: Dot, at region: RegionID, in scope: ScopeID
    ) throws(Source.Failure) -> Int64? {
        var first: Int64?
        for seat in directory.seats(of: region) {
            let actor = seat.key.actor(in: scope)
            guard let time = try search(dot, actor, scope) else { continue }
            first = min(first ?? time, time)
        }
        return first
    }

    private func search(
        _ dot: Dot, _ actor: ActorID, _ scope: ScopeID
    ) throws(Source.Failure) -> Int64? {
        var low: UInt64 = 1
        var high = try length(of: actor, scope)
        var found: Int64?
        while low <= high {
            let middle = low + (high - low) / 2
            guard let said = try statement(dot, actor, scope, in: low...middle) else {
                low = middle + 1
                continue
            }
            if said.covers {
                found = said.time
                guard said.seq > low else { break }
                high = said.seq - 1
            } else {
                low = middle + 1
            }
        }
        return found
    }

    /// The last statement of a part of the chain about the chain of a change.
    private func statement(
        _ dot: Dot, _ actor: ActorID, _ scope: ScopeID, in part: ClosedRange<UInt64>
    ) throws(Source.Failure) -> (seq: UInt64, covers: Bool, time: Int64)? {
        for seq in part.reversed() {
            let at = Dot(actor: actor, seq: Seq(seq))
            guard let change = try source.change(at: at, in: scope),
                change.kind == .scopeReceipt, let body = change.body.map(JSON.orNull),
                let head = HoldingState.read(body)?.first(where: { $0.id == scope })?
                    .heads.first(where: { $0.actor == dot.actor })
            else { continue }
            let time = body["at"]?.int ?? change.header.time.millis
            return (seq, head.seq >= dot.seq, time)
        }
        return nil
    }

    /// How many changes a chain has here.
    private func length(
        of actor: ActorID, _ scope: ScopeID
    ) throws(Source.Failure) -> UInt64 {
        func isHere(_ seq: UInt64) throws(Source.Failure) -> Bool {
            try source.change(at: Dot(actor: actor, seq: Seq(seq)), in: scope) != nil
        }
        guard try isHere(1) else { return 0 }
        var known: UInt64 = 1
        var step: UInt64 = 1
        while try isHere(known + step) {
            known += step
            step *= 2
        }
        while step > 0 {
            if try isHere(known + step) { known += step }
            step /= 2
        }
        return known
    }
}
