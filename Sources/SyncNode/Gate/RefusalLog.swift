import Base
import Host
internal import Synchronization

/// Everyone who was turned away: counted by name, and told to people without flooding them.
package final class RefusalLog: Sendable {
    private struct Entry {
        var count = 0
        var untold = 0
        var toldAt: Int64?
    }

    private let entries = Mutex<[String: Entry]>([:])
    private let clock: @Sendable () -> Int64

    /// - Parameter clock: Milliseconds that never go back.
    package init(clock: @escaping @Sendable () -> Int64) { self.clock = clock }

    /// Counts one refusal, and says so unless the same was said within
    /// `Limits.refusalLogSeconds`.
    ///
    /// - Parameters:
    ///   - name: One of the fixed names of a refusal: the table grows with these only.
    ///   - who: Address, or what is known of the caller.
    package func note(_ name: String, from who: String) {
        let now = clock()
        let untold: Int? = entries.withLock { entries in
            var entry = entries[name] ?? Entry()
            defer { entries[name] = entry }
            entry.count += 1
            entry.untold += 1
            if let toldAt = entry.toldAt, now - toldAt < Limits.refusalLogSeconds * 1000 {
                return nil
            }
            defer { entry.untold = 0 }
            entry.toldAt = now
            return entry.untold
        }
        guard let untold else { return }
        Console.say("refused: \(name) from \(who)" + (untold > 1 ? " (\(untold) times)" : ""))
    }

    /// How often each was named, by name.
    package var counts: [(name: String, count: Int)] {
        entries.withLock { entries in
            entries.keys.sorted().map { ($0, entries[$0]?.count ?? 0) }
        }
    }
}
