internal import Base
internal import CLinux
internal import Glibc
internal import HTTP
internal import Synchronization

/// One thread that waits for sockets and serves its connections, one after another.
///
/// Everything below `// loop` is touched by that thread alone; other threads only `post`.
// @unchecked: the compiler cannot see that the unguarded state belongs to one thread.
final class EventLoop: @unchecked Sendable {
    /// What other threads ask of the loop.
    enum Message: Sendable {
        case respond(Connection, ticket: UInt64, HTTPResponse)
        case start(Connection, ticket: UInt64, HTTPResponse, ResponseEncoder.Length, StreamState)
        case write(Connection, ticket: UInt64, [UInt8])
        case end(Connection, ticket: UInt64, isWhole: Bool)
        case drain(graceMillis: Int64)
    }

    private struct Inbox {
        var messages: [Message] = []
        var isEnded = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private static let listenerMark = UInt64.max
    private static let wakeMark = UInt64.max - 1
    private static let eventsMax = 256

    let service: Service
    private let inbox = Mutex(Inbox())
    private let thread = Atomic<UInt>(0)
    private let epoll: Descriptor
    private let wake: Descriptor

    // loop
    private(set) var now = MonotonicTime.millis()
    private(set) var date: [UInt8] = []
    private var dateSecond = Int64.min
    private(set) var connections: [Connection?] = []
    private(set) var connectionCount = 0
    private var generation: UInt32 = 0
    private var refusedCount = 0
    /// Where the search for a connection that gives way goes on.
    private var hand = 0
    private var wheel: TimerWheel
    private var resumed: [Connection] = []
    private(set) var drainEnd: Int64?
    private var acceptsAgainAt: Int64?
    private var events = [epoll_event](repeating: epoll_event(), count: eventsMax)
    /// Where sockets are read into; taken over by nobody beyond one read.
    var scratch = [UInt8](repeating: 0, count: Limits.readBytesMax)
    /// The same for what a cipher gives; empty where the server speaks in the clear.
    var plain: [UInt8]

    init(_ service: Service) throws(NetworkError) {
        self.service = service
        epoll = try Descriptor(epoll_create1(Int32(EPOLL_CLOEXEC)), "epoll_create1")
        wake = try Descriptor(
            eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC)), "eventfd")
        wheel = TimerWheel(now: now)
        plain = [UInt8](repeating: 0, count: service.isSecure ? Limits.readBytesMax : 0)
        let exclusive = EPOLLIN.rawValue | EPOLLEXCLUSIVE.rawValue
        try watch(service.listener.raw, exclusive, Self.listenerMark)
        try watch(wake.raw, EPOLLIN.rawValue, Self.wakeMark)
    }

    var isDraining: Bool { drainEnd != nil }

    /// Whether the caller is on this loop's thread.
    var isCurrent: Bool { thread.load(ordering: .relaxed) == OwnThread.current }

    func start(_ name: String) throws(NetworkError) {
        try OwnThread.start(name) { self.run() }
    }

    /// Hands a message over. Any thread; wakes the loop only where it may be waiting.
    func post(_ message: Message) {
        let mustWake = inbox.withLock { inbox in
            guard !inbox.isEnded else { return false }
            inbox.messages.append(message)
            return inbox.messages.count == 1
        }
        guard mustWake else { return }
        var one: UInt64 = 1
        let count = Glibc.write(wake.raw, &one, 8)
        invariant(count == 8 || errno == EAGAIN, "an eventfd takes a wake-up")
    }

    /// Waits until the loop has ended.
    func ended() async {
        await withCheckedContinuation { continuation in
            let isOver = inbox.withLock { inbox in
                if !inbox.isEnded { inbox.waiters.append(continuation) }
                return inbox.isEnded
            }
            if isOver { continuation.resume() }
        }
    }

    // MARK: the loop

    private func run() {
        thread.store(OwnThread.current, ordering: .relaxed)
        while !isOver {
            let count = wait()
            readClocks()
            for index in 0..<count { handle(events[index]) }
            takeMessages()
            resumeConnections()
            handleDeadlines()
        }
        finish()
    }

    private var isOver: Bool {
        guard let drainEnd else { return false }
        return connectionCount == 0 || now >= drainEnd
    }

    private func finish() {
        for connection in connections { connection?.close() }
        let waiters = inbox.withLock { inbox in
            inbox.isEnded = true
            inbox.messages = []
            return inbox.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    private func wait() -> Int {
        var timeout = Int64(-1)
        let due = min(wheel.nextDue, drainEnd ?? .max, acceptsAgainAt ?? .max)
        if !resumed.isEmpty {
            timeout = 0
        } else if due < .max {
            timeout = min(max(due - now, 0), 60_000)
        }
        let count = epoll_wait(epoll.raw, &events, Int32(Self.eventsMax), Int32(timeout))
        if count < 0 {
            invariant(errno == EINTR, "waiting for sockets can only be interrupted")
            return 0
        }
        return Int(count)
    }

    private func readClocks() {
        now = MonotonicTime.millis()
        let wall = MonotonicTime.wall()
        if wall.millis / 1000 != dateSecond {
            dateSecond = wall.millis / 1000
            date = HTTPDate.encode(wall)
        }
    }

    private func handle(_ event: epoll_event) {
        let mark = event.data.u64
        if mark == Self.listenerMark {
            acceptConnections()
        } else if mark == Self.wakeMark {
            var count: UInt64 = 0
            let bytes = Glibc.read(wake.raw, &count, 8)
            invariant(bytes == 8 || errno == EAGAIN, "an eventfd gives its count")
        } else if let connection = find(
            Int32(truncatingIfNeeded: mark), UInt32(truncatingIfNeeded: mark >> 32))
        {
            connection.handle(events: event.events)
        }
    }

    /// The connection of a descriptor, unless the descriptor has another owner by now.
    private func find(_ socket: Int32, _ generation: UInt32) -> Connection? {
        guard let connection = connections[Int(socket)], connection.generation == generation else {
            return nil
        }
        return connection
    }

    private func takeMessages() {
        let messages = inbox.withLock { inbox in
            let messages = inbox.messages
            inbox.messages = []
            return messages
        }
        for message in messages {
            switch message {
            case .respond(let connection, let ticket, let response):
                connection.respond(ticket, response)
            case .start(let connection, let ticket, let response, let length, let state):
                connection.startStream(ticket, response, length, state)
            case .write(let connection, let ticket, let bytes):
                connection.writeStream(ticket, bytes)
            case .end(let connection, let ticket, let isWhole):
                connection.endStream(ticket, isWhole: isWhole)
            case .drain(let grace): beginDrain(grace)
            }
        }
    }

    /// Goes on with connections whose answer came outside of their own turn.
    private func resumeConnections() {
        guard !resumed.isEmpty else { return }
        let connections = resumed
        resumed = []
        for connection in connections { connection.resume() }
    }

    /// Asks for a turn of `connection` before the loop waits again.
    func resumeLater(_ connection: Connection) { resumed.append(connection) }

    // MARK: deadlines

    /// - Returns: When the connection will be asked; at most its deadline.
    func setTimer(_ connection: Connection, at time: Int64) -> Int64 {
        let key = TimerWheel.Key(
            socket: connection.socket.raw, generation: connection.generation)
        return wheel.set(key, at: time)
    }

    private func handleDeadlines() {
        for (key, at) in wheel.due(now: now) {
            find(key.socket, key.generation)?.timerFired(setFor: at)
        }
        if let time = acceptsAgainAt, now >= time {
            acceptsAgainAt = nil
            if !isDraining { listen(true) }
        }
    }

    private func beginDrain(_ grace: Int64) {
        let end = now + grace
        if let drainEnd {
            self.drainEnd = min(drainEnd, end)
            return
        }
        drainEnd = end
        if acceptsAgainAt == nil { listen(false) }
        acceptsAgainAt = nil
        // On Linux this ends the listening itself: callers are refused, not left in a queue.
        _ = shutdown(service.listener.raw, Int32(SHUT_RDWR))
        for connection in connections { connection?.drain() }
    }

    // MARK: connections

    private func acceptConnections() {
        guard !isDraining else { return }
        for _ in 0..<Limits.acceptsPerTurnMax {
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let raw = Endpoint.withSocketAddress(&storage) {
                clinux_accept(
                    service.listener.raw, $0, &length,
                    Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue))
            }
            if raw >= 0 {
                adopt(raw, storage)
                continue
            }
            switch errno {
            case EMFILE, ENFILE, ENOBUFS, ENOMEM:
                // Out of descriptors: taking a rest is better than spinning on the same call.
                listen(false)
                acceptsAgainAt = now + 100
                return
            case EINTR, ECONNABORTED, EPROTO: continue
            default: return
            }
        }
    }

    private func adopt(_ raw: Int32, _ storage: sockaddr_storage) {
        do throws(NetworkError) {
            let socket = try Descriptor(raw, "accept4")
            let total = service.connections.add(1, ordering: .relaxed).newValue
            var isRefused = total > service.limits.connectionsMax
            if isRefused, let unfinished = nextUnfinished() {
                unfinished.giveWay()
                isRefused = false
            }
            if isRefused {
                // Those who are only being told so take no place from anyone.
                service.connections.subtract(1, ordering: .relaxed)
                if service.isSecure || refusedCount >= Limits.refusedConnectionsMax { return }
            }
            generation &+= 1
            let peer = Endpoint(storage)
            let connection = Connection(
                socket, generation, self,
                HTTPPeer(address: peer.address, port: peer.port), isRefused: isRefused)
            while connections.count <= Int(raw) { connections.append(nil) }
            connections[Int(raw)] = connection
            connectionCount += 1
            if isRefused { refusedCount += 1 }
            let flags =
                EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
            try watch(raw, flags, UInt64(generation) << 32 | UInt64(UInt32(raw)))
            connection.begin()
        } catch {
            // The socket could not be watched: its caller sees it closed, others are served.
            if let connection = connections.indices.contains(Int(raw)) ? connections[Int(raw)] : nil
            {
                connection.close()
            }
        }
    }

    /// A connection that has not said yet what it wants, where there is one: those that hold
    /// places open for nothing leave room for others, each in its turn.
    private func nextUnfinished() -> Connection? {
        for _ in connections.indices {
            hand = hand + 1 < connections.count ? hand + 1 : 0
            if let connection = connections[hand], connection.isUnfinished { return connection }
        }
        return nil
    }

    /// Forgets a connection that has closed.
    func forget(_ connection: Connection) {
        let index = Int(connection.socket.raw)
        invariant(connections[index] === connection, "a connection is forgotten once")
        connections[index] = nil
        connectionCount -= 1
        if connection.isRefused {
            refusedCount -= 1
        } else {
            service.connections.subtract(1, ordering: .relaxed)
        }
        // Watched descriptors are kept alive by nothing else: closing would do, this is prompt.
        _ = epoll_ctl(epoll.raw, EPOLL_CTL_DEL, connection.socket.raw, nil)
    }

    private func listen(_ isOn: Bool) {
        if isOn {
            do throws(NetworkError) {
                let flags = EPOLLIN.rawValue | EPOLLEXCLUSIVE.rawValue
                try watch(service.listener.raw, flags, Self.listenerMark)
            } catch {
                acceptsAgainAt = now + 1000
            }
        } else {
            let code = epoll_ctl(epoll.raw, EPOLL_CTL_DEL, service.listener.raw, nil)
            invariant(code == 0, "the listening socket was watched")
        }
    }

    private func watch(_ raw: Int32, _ flags: UInt32, _ mark: UInt64) throws(NetworkError) {
        var event = epoll_event()
        event.events = flags
        event.data.u64 = mark
        guard epoll_ctl(epoll.raw, EPOLL_CTL_ADD, raw, &event) == 0 else {
            throw NetworkError.last("epoll_ctl", address: "")
        }
    }
}
