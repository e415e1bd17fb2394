/// Numbers that look random and are the same in every run of a seed (SplitMix64).
struct Dice: Sendable {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x2545_f491_4f6c_dd1d &+ 0x9e37_79b9 }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }

    /// 0 ..< limit.
    mutating func roll(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }

    /// True `percent` times in a hundred.
    mutating func hits(_ percent: Int) -> Bool { roll(100) < percent }

    /// One of a list; nil where it is empty.
    mutating func pick<Element>(_ list: [Element]) -> Element? {
        list.isEmpty ? nil : list[roll(list.count)]
    }
}
