import Base

/// Why the present incarnation must not write any more (PROTOCOL §6). The way out is
/// `SQLiteJournal.adopt`: a new incarnation.
package enum Fence: Hashable, Sendable, CustomStringConvertible {
    /// The database has own changes, and there is no sentinel.
    case missing
    /// A sentinel stands there and neither of its slots can be read.
    case unreadable
    /// The data came from another machine.
    case otherMachine
    /// The database is older than what the sentinel saw.
    case behind(database: UInt64, sentinel: UInt64)
    /// As many own changes, or incarnations, as the sentinel saw, but others.
    case diverged
    /// Another process wrote to the database or replaced the sentinel while this one ran.
    case replaced

    /// One English sentence.
    package var description: String {
        switch self {
        case .missing: "the sentinel is missing"
        case .unreadable: "the sentinel cannot be read"
        case .otherMachine: "the data was written on another machine"
        case .behind(let database, let sentinel):
            "the database holds \(database) own changes, the sentinel saw \(sentinel)"
        case .diverged: "the database and the sentinel saw different own changes"
        case .replaced: "the data was changed by another program while the node ran"
        }
    }
}
