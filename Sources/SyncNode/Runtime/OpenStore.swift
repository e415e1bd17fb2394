import API
import Archive
import Base
import Blob
import Change
import Crypto
import Disk
package import Domain
import Gate
import Guide
import HTTP
package import Kernel
import Paper
import Sessions
package import Store
import Synchronization
import Tally
import Vault
import Waiting

/// A node's store, opened: its writer on its thread, its readers, its keys.
struct OpenStore: Sendable {
    let settings: NodeSettings
    let board: KnowledgeBoard
    let writer: Writer
    let readers: ReadPool
    let blobs: BlobShelf
    let signer: IncarnationSigner
    let keys: KeyFiles
    /// What is personal, sealed and opened.
    let vault: Vault
    /// 排队叫号 of this place.
    let line: LineKeeper
    /// The board's figures, kept up beside the documents.
    let tally: TallyKeeper
    /// Names this store to peers.
    let storeEpoch: Digest16
    /// Why the node had to begin a new incarnation at this start; nil as a rule.
    let renewal: String?
    /// Scopes in which changes of an old incarnation wait to be written anew.
    let orphans: [ScopeName]

    /// H(incarnation public key).
    var incarnationDigest: Digest {
        let key = keys.incarnation.publicKey
        return Hash.digest(key.bytes, suite: key.suite)
    }

    func intake(_ clock: NodeClock, _ refusals: RefusalLog) -> Intake {
        var intake = Intake(board: board, writer: writer, blobs: blobs)
        intake.refusals = refusals
        intake.receipts = ReceiptDuty(store: self, clock: clock)
        return intake
    }

    struct Opened: Sendable {
        let settings: NodeSettings
        let keys: KeyFiles
        let storeEpoch: UInt64
        let renewal: String?
        let orphans: [ScopeName]
    }

    /// - Throws: exit code 2 where there is no node, 3 where its data is damaged or held.
    static func open(
        _ data: String, clock: NodeClock
    ) async throws(NodeRuntime.Failure) -> OpenStore {
        let directory = StoreDirectory(path: data)
        try NodeRuntime.Failure.check(directory)
        if let path = directory.unwritable { throw .notWritable(path) }
        let secret: KeySecret
        let sealed: KeyFiles
        do throws(KeyFiles.Failure) {
            try KeyFiles.checkLasting(in: data + "/keys")
            secret = try KeySecret.find(for: data)
            sealed = try KeyFiles(folder: data + "/keys", secret: secret)
        } catch {
            throw .keys(error)
        }
        let blobs: BlobShelf
        do throws(JournalError) {
            let cover = FileCover(key: sealed.store) { SystemRandom.bytes($0) }
            blobs = try BlobShelf(directory: directory, cover: cover)
        } catch {
            throw .store(error, data)
        }
        let board = KnowledgeBoard()
        let readers = ReadPool(directory: directory)
        let vault = Vault(
            agreement: sealed.agreement, locator: sealed.locator,
            ports: Vault.Ports(readers) { board.directory })
        let box = Box<Opened>()
        let gate = Gate()
        let writer = Writer(
            board: board, clock: clock,
            open: { () throws(JournalError) in
                let (kernel, opened) = try Self.openKernel(directory, secret)
                kernel.attachments = { (named) throws(JournalError) in try blobs.missing(of: named)
                }
                kernel.envelopes = { vault.rewrap($0, for: $1) }
                box.value = opened
                return kernel
            },
            opened: { gate.open($0) }, named: { blobs.note($0) },
            remove: { (digest) throws(JournalError) in try blobs.remove(digest) })
        readers.beforeDocuments { [weak writer] in writer?.freshen() }
        if let error = await gate.passed() {
            writer.stop()
            throw .store(error, data)
        }
        guard let opened = box.value else {
            throw NodeRuntime.Failure("\(data) could not be opened", exitCode: 3)
        }
        let tally = TallyKeeper(
            path: data + "/board.db",
            identity: opened.keys.nodeID.bytes + Array(String(opened.storeEpoch).utf8),
            own: opened.settings.region.id, readers: readers)
        return OpenStore(
            settings: opened.settings, board: board, writer: writer,
            readers: readers, blobs: blobs,
            signer: IncarnationSigner(opened.keys.incarnation), keys: opened.keys,
            vault: vault, line: LineKeeper(path: data + "/queue.db"), tally: tally,
            storeEpoch: Digest16(high: opened.storeEpoch, low: opened.keys.nodeID.prefix8),
            renewal: opened.renewal, orphans: opened.orphans)
    }

    /// The store's value that asks for a new incarnation at the next start: the old key's text.
    static let rewindName = "rewind"

    /// On the writer's thread: the journal, and a new incarnation where the old one is fenced.
    static func openKernel(
        _ directory: StoreDirectory, _ secret: KeySecret
    ) throws(JournalError) -> (Kernel<SQLiteJournal>, Opened) {
        let journal = try SQLiteJournal(
            directory: directory, machine: try StoreDirectory.machine())
        guard let stored = try journal.value(NodeSettings.valueName),
            let settings = NodeSettings(stored)
        else { throw .damaged("the node has no settings") }
        let rewound = try journal.value(rewindName).flatMap { bytes in
            IncarnationKey(text: String(decoding: bytes, as: UTF8.self))
        }
        let folder = directory.path + "/keys"
        let renewal =
            journal.fence?.description
            ?? (rewound == nil ? nil : "a peer holds other changes of this node than it has")
        if renewal != nil { try renewKey(in: folder, secret, suite: settings.suite) }
        let keys = try readKeys(in: folder, secret)
        let signer = IncarnationSigner(keys.incarnation)
        let present = try journal.value(StoreValue.incarnation).map { Hex.encode($0) }
        if renewal != nil || present != signer.key.text {
            try journal.adopt(signer.key, storeEpoch: SystemRandom.digest().prefix8)
        }
        // A lock that another program holds is found now, not by the first who writes.
        try journal.begin()
        try journal.rollback()
        let identity = Identity(region: settings.region.id, node: keys.nodeID, signer: signer)
        let kernel = try Kernel(journal: journal, identity: identity, root: settings.root)
        if let rewound {
            try kernel.rewind(rewound, clearing: rewindName)
        }
        // What a crash left behind the log is stored before anyone reads.
        try kernel.settle()
        let epoch = try journal.value(StoreValue.storeEpoch) ?? []
        let number = epoch.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return (
            kernel,
            Opened(
                settings: settings, keys: keys, storeEpoch: number, renewal: renewal,
                orphans: try kernel.scopesWithOrphans())
        )
    }

    private static func renewKey(
        in folder: String, _ secret: KeySecret, suite: Suite
    ) throws(JournalError) {
        do throws(KeyFiles.Failure) {
            let cover = try KeyFiles.cover(in: folder, with: secret)
            try KeyFiles.renewIncarnation(in: folder, suite: suite, under: cover)
        } catch {
            throw .failed(error.sentence)
        }
    }

    private static func readKeys(
        in folder: String, _ secret: KeySecret
    ) throws(JournalError) -> KeyFiles {
        do throws(KeyFiles.Failure) {
            return try KeyFiles(folder: folder, secret: secret)
        } catch {
            throw .failed(error.sentence)
        }
    }
}

extension OpenStore {
    /// Makes keys for what is personal, and passes them on.
    var keyKeeper: KeyKeeper {
        KeyKeeper(vault, of: settings.region.id) { [writer] in
            do throws(Writer.Failure) {
                guard case .done = try await writer.submit(.write($0)) else { return false }
                return true
            } catch {
                return false
            }
        }
    }

    /// What the keeper of sessions needs of the store.
    ///
    /// - Parameters:
    ///   - door: Seals what is personal in a command, and opens names of accounts.
    ///   - keeper: Makes the keys for that.
    func doorPorts(_ door: VaultDoor, _ keeper: KeyKeeper) -> Doorkeeper.Ports {
        let region = settings.region.id
        let scope = ScopeName.staff(region).id
        let (readers, writer) = (readers, writer)
        let read: @Sendable (DocumentKey) -> AccountLook = { key in
            do throws(JournalError) {
                return try readers.readLog { (reader) throws(JournalError) in
                    guard let document = try reader.document(key),
                        case .account(let state) = try ReaderSource(reader: reader)
                            .decode(document)
                    else { return .absent }
                    return .found(state.opened(door.name))
                }
            } catch {
                return .unreadable
            }
        }
        return Doorkeeper.Ports(
            region: region,
            byLogin: { login in
                do throws(JournalError) {
                    let keys = try readers.readLog { (reader) throws(JournalError) in
                        try reader.documents(.account, label: login)
                    }
                    return keys.first { $0.id.low == scope.rawValue }.map(read) ?? .absent
                } catch {
                    return .unreadable
                }
            },
            byAuthor: { read(AccountState.key(of: $0, at: region)) },
            version: { writer.events.accounts },
            submit: { command, author in
                let sealed: Command
                switch await door.sealed(command, by: keeper) {
                case .success(let ready): sealed = ready
                case .failure(let refusal): return .refused(refusal)
                }
                let submission = Submission.command(sealed, author: author, replayKey: nil)
                do throws(Writer.Failure) {
                    return NodeService.outcome(.success(try await writer.submit(submission)))
                } catch {
                    return NodeService.outcome(.failure(error))
                }
            })
    }
}

extension NodeQueries {
    /// The archive of a case, made of its changes as they are in the log.
    func archive(_ key: DocumentKey) throws(ViewError) -> ArchiveAnswer? {
        let directory = runtime.board.directory
        let suite = runtime.store.signer.key.publicKey.suite
        do throws(JournalError) {
            return try runtime.store.readers.read { (reader) throws(JournalError) in
                let source = ReaderSource(reader: reader)
                guard case .caseFile(let state)? = try source.content(key) else { return nil }
                let changes = try Self.changes(of: state, reader)
                let seal = state.effective(.caseArchive).first?.hash
                let body = changes.first { $0.hash.prefix16 == seal }?.body ?? []
                let sealed = NodeSettings.json(body)?["detail"]?["digest"]?.text
                return ArchiveAnswer(
                    ArchivePackage(state, changes, suite: suite), sealed: sealed,
                    sealableFrom: try CatalogQuery.lastRatingDay(
                        of: state, in: directory, from: source)?.advanced(by: 1))
            }
        } catch {
            throw ViewError(error, at: "archive")
        }
    }

    private static func changes(
        of state: CaseState, _ reader: SnapshotReader
    ) throws(JournalError) -> [Change] {
        var changes: [Change] = []
        for event in state.events {
            let change = try reader.change(at: event.dot, in: state.scopeID)
            if let change, change.hash.prefix16 == event.hash { changes.append(change) }
        }
        return changes
    }

    func archivePackage(_ key: DocumentKey) throws(ViewError) -> ArchiveExport? {
        let directory = runtime.board.directory
        let own = runtime.settings.region
        let now = runtime.clock.now()
        let vault = runtime.vaultDoor
        let signer = store.signer
        let blobs = store.blobs
        return try read { (reader) throws(JournalError) in
            let source = ReaderSource(reader: reader)
            guard case .caseFile(let state)? = try source.content(key),
                let number = CaseNumber(state.number)
            else { return nil }
            let changes = try Self.changes(of: state, reader)
            var attachments: [(digest: Digest, suffix: String, bytes: [UInt8])] = []
            var total = 0
            for digest in Set(changes.flatMap(\.namedBlobs)).sorted() {
                guard let size = try blobs.size(of: digest) else { continue }
                total += size
                guard total <= Limits.archiveBytesMax else { return .tooLong(total) }
                var bytes: [UInt8] = []
                while bytes.count < size,
                    let piece = try blobs.read(digest, at: bytes.count, count: size - bytes.count),
                    !piece.isEmpty
                {
                    bytes += piece
                }
                let suffix = MediaKind(sniffing: bytes).map { ".\($0)" } ?? ""
                attachments.append((digest, suffix, bytes))
            }
            let voucher = try StationVoucher.known(own, in: directory, from: source)
            let maker = ArchiveMaker(
                directory: directory, source: source,
                maker: .init(
                    region: own.code, place: own.name, millis: now.millis,
                    suite: signer.key.publicKey.suite),
                open: { vault.text($0, of: state.sealed) },
                receipt: { Self.receipt($0, number, own.code, voucher, signer).text })
            var person: Person?
            if let sealed = state.sealed, case .known(let known) = vault.person(sealed.text) {
                person = known
            }
            let folder = try maker.folder(
                of: state, changes, person: person, attachments: attachments)
            let isOwn = voucher?.key == signer.key.publicKey
            let county = directory.county(of: own.id).flatMap(directory.region)?.code
            return .made(
                folder,
                ArchiveSignature(
                    of: folder.digest, county: county, region: own.code,
                    by: signer.key.publicKey, voucher: isOwn ? voucher?.voucher ?? [] : [],
                    sign: signer.sign))
        }
    }

    func line(_ order: QueueOrder?, key: String?) throws(ViewError) -> LineAnswer {
        let now = runtime.clock.now()
        return try kept { (line) throws(JournalError) in try line.look(order, key: key, at: now) }
    }

    func queueCounts(_ day: CivilDate) throws(ViewError) -> QueueCounts? {
        let now = runtime.clock.now()
        return try kept { (line) throws(JournalError) in try line.counts(of: day, at: now) }
    }

    private func kept<Result>(
        _ body: (LineKeeper) throws(JournalError) -> Result
    ) throws(ViewError) -> Result {
        do throws(JournalError) {
            return try body(runtime.store.line)
        } catch {
            throw ViewError(error, at: "queue")
        }
    }
}

/// The insides of a node, for those who measure it.
extension NodeRuntime {
    /// The journal and kernel of a data directory that no process holds: as a writer opens them.
    package static func kernel(
        of data: String
    ) throws(JournalError) -> Kernel<SQLiteJournal> {
        let secret: KeySecret
        do throws(KeyFiles.Failure) {
            secret = try KeySecret.find(for: data)
        } catch {
            throw .failed(error.sentence)
        }
        return try OpenStore.openKernel(StoreDirectory(path: data), secret).0
    }

    /// Hands the node's own writer something to do; returns after the commit.
    package func carryOut(_ submission: Submission) async throws(Writer.Failure) -> Outcome {
        try await store.writer.submit(submission)
    }

    /// A command with what is personal in it sealed, as at the door; nil where there is no key.
    package func sealed(_ command: Command) async -> Command? {
        guard case .success(let sealed) = await vaultDoor.sealed(command, by: keeper) else {
            return nil
        }
        return sealed
    }
}
