/// The places outside SQLite where the store touches the disk. Each has a name, so that a test
/// can make just that one fail.
package enum IOSite: String, Hashable, Sendable, CaseIterable {
    case sentinelOpen, sentinelLock, sentinelRead, sentinelWrite, sentinelSync, sentinelSettle
    case blobOpen, blobRead, blobWrite, blobSync, blobRename, blobFolderSync
    case copyOpen, copyRead, copyWrite, copySync
}

/// Decides which touch of the disk fails; nothing does in production.
package final class IOFaults: Sendable {
    private let strike: @Sendable (IOSite) -> Int32?

    /// - Parameter strike: Asked before each call; an `errno` makes the call fail with it.
    package init(_ strike: @escaping @Sendable (IOSite) -> Int32?) { self.strike = strike }

    func error(at site: IOSite) -> Int32? { strike(site) }
}
