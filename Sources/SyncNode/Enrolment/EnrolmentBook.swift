package import Base
import Crypto

/// What a parent knows of those who come and came: invitations, requests, certificates issued.
///
/// A value: whoever owns it stores `encoded` before an answer leaves. Time and secrets are
/// arguments.
package struct EnrolmentBook: Hashable, Sendable {
    package private(set) var invitations: [Invitation] = []
    package private(set) var requests: [WaitingRequest] = []
    /// The latest certificate of each node, by region and node.
    package private(set) var issued: [IssuedCertificate] = []

    /// Nobody yet.
    package init() {}

    init(
        invitations: [Invitation], requests: [WaitingRequest], issued: [IssuedCertificate]
    ) {
        self.invitations = invitations
        self.requests = requests
        self.issued = issued
    }

    // MARK: by invitation

    /// Invites one new node to a place.
    ///
    /// - Parameters:
    ///   - replaces: The place's present node, where it is to be replaced.
    ///   - secret: `Limits.inviteSecretBytes` random bytes, for the code.
    package mutating func invite(
        _ code: RegionCode, _ name: String, hosts: [String], hours: Int,
        replaces: Digest? = nil, secret: [UInt8], at now: Instant
    ) throws(EnrolmentRefusal) -> Invitation {
        invariant((1...Limits.inviteHoursMax).contains(hours), "an invitation has its hours")
        let closed = invitations.firstIndex { $0.state(at: now) != "open" }
        if invitations.count >= Limits.invitationsMax {
            guard let closed else { throw .invitationsFull }
            invitations.remove(at: closed)
        }
        let invitation = Invitation(
            code: code, name: name, hosts: hosts, digest: InviteCode.digest(of: secret),
            until: now.advanced(byMillis: Int64(hours) * 3_600_000), replaces: replaces)
        invitations.append(invitation)
        return invitation
    }

    /// The invitation that a secret opens, unused.
    package func look(_ secret: [UInt8], at now: Instant) throws(EnrolmentRefusal) -> Invitation {
        invitations[try index(of: secret, for: nil, at: now)]
    }

    /// Uses an invitation up for one node. The same node may ask again until it expires: the
    /// answer may have been lost.
    package mutating func redeem(
        _ wish: EnrolmentWish, at now: Instant
    ) throws(EnrolmentRefusal) -> Invitation {
        let place = try index(of: wish.secret ?? [], for: wish.node, at: now)
        guard invitations[place].code == wish.code else { throw .codeRegion }
        invitations[place].usedBy = wish.node
        return invitations[place]
    }

    /// Takes an open invitation back.
    package mutating func withdraw(_ id: String, at now: Instant) throws(EnrolmentRefusal) {
        guard
            let place = invitations.firstIndex(where: {
                $0.id == id && $0.state(at: now) == "open"
            })
        else { throw .requestUnknown }
        invitations[place].isWithdrawn = true
    }

    private func index(
        of secret: [UInt8], for node: Digest?, at now: Instant
    ) throws(EnrolmentRefusal) -> Int {
        let digest = InviteCode.digest(of: secret)
        guard let place = invitations.firstIndex(where: { Mac.matches($0.digest, digest) })
        else { throw .codeUnknown }
        let invitation = invitations[place]
        if invitation.isWithdrawn { throw .codeWithdrawn }
        if let usedBy = invitation.usedBy, usedBy != node { throw .codeUsed }
        guard now < invitation.until else { throw .codeExpired }
        return place
    }

    // MARK: by request

    /// Takes a request in, or says how it stands.
    ///
    /// - Returns: The request; it is approved where an operator has done so.
    package mutating func ask(
        _ wish: EnrolmentWish, at now: Instant
    ) throws(EnrolmentRefusal) -> WaitingRequest {
        if let known = requests.first(where: { $0.node == wish.node && $0.code == wish.code }) {
            if known.state == .refused { throw .refused }
            return known
        }
        if requests.count >= Limits.enrolmentRequestsMax {
            guard let done = requests.firstIndex(where: { $0.state != .waiting }) else {
                throw .queueFull
            }
            requests.remove(at: done)
        }
        let request = WaitingRequest(
            code: wish.code, name: wish.name, hosts: wish.hosts, node: wish.node, at: now)
        requests.append(request)
        return request
    }

    /// Approves a waiting request: its node gets in when it asks next.
    package mutating func approve(_ id: String) throws(EnrolmentRefusal) -> WaitingRequest {
        try judge(id, .approved)
    }

    /// Refuses a waiting request: its node is told so from now on.
    package mutating func refuse(_ id: String) throws(EnrolmentRefusal) -> WaitingRequest {
        try judge(id, .refused)
    }

    private mutating func judge(
        _ id: String, _ state: WaitingRequest.State
    ) throws(EnrolmentRefusal) -> WaitingRequest {
        guard let place = requests.firstIndex(where: { $0.id == id && $0.state == .waiting })
        else { throw .requestUnknown }
        requests[place].state = state
        return requests[place]
    }

    // MARK: certificates

    /// Remembers what a node got last: for renewal, for warnings and for revoking.
    package mutating func note(_ certificate: IssuedCertificate) {
        var noted = certificate
        let before = issued(to: certificate.node, at: certificate.code)?.serials ?? []
        noted.serials = (before + certificate.serials).suffix(Limits.certificateSerialsMax)
        issued.removeAll {
            $0.code == certificate.code && $0.node == certificate.node
        }
        issued.append(noted)
        if issued.count > Limits.certificatesIssuedMax { issued.removeFirst() }
    }

    /// What a node got last here.
    package func issued(to node: Digest, at code: RegionCode) -> IssuedCertificate? {
        issued.last { $0.node == node && $0.code == code }
    }
}
