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

    init(
        _ name: String, _ value: Double, _ unit: String, beside limitName: String,
        _ limit: Double, must: Goal
    ) {
        self.name = name
        self.value = value
        self.unit = unit
        self.limit = Limit(name: limitName, value: limit)
        self.must = must
    }

    /// Figure to limit; 0 where there is no limit to speak of.
    package var ratio: Double { limit.value > 0 ? value / limit.value : 0 }

    /// Whether the ratio is what it must be.
    package var holds: Bool {
        switch must {
        case .atLeast(let least): ratio >= least
        case .atMost(let most): ratio <= most
        case .valueAtMost(let most): value <= most
        }
    }

    /// For people: name, value, limit, ratio.
    package var line: String {
        let goal =
            switch must {
            case .atLeast(let least): "≥ \(Self.text(least))"
            case .atMost(let most): "≤ \(Self.text(most))"
            case .valueAtMost(let most): "≤ \(Self.text(most)) \(unit)"
            }
        return "\(name): \(Self.text(value)) \(unit); \(limit.name): \(Self.text(limit.value)); "
            + "ratio \(Self.text(ratio)), must be \(goal)\(holds ? "" : "  MISSED")"
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
