package import Base
package import Crypto
package import Enrolment
import Host

/// Where a node takes others in: one book, stored before each answer leaves, and the authority
/// that signs. One at a time, so that a code opens once.
package actor EnrolmentDesk {
    /// Stores the book durably; throws where the node cannot.
    package typealias Save = @Sendable ([UInt8]) async throws -> Void

    /// How a newcomer stands.
    package enum Standing: Sendable {
        /// It may come in, with these names and addresses in its certificate, and take the place
        /// of the node that is named.
        case admitted(hosts: [String], replaces: Digest?)
        /// An operator has to look at it.
        case waiting(WaitingRequest)
    }

    private var book: EnrolmentBook
    private var credentials: NodeCredentials?
    private let save: Save

    /// - Parameter credentials: nil at a node without an authority: it takes nobody in.
    package init(book: EnrolmentBook, credentials: NodeCredentials?, save: @escaping Save) {
        self.book = book
        self.credentials = credentials
        self.save = save
    }

    /// SHA-256 of the anchor: what a newcomer without a code compares.
    package var fingerprint: Digest? { credentials?.anchor.fingerprint }

    /// Signs with another certificate from now on.
    package func renew(_ credentials: NodeCredentials) { self.credentials = credentials }

    /// Invites one new node.
    /// - Returns: The code to carry there; it is kept nowhere.
    package func invite(
        _ code: RegionCode, _ name: String, hosts: [String], hours: Int,
        replaces: Digest? = nil, at now: Instant
    ) async throws -> (InviteCode, Invitation) {
        guard let credentials, credentials.isAuthority else {
            throw EnrolmentRefusal.noAuthority
        }
        let secret = SystemRandom.bytes(Limits.inviteSecretBytes)
        let made = try await change { (book) throws(EnrolmentRefusal) in
            try book.invite(
                code, name, hosts: hosts, hours: hours, replaces: replaces, secret: secret,
                at: now)
        }
        return (InviteCode(anchor: credentials.anchor.fingerprint, secret: secret), made)
    }

    /// What an unused code is for.
    package func look(_ secret: [UInt8], at now: Instant) throws(EnrolmentRefusal) -> Invitation {
        try book.look(secret, at: now)
    }

    /// Whether a newcomer may come in.
    ///
    /// - Parameter isKnown: Whether it is the place's present node, which needs no leave.
    package func judge(
        _ wish: EnrolmentWish, isKnown: Bool, at now: Instant
    ) async throws -> Standing {
        guard credentials?.isAuthority == true else { throw EnrolmentRefusal.noAuthority }
        if wish.secret != nil {
            let used = try await change { (book) throws(EnrolmentRefusal) in
                try book.redeem(wish, at: now)
            }
            return .admitted(hosts: used.hosts, replaces: used.replaces)
        }
        if isKnown {
            let last = book.issued(to: wish.node, at: wish.code)
            return .admitted(hosts: last?.hosts ?? [], replaces: nil)
        }
        let asked = try await change { (book) throws(EnrolmentRefusal) in
            try book.ask(wish, at: now)
        }
        return asked.state == .approved
            ? .admitted(hosts: asked.hosts, replaces: nil) : .waiting(asked)
    }

    /// Signs a certificate for one who was admitted, and remembers it.
    ///
    /// - Parameter list: Where this node serves its `RevocationList`; nil where that is not known.
    package func issue(
        _ wish: EnrolmentWish, hosts: [String], list: String?, at now: Instant
    ) async throws -> [Certificate] {
        guard let credentials, credentials.isAuthority else {
            throw EnrolmentRefusal.noAuthority
        }
        let chain = try credentials.issue(
            for: wish.request, hosts: hosts, list: list, at: now)
        let issued = IssuedCertificate(
            code: wish.code, node: wish.node, hosts: hosts, until: chain[0].notAfter,
            serials: [chain[0].serial])
        try await change { (book) throws(EnrolmentRefusal) in book.note(issued) }
        return chain
    }

    /// What of the certificates that were issued here is taken back, signed; nil at a node
    /// without an authority.
    ///
    /// - Parameter isEnded: Whether a node is not that of its place any more.
    package func list(
        at now: Instant, isEnded: (RegionCode, Digest) -> Bool
    ) throws -> [UInt8]? {
        guard let credentials, credentials.isAuthority else { return nil }
        let ended = book.issued.filter { isEnded($0.code, $0.node) && $0.until > now }
        return try credentials.list(of: ended.flatMap(\.serials), at: now)
    }

    /// Lets a waiting request in, or for false refuses it.
    package func decide(_ id: String, approves: Bool) async throws -> WaitingRequest {
        try await change { (book) throws(EnrolmentRefusal) in
            try approves ? book.approve(id) : book.refuse(id)
        }
    }

    /// Takes an open invitation back.
    package func withdraw(_ id: String, at now: Instant) async throws {
        try await change { (book) throws(EnrolmentRefusal) in try book.withdraw(id, at: now) }
    }

    /// Everything, for people.
    package func json(at now: Instant) -> [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        writer.object { book.write(to: &$0, at: now) }
        return writer.bytes
    }

    /// Those who wait for a word.
    package var waiting: [WaitingRequest] { book.requests.filter { $0.state == .waiting } }

    /// Changes a copy, stores it, and only then lets it count. Two at once would lose one, so the
    /// later waits for the earlier.
    private func change<Result: Sendable>(
        _ body: (inout EnrolmentBook) throws(EnrolmentRefusal) -> Result
    ) async throws -> Result {
        while isSaving { await withCheckedContinuation { queue.append($0) } }
        var copy = book
        let result = try body(&copy)
        guard copy != book else { return result }
        isSaving = true
        defer {
            isSaving = false
            let waiting = queue
            queue = []
            for one in waiting { one.resume() }
        }
        try await save(copy.encoded)
        book = copy
        return result
    }

    private var isSaving = false
    private var queue: [CheckedContinuation<Void, Never>] = []
}
