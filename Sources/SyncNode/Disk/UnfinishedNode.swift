internal import Glibc

/// What stood in a directory before a node is made in it, so that a making that fails leaves
/// just that behind.
package struct UnfinishedNode: Sendable {
    /// What is made, inner before outer; only of these is anything ever removed.
    private static let parts = [
        "/keys/node", "/keys/node.new", "/keys/incarnation", "/keys/incarnation.new",
        "/keys/agreement", "/keys/agreement.new", "/keys/tls", "/keys/tls.new", "/keys/tls.pem",
        "/keys/tls.pem.new", "/keys", "/node.db-wal", "/node.db-shm",
        "/node.db-journal", "/node.db", "/sentinel", "",
    ]

    /// Paths that are not there yet.
    private let missing: [String]

    /// Looks at the directory as it is now.
    package init(_ directory: StoreDirectory) {
        missing = Self.parts.map { directory.path + $0 }.filter { access($0, F_OK) != 0 }
    }

    /// Removes what came since. What cannot be removed stays: the failure that led here is
    /// what is told.
    package func discard() {
        // One at a time and by name: a folder that holds something else is not empty, and stays.
        for path in missing { _ = remove(path) }
    }
}
