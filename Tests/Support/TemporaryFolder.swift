package import Disk
import Foundation

/// A folder that goes away with its owner.
package final class TemporaryFolder {
    package let path: String

    package init() throws {
        path = NSTemporaryDirectory() + "syncnode-store-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            print("left behind: \(path)")
        }
    }

    /// Where a node would keep its data; not there yet.
    package var directory: StoreDirectory { StoreDirectory(path: path + "/data") }
}
