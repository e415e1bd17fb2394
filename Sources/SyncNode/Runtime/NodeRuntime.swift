package import Base
import Blob
package import Change
import Crypto
import Disk
import Domain
import Enrolment
import Gate
// Whoever runs nodes uses what they stand on: clock, keys, settings, words for people.
@_exported public import Host
import Kernel
package import Network
import Replication
import Sessions
import Store
import Synchronization
import Vault

/// One running node: its writer, its readers, its links and its server.
package final class NodeRuntime: Sendable {
    /// How it is to run.
    package struct Options: Sendable {
        package var data: String
        package var listen: Endpoint
        /// A further certificate with its key, for those who cannot check the node's own: given
        /// by the operator. Alone where the node was never enrolled.
        package var tls: TLSIdentity?
        /// Whether it speaks TLS with its own certificate where it has one. Else it listens in
        /// the clear, on loopback only.
        package var isSecure = false
        /// Names and addresses at which it is dialled, for its certificate.
        package var hosts: [String] = []
        /// Demo mode: the clock can be set, links can be cut, members are entered unasked; only
        /// ever on loopback.
        package var isDemo = false
        /// Demo mode: what its clock says at the start; nil for the machine's.
        package var begin: Instant?

        package init(data: String, listen: Endpoint) {
            self.data = data
            self.listen = listen
        }
    }

    /// Why a node does not run: one sentence, and the exit code of CONTRACT §2.
    package struct Failure: Error, Hashable, Sendable {
        package let sentence: String
        /// The same in Chinese; the English one where nobody wrote it.
        package let chinese: String
        package let exitCode: Int32

        package init(_ sentence: String, chinese: String? = nil, exitCode: Int32) {
            self.sentence = sentence
            self.chinese = chinese ?? sentence
            self.exitCode = exitCode
        }
    }

    let options: Options
    let store: OpenStore
    let hub: ExchangeHub
    let client: HTTPClient
    let door: NodeDoor
    let clock: NodeClock
    /// Sessions and passwords.
    let doorkeeper: Doorkeeper
    /// Where what is personal is sealed and opened.
    let vaultDoor: VaultDoor
    /// Makes and passes on the keys for it.
    let keeper: KeyKeeper
    let dialers = Mutex<[RegionID: Dialling]>([:])
    private let server = Mutex<HTTPServer?>(nil)
    private let renewal: RenewalBell

    /// What goes on beside the links: announcing, writing anew. Ends with the node.
    private let care = Mutex<Task<Void, Never>?>(nil)

    struct Dialling: Sendable {
        let peer: DialedPeer
        let task: Task<Void, Never>
    }

    /// What the command line and the API may use of the node.
    package var board: KnowledgeBoard { store.board }
    /// The settings as of the start.
    package var settings: NodeSettings { store.settings }

    /// Opens the store, starts the server and the links.
    ///
    /// - Throws: `Failure` with a sentence that says what to do.
    package static func start(_ options: Options) async throws(Failure) -> NodeRuntime {
        try checkListen(options)
        let clock = NodeClock(isSet: options.isDemo)
        if options.isDemo, let begin = options.begin { clock.set(to: begin) }
        let store = try await OpenStore.open(options.data, clock: clock)
        let door = try openDoor(options, store)
        let shown = try identity(of: door, options)
        let client: HTTPClient
        do throws(NetworkError) {
            client = try HTTPClient(
                authority: door.credentials?.anchor.pem, identity: shown)
        } catch {
            throw Failure("\(error)", exitCode: 4)
        }
        try AdminToken.ensure(in: options.data)
        let runtime = NodeRuntime(
            options: options, store: store, client: client, clock: clock, door: door,
            operatorToken: try AdminToken.text(in: options.data))
        store.writer.health.onFence { [renewal = runtime.renewal] in renewal.ringMarked() }
        store.writer.health.onCopy { [renewal = runtime.renewal] in renewal.ring() }
        try runtime.believePartners()
        try runtime.listen()
        await runtime.noteAddress()
        runtime.compareClock()
        runtime.startLinks()
        runtime.takeStock()
        return runtime
    }

    private init(
        options: Options, store: OpenStore, client: HTTPClient, clock: NodeClock,
        door: NodeDoor, operatorToken: String
    ) {
        self.door = door
        self.options = options
        self.store = store
        self.client = client
        self.clock = clock
        let vaultDoor = VaultDoor(
            store.vault, store.readers, region: store.settings.region.id,
            directory: { [board = store.board] in board.directory }, now: { clock.now() })
        let keeper = store.keyKeeper
        doorkeeper = Doorkeeper(
            ports: store.doorPorts(vaultDoor, keeper), node: store.keys.nodeID,
            isSecure: options.tls != nil || (options.isSecure && door.credentials != nil),
            operatorToken: operatorToken)
        self.vaultDoor = vaultDoor
        self.keeper = keeper
        let bell = RenewalBell(store)
        renewal = bell
        hub = ExchangeHub(
            board: store.board, readers: store.readers, blobs: store.blobs,
            intake: store.intake(clock, door.refusals), signer: store.signer,
            region: store.settings.region.id,
            storeEpoch: store.storeEpoch, clock: clock, onRollback: { bell.ring() })
    }

    /// Whether it speaks TLS.
    package var isSecure: Bool { server.withLock { $0?.isSecure ?? false } }

    /// Shows another certificate from now on.
    func show(_ identity: TLSIdentity) throws(NetworkError) {
        guard let server = server.withLock({ $0 }), server.isSecure else { return }
        try server.renew(identity)
    }

    /// Whether this node was found to be a copy, or its store to be another's, and writes nothing
    /// any more until it has begun anew.
    var isFenced: Bool { renewal.isRung || store.writer.health.isFenced }

    /// Where it listens.
    package var endpoint: Endpoint? { server.withLock { $0?.endpoint } }

    private func listen() throws(Failure) {
        let shown = try serverIdentity()
        do throws(NetworkError) {
            let service = NodeService(runtime: self)
            let started = try HTTPServer(
                listen: options.listen, tls: shown,
                onRefused: { [door] in
                    door.refusals.note($0, from: $1.address)
                },
                bodyLimit: { NodeService.bodyLimit($0) },
                handler: { service.handle($0, $1) })
            server.withLock { $0 = started }
        } catch {
            let advice = error.advice
            var exitCode: Int32 = 2
            if case .notPermitted = error { exitCode = 5 }
            throw Failure(advice.english, chinese: advice.chinese, exitCode: exitCode)
        }
    }

    /// Lets the command line find this node by its directory.
    private func noteAddress() async {
        guard let endpoint else { return }
        let url = (isSecure ? "https://" : "http://") + endpoint.fromHere.text
        do throws(Writer.Failure) {
            let value = Array(url.utf8)
            _ = try await store.writer.submit(.remember(NodeAddress.valueName, value))
        } catch {
            Console.say("the address could not be noted: \(error.words)")
        }
    }

    /// Has this node begin a new incarnation, as if a peer had shown that it is a copy.
    func beginAnew() { renewal.ring() }

    /// Has whoever runs this node start it anew, once the answer at hand has left.
    func startAnew() {
        Task { [renewal] in
            do {
                try await Task.sleep(for: .milliseconds(Limits.restartMillis))
            } catch {
                return
            }
            renewal.restart()
        }
    }

    /// Calls back once this node must begin a new incarnation.
    func onRenewal(_ callback: @escaping @Sendable () -> Void) { renewal.set(callback) }

    /// Starts the links that this node dials: to the parent, once that knows this incarnation,
    /// and to neighbours.
    private func startLinks() {
        let isKnown = board.directory.region(of: store.signer.key) != nil
        if isKnown { dialParent() }
        for neighbour in settings.dialed { dial(neighbour.region, at: neighbour.url) }
        let task = Task {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.takeCare(isKnown: isKnown) }
                group.addTask { await self.keepCertificate() }
                group.addTask { await self.keepKeys() }
                group.addTask { await self.keepFindable() }
                group.addTask { await self.keepFigures() }
                group.addTask { await self.keepShelf() }
            }
        }
        care.withLock { $0 = task }
    }

    /// Keeps the link to the parent; a root has none.
    func dialParent() {
        if let url = settings.parentURL, let parent = settings.region.parent {
            dial(parent, at: url)
        }
    }

    /// Keeps a link to a peer from now on.
    package func dial(_ region: RegionID, at url: String) {
        let knowledge = ExchangeKnowledge(
            board: store.board, readers: store.readers, blobs: store.blobs,
            signer: store.signer, region: settings.region.id, peer: region)
        let peer = DialedPeer(
            url: url, knowledge: knowledge, storeEpoch: store.storeEpoch,
            intake: store.intake(clock, door.refusals),
            clock: clock, client: client, watch: PeerWatch(region: region, url: url),
            onRollback: { [renewal] in renewal.ring() },
            urn: { [weak self] in self?.urn(of: region) },
            authority: { [weak self] in self?.door.anchor(of: region) },
            onRefused: { [weak self] in await self?.introduce(to: region, at: url) },
            onTime: { [weak self] in self?.heard($0, from: region) })
        let task = Task { await peer.run() }
        let earlier = dialers.withLock { dialers in
            let earlier = dialers[region]
            dialers[region] = Dialling(peer: peer, task: task)
            return earlier
        }
        earlier?.task.cancel()
    }

    /// The peers that this node dials, by region.
    func dialled() -> [DialedPeer] {
        dialers.withLock { dialers in
            dialers.keys.sorted().compactMap { dialers[$0]?.peer }
        }
    }

    /// How it stands with each peer, by region.
    package func peerStates() -> [PeerState] {
        var states: [RegionID: PeerState] = [:]
        for watch in hub.watches { states[watch.now.region] = watch.now }
        for peer in dialled() { states[peer.watch.now.region] = peer.watch.now }
        return states.keys.sorted().compactMap { states[$0] }
    }

    /// Changes that the parent lacks, as far as is known here.
    func unsent() -> Int {
        guard let parent = settings.region.parent,
            let state = peerStates().first(where: { $0.region == parent })
        else { return 0 }
        return unsent(to: state)
    }

    /// Changes of the scopes shared with a peer that came after both sides last held the same.
    func unsent(to state: PeerState) -> Int {
        let news = board.news(
            since: nil, sharedBy: settings.region.id, and: state.region)
        var count = 0
        for scope in news.scopes {
            for head in scope.vector.heads {
                let agreed = state.agreed[scope.id]?[head.actor]?.seq ?? .none
                if head.seq > agreed { count += Int(head.seq.rawValue - agreed.rawValue) }
            }
        }
        return count
    }

    /// One full exchange with each dialled peer, or with the one named.
    package func exchange(with region: RegionID?) async throws -> [(RegionID, PeerState, Bool)] {
        var results: [(RegionID, PeerState, Bool)] = []
        for peer in dialled() where region == nil || peer.watch.now.region == region {
            let state = try await peer.exchangeNow()
            results.append((state.region, state, await peer.isEqual))
        }
        return results
    }

    /// Stops taking connections, finishes what was handed in, closes the store.
    package func stop() async {
        care.withLock { $0 }?.cancel()
        let links = dialers.withLock { dialers in Array(dialers.values) }
        for link in links { link.task.cancel() }
        board.close()
        if let running = server.withLock({ $0 }) { await running.drain() }
        client.stop()
        doorkeeper.stop()
        store.writer.stop()
    }
}

/// The sentences that more than one verb says, in both languages.
extension NodeRuntime.Failure {
    /// A directory that another user keeps closed.
    static func notOwner(_ data: String) -> NodeRuntime.Failure {
        NodeRuntime.Failure(
            "\(data) is not this user's: run it as the user that made the node",
            chinese: "\(data) 不属于当前用户，请用建立该节点的用户运行", exitCode: 5)
    }

    /// A directory without a node.
    static func noNode(_ data: String) -> NodeRuntime.Failure {
        NodeRuntime.Failure(
            "\(data) holds no node: make one with init --data \(data)",
            chinese: "\(data) 里没有节点，请先用 init --data \(data) 建立", exitCode: 2)
    }

    /// A file of the node that this user may not write.
    static func notWritable(_ path: String) -> NodeRuntime.Failure {
        NodeRuntime.Failure(
            "\(path) is not writable: run it as the user that made the node, "
                + "on a disk mounted for writing",
            chinese: "\(path) 不可写，请用建立该节点的用户运行，并确认磁盘可写", exitCode: 5)
    }

    /// Keys that cannot be had.
    static func keys(_ error: KeyFiles.Failure) -> NodeRuntime.Failure {
        NodeRuntime.Failure(error.sentence, chinese: error.chinese, exitCode: error.exitCode)
    }

    /// - Throws: Where this user may not open the directory or there is no node in it.
    static func check(_ directory: StoreDirectory) throws(NodeRuntime.Failure) {
        guard !directory.isForbidden else { throw .notOwner(directory.path) }
        guard directory.hasDatabase else { throw .noNode(directory.path) }
    }

    /// A store that cannot be had: full, held by another process, damaged or fenced.
    static func store(_ error: JournalError, _ data: String) -> NodeRuntime.Failure {
        let (english, chinese) =
            switch error {
            case .full:
                (
                    "the disk of \(data) is full: make room and start again",
                    "\(data) 所在磁盘已满，请腾出空间后重试"
                )
            case .locked(let why):
                (
                    "\(data) is in use by another process: stop that one first (\(why))",
                    "\(data) 正被另一个进程占用，请先停掉它（\(why)）"
                )
            case .damaged(let why):
                (
                    "\(data) is damaged: \(why). Restore it from a backup",
                    "\(data) 已损坏：\(why)。请从备份恢复"
                )
            case .fenced(let why):
                ("\(data) is fenced: \(why)", "\(data) 已被隔离：\(why)")
            case .failed(let why): ("\(data): \(why)", "\(data)：\(why)")
            }
        return NodeRuntime.Failure(english, chinese: chinese, exitCode: 3)
    }
}
