import Base
import Change

/// Which scopes go first where a message cannot hold all (PROTOCOL §7.7). Classes only order
/// scopes; inside a scope arrival order stands.
enum Priority {
    /// dir, ctl and staff, cust, case and corr, cat, stat. Blobs come after all of them.
    static let classes = 6

    static func of(_ family: ScopeName.Family) -> Int {
        switch family {
        case .directory: 0
        case .control, .staff: 1
        case .custody: 2
        case .cases, .corridor: 3
        case .catalog: 4
        case .statistics: 5
        }
    }

    /// Hundredths of a message that a class may fill before the others had their turn. What it
    /// leaves is given out again in order of priority.
    static let shares = [25, 10, 15, 30, 15, 5]

    static func share(_ index: Int) -> Int {
        Limits.messageRangeBytesTarget * shares[index] / 100
    }
}
