package import Base
package import Change
package import Civil
package import Domain

/// How far a case has come (到达情况), in the clerk's words: from what each place has itself signed
/// that it holds, never from what the next hop took.
package struct Delivery: Hashable, Sendable {
    /// One place of the case's audience.
    package struct Step: Hashable, Sendable {
        package let region: RegionRecord
        /// Whether it stands above this node: what is missing there is this node's to send.
        package let isAbove: Bool
        /// Changes of this node's own that the place has not said it holds.
        package let missing: Int
        /// When the oldest of them was made; milliseconds since 1970.
        package let since: Int64?
        /// 本站已存, 镇已收, 县未收 …
        package let word: String
    }

    /// What became of the last hand-over.
    package struct Hand: Hashable, Sendable {
        package let region: RegionRecord?
        /// 待签收, 受理方已签收, 被退回.
        package let word: String
        /// Milliseconds since 1970.
        package let time: Int64
        /// Of what was sent back.
        package let reason: String
    }

    package let number: String
    /// The station first, then those above it.
    package let steps: [Step]
    package let hand: Hand?
    /// The day on which this node must have been on line, or a limit is missed; nil where all has
    /// come, or no limit runs.
    package let onlineBy: CivilDate?

    /// Changes of this node's own that the place above has not said it holds.
    package var unsent: Int { steps.filter(\.isAbove).map(\.missing).max() ?? 0 }
    /// When the oldest of them was made.
    package var unsentSince: Int64? { steps.filter(\.isAbove).compactMap(\.since).min() }

    /// - Parameters:
    ///   - own: This node's region.
    ///   - says: Whether a region has said that it holds a change of the case's scope.
    ///   - reason: The reason that an event's change gives.
    package init<Failure: Error>(
        of state: CaseState, at own: RegionID, in directory: Directory, clock: CaseClock?,
        says: (RegionID, Dot) throws(Failure) -> Bool,
        reason: (CaseEvent) throws(Failure) -> String
    ) throws(Failure) {
        number = state.number
        let mine = state.events.filter { state.region(of: $0.dot.actor) == own }
        var steps: [Step] = []
        var isAbove = false
        for id in directory.ancestry(of: state.scope.region)
        where directory.carries(id, state.scope) {
            guard let region = directory.region(id) else { continue }
            guard id != own else {
                steps.append(
                    Step(
                        region: region, isAbove: false, missing: 0, since: nil, word: "本站已存"))
                isAbove = true
                continue
            }
            var missing: [CaseEvent] = []
            for event in mine {
                let isSaid = try says(id, event.dot)
                if !isSaid { missing.append(event) }
            }
            let name = Self.name(region)
            steps.append(
                Step(
                    region: region, isAbove: isAbove, missing: missing.count,
                    since: missing.map(\.time).min(),
                    word: missing.isEmpty
                        ? name + "已收" : name + "未收（\(missing.count) 条）"))
        }
        self.steps = steps
        hand = try Self.hand(state, directory, reason)
        let isWaiting = steps.contains { $0.isAbove && $0.missing > 0 }
        let isOpen = !state.status.isFinal || state.status == .delivered
        onlineBy = isWaiting && isOpen ? clock?.next?.date : nil
    }

    private static func name(_ region: RegionRecord) -> String {
        switch region.level {
        case .village: "村站"
        case .town: "镇"
        case .county: "县"
        case .city: "市"
        case .province: "省"
        }
    }

    private static func hand<Failure: Error>(
        _ state: CaseState, _ directory: Directory,
        _ reason: (CaseEvent) throws(Failure) -> String
    ) throws(Failure) -> Hand? {
        if let offer = state.event(state.offer) ?? state.event(state.outgoing) {
            let region = offer.region.flatMap(directory.region)
            return Hand(region: region, word: "待受理方签收", time: offer.moment, reason: "")
        }
        guard let last = state.event(state.links.last?.event) else { return nil }
        let region = state.region(of: last.dot.actor).flatMap(directory.region)
        switch last.kind {
        case .custodyAccept:
            return Hand(region: region, word: "受理方已签收", time: last.moment, reason: "")
        case .custodyReject:
            return Hand(
                region: region, word: "被退回", time: last.moment, reason: try reason(last))
        default: return nil
        }
    }

    /// {number, steps, hand, unsent, unsentSince, onlineBy}.
    package func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.field("number", number)
            object.array("steps") { array in
                for step in steps {
                    array.object { line in
                        line.field("region", step.region.code.text)
                        line.field("name", step.region.name)
                        line.field("word", step.word)
                        line.field("missing", step.missing)
                        line.field("since", step.since.map(JSON.int) ?? .null)
                    }
                }
            }
            if let hand {
                object.object("hand") { line in
                    line.field("region", hand.region.map { .text($0.code.text) } ?? .null)
                    line.field("word", hand.word)
                    line.field("at", hand.time)
                    line.field("reason", hand.reason)
                }
            } else {
                object.field("hand", .null)
            }
            object.field("unsent", unsent)
            object.field("unsentSince", unsentSince.map(JSON.int) ?? .null)
            object.field("onlineBy", onlineBy.map { .text($0.text) } ?? .null)
        }
    }
}
