import Foundation

/// Data that lies beside the tree and is not part of it. Tests that need it are skipped, and
/// say so, where it is absent.
package enum SharedData {
    /// The file `name` below the data directory; nil where it is not on this machine.
    ///
    /// Looked for in `SYNCNODE_SHARED_DATA`, then in `shared/data` beside the tree.
    package static func path(_ name: String) -> String? {
        var places = [SourceTree.root + "/../shared/data"]
        if let given = ProcessInfo.processInfo.environment["SYNCNODE_SHARED_DATA"] {
            places.insert(given, at: 0)
        }
        return places.map { "\($0)/\(name)" }.first { FileManager.default.fileExists(atPath: $0) }
    }
}
