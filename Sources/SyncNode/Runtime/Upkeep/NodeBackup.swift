import Base
import Disk
import Kernel
import Store

/// `backup` and `restore`: a node's data without its incarnation, and the node again from it
/// (PROTOCOL §2, §6).
package enum NodeBackup {
    /// Copies a node's data while it runs: database, attachments, the keys that are its
    /// identity for ever. The incarnation's key is left out, so that no copy can write as it.
    ///
    /// - Throws: exit code 2 where there is no node or something stands at `path`.
    package static func save(data: String, to path: String) throws(NodeRuntime.Failure) {
        let directory = StoreDirectory(path: data)
        guard directory.hasDatabase else {
            throw .noNode(data)
        }
        guard !SmallFile.exists(path) else {
            throw NodeRuntime.Failure(
                "\(path) exists already: a backup goes to a place of its own",
                chinese: "\(path) 已存在：备份须放到一个新的位置", exitCode: 2)
        }
        do throws(JournalError) {
            if path.hasSuffix(".db") {
                try Backup.copy(of: directory, to: path)
                return
            }
            try Backup.folder(of: directory, at: path)
        } catch {
            let why = NodeRuntime.Failure.store(error, data)
            throw NodeRuntime.Failure(
                "the backup to \(path) failed: \(why.sentence)",
                chinese: "备份到 \(path) 失败：\(why.chinese)", exitCode: 3)
        }
        try keys { () throws(KeyFiles.Failure) in
            try KeyFiles.copyLasting(from: data + "/keys", to: path + "/keys")
        }
    }

    /// Makes the node again in a directory that holds none: as a new incarnation, which
    /// announces itself when it is served.
    ///
    /// - Parameter path: A folder that `save` made; or its database alone, where the node's own
    ///   keys still stand in the data directory.
    /// - Throws: exit code 5, and nothing is made, where no secret opens the keys.
    package static func restore(from path: String, data: String) throws(NodeRuntime.Failure) {
        let directory = StoreDirectory(path: data)
        guard !directory.hasDatabase else {
            throw NodeRuntime.Failure(
                "\(data) holds a node already: restore to a place of its own",
                chinese: "\(data) 里已经有一个节点：请恢复到一个新的目录", exitCode: 3)
        }
        guard SmallFile.exists(path) else {
            throw NodeRuntime.Failure(
                "there is no backup at \(path)", chinese: "\(path) 没有备份", exitCode: 2)
        }
        let hasKeys = SmallFile.exists(path + "/keys")
        let cover: KeyCover
        do throws(KeyFiles.Failure) {
            let folder = (hasKeys ? path : data) + "/keys"
            try KeyFiles.checkLasting(in: folder)
            cover = try KeyFiles.cover(in: folder, with: try KeySecret.find(for: data))
        } catch {
            throw .keys(error)
        }
        do throws(JournalError) {
            try Backup.restore(path, into: directory)
        } catch {
            let why = NodeRuntime.Failure.store(error, data)
            throw NodeRuntime.Failure(
                "\(path) cannot be restored to \(data): \(why.sentence)",
                chinese: "\(path) 无法恢复到 \(data)：\(why.chinese)", exitCode: 3)
        }
        let settings: NodeSettings
        do throws(JournalError) {
            let stored = try ReadPool(directory: directory).read {
                (reader) throws(JournalError) in try reader.value(NodeSettings.valueName)
            }
            guard let found = stored.flatMap(NodeSettings.init) else {
                throw .damaged("the backup has no settings")
            }
            settings = found
        } catch {
            throw .store(error, path)
        }
        try keys { () throws(KeyFiles.Failure) in
            if hasKeys { try KeyFiles.copyLasting(from: path + "/keys", to: data + "/keys") }
            try KeyFiles.renewIncarnation(
                in: data + "/keys", suite: settings.suite, under: cover)
        }
    }

    private static func keys(
        _ body: () throws(KeyFiles.Failure) -> Void
    ) throws(NodeRuntime.Failure) {
        do throws(KeyFiles.Failure) {
            try body()
        } catch {
            throw .keys(error)
        }
    }
}

extension KeyFiles {
    /// Copies the keys that outlive an incarnation.
    static func copyLasting(from folder: String, to target: String) throws(Failure) {
        try SmallFile.makeFolder(target)
        for name in ["node", "agreement"] {
            let bytes = try SmallFile.read(
                "\(folder)/\(name)", limit: Limits.keySecretFileBytesMax)
            try SmallFile.write(bytes, to: "\(target)/\(name)", mode: 0o600, replace: false)
        }
        // Of an enrolled node: its certificate and the key, which a root's children rest on.
        for name in ["tls", "tls.pem"] where SmallFile.exists("\(folder)/\(name)") {
            let limit = Limits.certificateBytesMax * Limits.certificateChainMax
            let bytes = try SmallFile.read("\(folder)/\(name)", limit: limit)
            try SmallFile.write(bytes, to: "\(target)/\(name)", mode: 0o600, replace: true)
        }
    }
}
