import API
package import Base
import Change
import Crypto
import Domain
import Enrolment
import Gate
import HTTP
import Kernel
import Network
import Store

/// The node's door: its certificate, whom it lets in, and the renewal of both.
extension NodeRuntime {
    /// The last change of a chain before the first that is dated later than a moment; nil where
    /// that is the first. Reads the chain.
    func lastHead(
        of head: ChainHead, in scope: ScopeID, before moment: Instant
    ) async throws(JournalError) -> ChainHead? {
        let readers = store.readers
        return try await Blocking.run { () throws(JournalError) in
            try readers.read { (reader) throws(JournalError) in
                try Self.lastHead(of: head, in: scope, before: moment, reader)
            }
        }
    }

    private static func lastHead(
        of head: ChainHead, in scope: ScopeID, before moment: Instant, _ reader: SnapshotReader
    ) throws(JournalError) -> ChainHead? {
        var last: ChainHead?
        var seq = Seq(1)
        while seq <= head.seq {
            let dot = Dot(actor: head.actor, seq: seq)
            guard let change = try reader.change(at: dot, in: scope),
                change.header.time.millis <= moment.millis
            else { return last }
            last = change.head
            seq = seq.next
        }
        return last
    }

    static func openDoor(
        _ options: Options, _ store: OpenStore
    ) throws(Failure) -> NodeDoor {
        let book: [UInt8]?
        do throws(JournalError) {
            book = try store.readers.readLog { (reader) throws(JournalError) in
                try reader.value(EnrolmentBook.valueName)
            }
        } catch {
            throw .store(error, options.data)
        }
        do throws(KeyFiles.Failure) {
            return try NodeDoor(
                folder: options.data + "/keys", under: store.keys.cover, book: book,
                clock: { SystemClock.monotonicNanos() / 1_000_000 },
                save: { [writer = store.writer] bytes in
                    _ = try await writer.submit(.remember(EnrolmentBook.valueName, bytes))
                })
        } catch {
            throw .keys(error)
        }
    }

    /// Where this node serves the list of certificates that it took back: by the first name that
    /// the operator gave, else by the address it listens on; nil where neither leads here.
    static func listURL(of options: Options) -> String? {
        let host = options.hosts.first ?? (options.listen.isAny ? nil : options.listen.address)
        guard options.isSecure, let host, options.listen.port != 0 else { return nil }
        let name = host.contains(":") ? "[\(host)]" : host
        return "https://\(name):\(options.listen.port)/sync/v1/\(SyncRequestKind.list.rawValue)"
    }

    /// The same of this node.
    var listURL: String? { Self.listURL(of: options) }

    /// What the node shows as a client; nil where it was never enrolled.
    static func identity(
        of door: NodeDoor, _ options: Options
    ) throws(Failure) -> TLSIdentity? {
        var hosts = options.hosts
        if !options.listen.isAny { hosts.append(options.listen.address) }
        do throws(KeyFiles.Failure) {
            return try door.identity(
                hosts: hosts, list: listURL(of: options), at: SystemClock.now())
        } catch {
            throw .keys(error)
        }
    }

    /// What the server shows; nil speaks in the clear, which only loopback may.
    func serverIdentity() throws(Failure) -> TLSIdentity? {
        var own = options.isSecure ? try Self.identity(of: door, options) : nil
        if let given = options.tls {
            own?.others = [(given.certificate, given.key)]
            own = own ?? given
        }
        invariant(
            own != nil || options.listen.isLoopback, "in the clear only loopback is listened on")
        return own
    }

    /// - Throws: Where the node would listen in the clear to others than its own machine.
    static func checkListen(_ options: Options) throws(Failure) {
        let hasOwn = NodeCredentials.isThere(in: options.data + "/keys")
        let isSecure = options.tls != nil || (options.isSecure && hasOwn)
        guard isSecure || options.listen.isLoopback else {
            throw Failure(
                "\(options.listen.text): in the clear a node listens on loopback only "
                    + "(plain-listen): enrol it, or give --cert and --key",
                chinese: "\(options.listen.text)：不加密时只能监听本机回环地址（plain-listen），"
                    + "请先入网或给出 --cert 和 --key", exitCode: 2)
        }
    }

    /// The place whose node asks; nil where nobody's certificate is asked for: in the demo, and
    /// at a node that was never enrolled.
    func caller(of request: HTTPRequest) throws(GateRefusal) -> RegionID? {
        if options.isDemo { return nil }
        guard door.credentials != nil || options.listen.isLoopback else { throw .noCertificate }
        return try door.caller(request.peer, in: board.directory, at: SystemClock.now())
    }

    /// What must stand in the certificate of a region's node.
    func urn(of region: RegionID) -> String? {
        let directory = board.directory
        let record =
            directory.region(region)
            ?? directory.partners.first { $0.record.id == region }?.record
        return record.map { CertificateSubject(region: $0.code, node: .zero).regionURN }
    }

    /// Who was turned away, by reason, and how long the certificate still holds.
    var doorMetrics: [Metric] {
        let refused = door.refusals.counts.map { entry in
            Metric.Sample(labels: [("reason", entry.name)], Double(entry.count))
        }
        var metrics = [
            Metric(
                "node_refusals", "Callers turned away at the door, by reason", .counter, refused)
        ]
        if let credentials = door.credentials {
            let left = credentials.notAfter.millis - SystemClock.now().millis
            metrics.append(
                Metric(
                    "node_certificate_seconds", "Until the node's certificate ends", .gauge,
                    Double(left / 1000)))
        }
        return metrics
    }

    /// Invites one new node to a place below this one.
    /// - Returns: The code to carry there.
    package func invite(_ code: RegionCode, _ name: String) async throws -> String {
        try await door.desk.invite(
            code, name, hosts: [], hours: Limits.inviteHours, at: SystemClock.now()
        ).0.text
    }

    // MARK: renewal

    /// Days until the node's certificate ends, below 0 afterwards; nil without one.
    var certificateDaysLeft: Int64? {
        door.credentials.map { SystemClock.now().wholeDays(until: $0.notAfter) }
    }

    func tellCertificate(_ status: inout NodeStatus) {
        status.certificateUntil = door.credentials?.notAfter
        status.certificateDaysLeft = Int(certificateDaysLeft ?? 0)
    }

    /// A certificate near its end is asked for anew, and what is shown on connections is made anew
    /// with it. Ends with the node.
    func keepCertificate() async {
        var told: Int64?
        var shown = SystemClock.now()
        var pause = 0
        repeat {
            shown = showAnew(since: shown)
            pause -= 1
            let left = certificateDaysLeft
            let isDue = left.map { $0 < Limits.certificateWarningDays } ?? false
            guard isDue || isSignedByFormer, pause <= 0 else { continue }
            let isNews = isDue && told != left
            if isNews, let left {
                Console.say(
                    "the certificate ends in \(left) days: it is being renewed. "
                        + "证书将在 \(left) 天后到期")
            }
            told = left
            let isDone = await renewCertificate(isQuiet: isDue && !isNews)
            // Another one that holds no longer: one above comes to its end.
            if isDone, certificateDaysLeft == left { pause = Limits.certificateRestRounds }
        } while await rest(Limits.certificateLookMillis)
    }

    /// An authority signs for itself what it shows, for as long as for others: it is made anew in
    /// time where the node runs on for longer.
    /// - Returns: Since when what is shown holds.
    private func showAnew(since shown: Instant) -> Instant {
        let now = SystemClock.now()
        let days = Limits.certificateDays - Limits.certificateWarningDays
        guard door.credentials?.isAuthority == true,
            now.millis - shown.millis > days * 86_400_000
        else { return shown }
        do {
            try showPresent()
            return now
        } catch {
            Console.say("what is shown on connections could not be made anew: \(error)")
            return shown
        }
    }

    /// Shows what the present certificate gives, to those who dial and to those who are dialled.
    private func showPresent() throws {
        client.renew(
            authority: door.credentials?.anchor.pem, identity: try Self.identity(of: door, options))
        if let shown = try serverIdentity() { try show(shown) }
    }

    /// Whether a machine above was replaced since the certificate was signed.
    var isSignedByFormer: Bool {
        guard let credentials = door.credentials else { return false }
        let directory = board.directory
        return zip(
            credentials.chain.dropFirst(), directory.ancestry(of: settings.region.id).dropFirst()
        ).contains { authority, region in
            directory.seat(of: region).map { $0.node != authority.subject.node } ?? false
        }
    }

    /// Asks the parent for another certificate for the same key, and goes by it at once.
    /// - Returns: Whether there is another one.
    @discardableResult
    func renewCertificate(isQuiet: Bool = false) async -> Bool {
        guard let url = settings.parentURL, let parent = settings.region.parent else {
            return false
        }
        do throws(Failure) {
            try await renewCertificate(at: url, of: parent)
            return true
        } catch {
            if !isQuiet {
                Console.say("the certificate could not be renewed: \(error.sentence)")
            }
            return false
        }
    }

    /// The same at a named parent; nothing where this node was never enrolled.
    func renewCertificate(at url: String, of parent: RegionID) async throws(Failure) {
        guard let credentials = door.credentials else { return }
        do {
            let own = settings.region
            let membership = MembershipRequest(
                code: own.code, name: own.name, region: own.id, keys: store.keys)
            let wish = EnrolmentWish(
                membership: membership.body, code: own.code, name: own.name,
                hosts: options.hosts,
                request: try CertificateRequest(
                    credentials.subject,
                    by: try NodeCredentials.key(
                        in: options.data + "/keys", under: store.keys.cover)),
                secret: nil, by: store.keys.node)
            // One that ran out opens no connection: the node's key proves it without.
            let isOver = credentials.notAfter <= SystemClock.now()
            let caller =
                isOver ? try HTTPClient(authority: credentials.anchor.pem, identity: nil) : client
            defer { if isOver { caller.stop() } }
            let answer = try await Enroller.join(url, wish, caller, urn: urn(of: parent))
            guard case .admitted(_, let chain) = answer else {
                throw Failure("\(url) has to approve it first", exitCode: 5)
            }
            try await door.renew(chain.certificates)
            try showPresent()
        } catch let failure as Failure {
            throw failure
        } catch let failure as Enroller.Failure {
            throw Failure(
                failure.sentence, chinese: failure.chinese, exitCode: failure.exitCode)
        } catch {
            throw Failure("\(error)", exitCode: 4)
        }
    }
}

extension NodeService {
    /// A node that is not dealt with: told why, logged and counted.
    func turnedAway(_ refusal: GateRefusal, _ request: HTTPRequest) -> HTTPResponse {
        runtime.door.refusals.note(refusal.name, from: request.peer?.address ?? "?")
        return Self.problem(403, refusal.name, refusal.title)
    }

    func turnedAway(_ refusal: EnrolmentRefusal, _ request: HTTPRequest) -> HTTPResponse {
        runtime.door.refusals.note(refusal.rawValue, from: request.peer?.address ?? "?")
        return Self.problem(403, refusal.rawValue, refusal.title)
    }
}
