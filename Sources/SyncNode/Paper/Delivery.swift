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

    /// One event with all its times, in milliseconds since 1970.
    package struct Line: Hashable, Sendable {
        package let kind: String
        /// 业务时间, and 记录时间 by the author's clock.
        package let at: Int64
        package let recorded: Int64
        /// 入库时间 at each place above the station; nil where it has not said so.
        package let stored: [Stored]
    }

    /// When a place had it.
    package struct Stored: Hashable, Sendable {
        package let region: RegionRecord
        package let time: Int64?
    }

    package let number: String
    /// What happened, where it was asked for: at most `Limits.storedLinesMax` of the first.
    package var events: [Line] = []
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

    /// The events of a case with their times.
    ///
    /// - Throws: What the source throws. Cost: some looks at the log for each event and place.
    package static func lines<S: DocumentSource>(
        of state: CaseState, in directory: Directory, from source: S
    ) throws(S.Failure) -> [Line] {
        let times = StoredTime(directory: directory, source: source)
        let above = directory.ancestry(of: state.scope.region).dropFirst()
            .filter { directory.carries($0, state.scope) }.compactMap(directory.region)
        var lines: [Line] = []
        for event in state.events.prefix(Limits.storedLinesMax) {
            var stored: [Stored] = []
            for region in above {
                let isOwn = state.region(of: event.dot.actor) == region.id
                let time =
                    isOwn
                    ? event.time : try times.of(event.dot, at: region.id, in: state.scopeID)
                stored.append(Stored(region: region, time: time))
            }
            lines.append(
                Line(
                    kind: event.kind.caseName, at: event.moment, recorded: event.time,
                    stored: stored))
        }
        return lines.sorted { ($0.at, $0.recorded) < ($1.at, $1.recorded) }
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
            if !events.isEmpty {
                object.array("events") { array in
                    for line in events { line.write(to: &array) }
                }
            }
            object.field("unsent", unsent)
            object.field("unsentSince", unsentSince.map(JSON.int) ?? .null)
            object.field("onlineBy", onlineBy.map { .text($0.text) } ?? .null)
        }
    }
}

extension Delivery.Line {
    fileprivate func write(to array: inout JSONWriter) {
        array.object { line in
            line.field("kind", kind)
            line.field("at", at)
            line.field("recorded", recorded)
            line.array("stored") { places in
                for place in stored {
                    places.object { entry in
                        entry.field("region", place.region.code.text)
                        entry.field("name", place.region.name)
                        entry.field("at", place.time.map(JSON.int) ?? .null)
                    }
                }
            }
        }
    }
}
