/// How often each of some named things happened.
struct Tally: Sendable {
    private var counts: [String: Int] = [:]

    mutating func add(_ name: String, _ times: Int = 1) { counts[name, default: 0] += times }

    /// Both together.
    func joined(_ other: Tally) -> Tally {
        var sum = self
        for name in other.counts.keys.sorted() { sum.add(name, other.counts[name] ?? 0) }
        return sum
    }

    /// By name.
    var sorted: [(name: String, count: Int)] {
        counts.keys.sorted().map { ($0, counts[$0] ?? 0) }
    }

    subscript(name: String) -> Int { counts[name] ?? 0 }
}
