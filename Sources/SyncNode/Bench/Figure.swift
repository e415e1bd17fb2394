import Base

/// One measured figure beside the limit that was measured in the same run.
package struct Figure: Sendable {
    /// What stands beside a figure.
    package struct Limit: Sendable {
        package let name: String
        package let value: Double
    }

    /// What the figure's ratio, or the figure itself, must hold.
    package enum Goal: Sendable {
        case atLeast(Double)
        case atMost(Double)
        /// The figure itself, in its unit.
        case valueAtMost(Double)
    }

    package let name: String
    package let value: Double
    package let unit: String
    package let limit: Limit
    /// Of the ratio, but where it says otherwise.
    package let must: Goal
    /// What is wished for beyond it; nil where the must is all.
    package let aim: Goal?
    /// Where it was measured in turns: the least and the greatest ratio of a turn.
    private var spread: ClosedRange<Double>?
    /// Processor time of the limit to that of the figure, for each: what the ratio would be
    /// where nothing waits and both have a processor to themselves. nil where it is not known.
    package private(set) var cpuRatio: Double?

    init(
        _ name: String, _ value: Double, _ unit: String, beside limitName: String,
        _ limit: Double, must: Goal, aim: Goal? = nil
    ) {
        self.name = name
        self.value = value
        self.unit = unit
        self.limit = Limit(name: limitName, value: limit)
        self.must = must
        self.aim = aim
    }

    /// - Parameter isOwn: Whether this process did the work of both sides.
    init(
        _ name: String, _ rounds: Rounds, _ unit: String, beside limitName: String,
        must: Goal, aim: Goal? = nil, isOwn: Bool = true
    ) {
        let turn = rounds.median
        self.init(
            name, turn.figure.perSecond, unit, beside: limitName, turn.limit.perSecond,
            must: must, aim: aim)
        spread = rounds.spread
        if isOwn, let own = turn.figure.cpuMicros, let bare = turn.limit.cpuMicros, own > 0 {
            cpuRatio = bare / own
        }
    }

    /// Figure to limit; 0 where there is no limit to speak of.
    package var ratio: Double { limit.value > 0 ? value / limit.value : 0 }

    /// Whether it is what it must be.
    package var holds: Bool { reaches(must) }

    private func reaches(_ goal: Goal) -> Bool {
        switch goal {
        case .atLeast(let least): ratio >= least
        case .atMost(let most): ratio <= most
        case .valueAtMost(let most): value <= most
        }
    }

    private func words(_ goal: Goal) -> String {
        switch goal {
        case .atLeast(let least): "≥ \(Self.text(least))"
        case .atMost(let most): "≤ \(Self.text(most))"
        case .valueAtMost(let most): "≤ \(Self.text(most)) \(unit)"
        }
    }

    /// `missed`, `must` or `aim`: what is reached.
    package var reached: String {
        guard holds else { return "missed" }
        return aim.map(reaches) == true ? "aim" : "must"
    }

    /// For people: name, value, limit, ratio, and what is reached.
    package var line: String {
        var line = "\(name): \(Self.text(value)) \(unit); \(limit.name): \(Self.text(limit.value))"
        line += "; ratio \(Self.text(ratio))"
        if let spread {
            line += " (\(Self.text(spread.lowerBound)) to \(Self.text(spread.upperBound)))"
        }
        if let cpuRatio { line += ", by processor time \(Self.text(cpuRatio))" }
        line += "; must \(words(must))"
        if let aim { line += ", aim \(words(aim))" }
        return line + (holds ? ": \(reached) held" : ": MISSED")
    }

    /// The document of CONTRACT §2.
    package static func json(_ figures: [Figure]) -> [UInt8] {
        var writer = JSONWriter()
        writer.array { array in
            for figure in figures {
                array.object { object in
                    object.field("name", figure.name)
                    object.field("value", stored: text(figure.value).utf8)
                    object.field("unit", figure.unit)
                    object.object("limit") { limit in
                        limit.field("name", figure.limit.name)
                        limit.field("value", stored: text(figure.limit.value).utf8)
                    }
                    object.field("ratio", stored: text(figure.ratio).utf8)
                    if let cpuRatio = figure.cpuRatio {
                        object.field("cpuRatio", stored: text(cpuRatio).utf8)
                    }
                    object.field("must", figure.words(figure.must))
                    if let aim = figure.aim { object.field("aim", figure.words(aim)) }
                    object.field("reached", figure.reached)
                }
            }
        }
        return writer.bytes
    }

    /// At most three digits after the point.
    static func text(_ value: Double) -> String {
        let thousandths = Int64((value * 1000).rounded())
        let whole = thousandths / 1000
        let rest = (thousandths % 1000).magnitude
        if rest == 0 { return "\(whole)" }
        let digits = String(1000 + rest).dropFirst()
        let sign = thousandths < 0 && whole == 0 ? "-" : ""
        return "\(sign)\(whole).\(digits)"
    }
}
