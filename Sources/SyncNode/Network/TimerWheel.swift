internal import Base

/// Deadlines of many connections in a ring of slots: setting one costs nothing in the usual case.
///
/// A connection stands in the ring once, at or before its deadline. Moving the deadline later
/// moves nothing; when the slot comes round, the connection is asked again. So a busy connection
/// touches the ring once per idle period, not once per request.
struct TimerWheel {
    /// Whose deadline: a descriptor and which of its owners.
    struct Key: Hashable {
        let socket: Int32
        let generation: UInt32
    }

    private struct Entry {
        let key: Key
        let at: Int64
    }

    private static let slotMillis: Int64 = 64
    private static let slotCount: Int64 = 1024

    private var slots: [[Entry]]
    private var tick: Int64
    private(set) var nextDue = Int64.max

    init(now: Int64) {
        slots = Array(repeating: [], count: Int(Self.slotCount))
        tick = now / Self.slotMillis
    }

    /// Remembers to ask about `key` at `time`, or earlier where that lies beyond the ring.
    ///
    /// - Returns: When it will be asked.
    mutating func set(_ key: Key, at time: Int64) -> Int64 {
        let last = (tick + Self.slotCount - 1) * Self.slotMillis
        let at = min(max(time, (tick + 1) * Self.slotMillis), last)
        slots[Int(at / Self.slotMillis % Self.slotCount)].append(Entry(key: key, at: at))
        nextDue = min(nextDue, at)
        invariant(at > tick * Self.slotMillis, "an entry lies ahead of the ring's hand")
        return at
    }

    /// The entries whose time has come, with the time each was set for.
    mutating func due(now: Int64) -> [(key: Key, at: Int64)] {
        guard now >= nextDue else { return [] }
        let target = now / Self.slotMillis
        var found: [(key: Key, at: Int64)] = []
        let turns = min(target - tick, Self.slotCount)
        for step in 0..<turns {
            let index = Int((tick + 1 + step) % Self.slotCount)
            guard !slots[index].isEmpty else { continue }
            found.append(contentsOf: slots[index].map { ($0.key, $0.at) })
            slots[index].removeAll(keepingCapacity: false)
        }
        tick = max(tick, target)
        nextDue = earliest()
        return found
    }

    private func earliest() -> Int64 {
        for step in 1...Self.slotCount {
            let time = tick + step
            if !slots[Int(time % Self.slotCount)].isEmpty { return time * Self.slotMillis }
        }
        return .max
    }
}
