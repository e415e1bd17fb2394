package import Base
package import Change
package import Crypto
package import Domain
package import HTTP
internal import Synchronization

/// Tells from its certificate which node stands at the other end of a connection, and whether
/// the directory knows it there.
///
/// The handshake has checked the chain already; here it is checked again against the one anchor,
/// since who signed whom matters: each authority must be the next one's child.
package final class PeerGate: Sendable {
    /// A node as its certificate proves it.
    package struct Peer: Hashable, Sendable {
        package let subject: CertificateSubject
        /// Who signed, from its own authority or its parent up to the anchor.
        let issuers: [CertificateSubject]
        let notAfter: Instant
    }

    private let anchor: Certificate
    /// What was proven before, by the digest of what was shown.
    private let known = Mutex<[Digest: Peer]>([:])

    /// - Parameter anchor: Of the tree that this node belongs to.
    package init(anchor: Certificate) { self.anchor = anchor }

    /// Who it is. Costs a digest for a certificate that was seen before, some 0.1 ms a
    /// certificate of the chain for a new one.
    package func peer(
        _ caller: HTTPPeer?, at now: Instant
    ) throws(GateRefusal) -> Peer {
        guard let chain = caller?.chain else { throw .noCertificate }
        let digest = Hash.digest(chain, suite: .sha256Ed25519)
        let peer: Peer
        if let seen = known.withLock({ $0[digest] }) {
            peer = seen
        } else {
            peer = try prove(chain, at: now)
            known.withLock { known in
                if known.count >= Limits.sessionsMax * 4 { known.removeAll() }
                known[digest] = peer
            }
        }
        guard now < peer.notAfter else { throw .certificate(.expired) }
        return peer
    }

    private func prove(_ pem: [UInt8], at now: Instant) throws(GateRefusal) -> Peer {
        let chain: CertificateChain
        do throws(CryptoError) {
            chain = try CertificateChain(pem: pem)
        } catch {
            throw .certificate(.malformed)
        }
        do throws(CertificateChain.Refusal) {
            try chain.verify(against: anchor, at: now)
        } catch {
            throw .certificate(error)
        }
        var issuers: [CertificateSubject] = []
        var notAfter = min(chain.leaf.notAfter, anchor.notAfter)
        var last = chain.leaf
        // In order and each name once, so that there is one way only that a check could have gone.
        for authority in chain.certificates.dropFirst() where authority.der != anchor.der {
            guard last.issuer == authority.subject, authority.isAuthority,
                !issuers.contains(authority.subject)
            else { throw .certificate(.malformed) }
            issuers.append(authority.subject)
            notAfter = min(notAfter, authority.notAfter)
            last = authority
        }
        guard last.issuer == anchor.subject || last.der == anchor.der else {
            throw .certificate(.wrongAuthority)
        }
        if issuers.last != anchor.subject { issuers.append(anchor.subject) }
        return Peer(subject: chain.leaf.subject, issuers: issuers, notAfter: notAfter)
    }
}

extension PeerGate.Peer {
    /// The place at which the directory knows this node; its authority and all above must be
    /// nodes of the place's parents.
    package func region(in directory: Directory) throws(GateRefusal) -> RegionRecord {
        guard let record = directory.region(code: subject.region) else { throw .regionUnknown }
        guard directory.isNode(subject.node, of: record.id) else { throw .wrongNode }
        guard !directory.isRevoked(node: subject.node, of: record.id) else { throw .revoked }
        var place = record
        // A node's own authority signs for itself.
        for issuer in issuers where issuer != subject {
            guard let parent = place.parent.flatMap({ directory.region($0) }),
                parent.code == issuer.region
            else { throw .issuerNotParent }
            guard directory.isNode(issuer.node, of: parent.id) else { throw .issuerNotParent }
            guard !directory.isRevoked(node: issuer.node, of: parent.id) else { throw .revoked }
            place = parent
        }
        return record
    }
}

extension PeerGate.Peer {
    /// A partner whose tree vouches for this node; it must be the one that was agreed with.
    func partner(
        _ region: RegionID, in directory: Directory
    ) throws(GateRefusal) -> RegionID {
        guard let partner = directory.partners.first(where: { $0.record.id == region }),
            partner.record.code == subject.region
        else { throw .regionUnknown }
        guard directory.isNode(subject.node, of: region) else { throw .wrongNode }
        guard !directory.isRevoked(node: subject.node, of: region) else { throw .revoked }
        return region
    }
}

extension Directory {
    /// Whether a node has, or had, an incarnation that speaks for a region.
    package func isNode(_ node: Digest, of region: RegionID) -> Bool {
        seats(of: region).contains { $0.node == node }
            || latestIncarnation(of: region)?.node == node
    }
}
