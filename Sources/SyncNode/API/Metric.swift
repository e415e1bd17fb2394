import Base

/// One figure of the node, with its samples.
package struct Metric: Sendable {
    /// How its value moves.
    package enum Kind: String, Sendable {
        /// Grows until the process ends; its name is written with `_total`.
        case counter
        /// Goes up and down.
        case gauge
    }

    /// One value under its labels.
    package struct Sample: Sendable {
        /// Name and value, in order.
        package let labels: [(name: String, value: String)]
        package let value: Double

        package init(labels: [(name: String, value: String)] = [], _ value: Double) {
            self.labels = labels
            self.value = value
        }
    }

    /// Words of `[a-z_]`, the unit last: `node_log_changes`, `node_commit_seconds`.
    package let name: String
    package let help: String
    package let kind: Kind
    package let samples: [Sample]

    package init(_ name: String, _ help: String, _ kind: Kind, _ samples: [Sample]) {
        invariant(
            name.utf8.allSatisfy { (0x61...0x7a).contains($0) || $0 == 0x5f },
            "a metric's name has small letters and underscores")
        self.name = name
        self.help = help
        self.kind = kind
        self.samples = samples
    }

    /// One value without labels.
    package init(_ name: String, _ help: String, _ kind: Kind, _ value: Double) {
        self.init(name, help, kind, [Sample(value)])
    }

    /// The exposition of a list (OpenMetrics 1.0), in its order.
    static func text(of metrics: [Metric]) -> [UInt8] {
        var text = ""
        for metric in metrics { metric.write(to: &text) }
        text += "# EOF\n"
        return Array(text.utf8)
    }

    private func write(to text: inout String) {
        text += "# TYPE \(name) \(kind.rawValue)\n# HELP \(name) \(Self.escaped(help))\n"
        for sample in samples {
            text += name + (kind == .counter ? "_total" : "")
            if !sample.labels.isEmpty {
                let labels = sample.labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }
                text += "{" + labels.joined(separator: ",") + "}"
            }
            text += " " + Self.number(sample.value) + "\n"
        }
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == value.rounded(), abs(value) < 9e15 { return String(Int64(value)) }
        return String(value)
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
