import Base
import Change
import Crypto
import Disk
import Domain
import Host
import Kernel
import Store

/// `verify`: proves a node's data from the bytes up, beside the running node or without it.
package enum Verification {
    /// What was found, as the document of `verify --json`.
    package struct Report: Sendable {
        package let json: String
        package let isSound: Bool
    }

    /// Blocking: reads the whole store, and every attachment.
    ///
    /// - Throws: exit code 2 where there is no node, 3 where its data cannot be read at all, 5
    ///   where there are attachments and no secret opens them.
    package static func run(data: String) throws(NodeRuntime.Failure) -> Report {
        let directory = StoreDirectory(path: data)
        guard directory.hasDatabase else {
            throw .noNode(data)
        }
        let cover = try cover(of: directory)
        do throws(JournalError) {
            // Read first: a running node writes the database before the sentinel.
            let sentinel = try Sentinel.peek(directory.sentinel)
            let findings = try ReadPool(directory: directory).read {
                (reader) throws(JournalError) in try check(reader, directory, sentinel, cover)
            }
            return Report(
                json: String(decoding: findings.json, as: UTF8.self),
                isSound: findings.faults.isEmpty)
        } catch .damaged(let why) {
            // What cannot even be walked is the fault itself.
            var findings = StoreFindings()
            findings.add(StoreFault(.bytes, "database", why))
            return Report(json: String(decoding: findings.json, as: UTF8.self), isSound: false)
        } catch {
            throw .store(error, data)
        }
    }

    /// What attachments lie under; nil where there are none, so that no secret is needed.
    private static func cover(
        of directory: StoreDirectory
    ) throws(NodeRuntime.Failure) -> FileCover? {
        do throws(JournalError) {
            guard try BlobStore.holdsAny(directory) else { return nil }
        } catch {
            throw .store(error, directory.path)
        }
        do throws(KeyFiles.Failure) {
            let key = try KeyFiles.storeKey(
                in: directory.path + "/keys", with: KeySecret.find(for: directory.path))
            return FileCover(key: key) { SystemRandom.bytes($0) }
        } catch {
            throw .keys(error)
        }
    }

    private static func check(
        _ reader: SnapshotReader, _ directory: StoreDirectory, _ sentinel: SentinelRecord?,
        _ cover: FileCover?
    ) throws(JournalError) -> StoreFindings {
        guard let settings = try reader.value(NodeSettings.valueName).flatMap(NodeSettings.init)
        else { throw .damaged("the node has no settings") }
        // A restored backup has no incarnation until it is served; then the root's stands in.
        let own = try reader.value(StoreValue.incarnation).flatMap { bytes in
            IncarnationKey(text: Hex.encode(bytes))
        }
        let key = own ?? settings.root.key
        let region = settings.region.id
        let stored = { (dot: Dot, scope: ScopeID) throws(JournalError) -> Change? in
            try reader.change(at: dot, in: scope)
        }
        let fold = ScratchFold(
            region: region, key: key, directory: try believed(reader, settings, key),
            learns: true, stored: stored)
        let check = LogCheck(reader, own: own)
        try check.run(folding: fold)
        // A restored backup has neither an incarnation nor a sentinel until it is served.
        if own != nil { try check.compareSentinel(sentinel) }
        try check.compareDocuments(with: fold) { directory in
            ScratchFold(
                region: region, key: key, directory: directory, learns: false, stored: stored)
        }
        if let cover {
            try check.checkBlobs(in: BlobStore(directory: directory, cover: cover))
        }
        return check.result
    }

    /// What a node believes before it reads its log: the pinned root, and what was taken off its
    /// own old chains and is not here again yet.
    private static func believed(
        _ reader: SnapshotReader, _ settings: NodeSettings, _ key: IncarnationKey
    ) throws(JournalError) -> Directory {
        var directory = Directory(root: settings.root)
        for scope in try reader.scopes() where scope.name.family == .directory {
            guard let kept = try reader.value(Orphans.name(of: scope.id)) else { continue }
            var chains: [ActorID: ChainState] = [:]
            for chain in try reader.chains(of: scope.id) { chains[chain.actor] = chain }
            for statement in try Orphans.statements(kept, in: scope.name, chains, of: key) {
                directory.add(statement)
            }
        }
        return directory
    }
}
