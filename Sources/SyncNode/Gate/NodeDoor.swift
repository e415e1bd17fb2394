package import Base
package import Change
package import Crypto
package import Domain
import Enrolment
package import HTTP
package import Host
package import Network
internal import Synchronization

/// Everything at a node's door: who it is, whom it lets in, and who was turned away.
package final class NodeDoor: Sendable {
    /// Invitations, requests and the authority that signs.
    package let desk: EnrolmentDesk
    /// Counts and tells of those turned away.
    package let refusals: RefusalLog
    private let folder: String
    private let cover: KeyCover
    private let state: Mutex<(credentials: NodeCredentials, gate: PeerGate)?>
    /// Counties of other trees, each with the anchor that is believed of it alone.
    private let partners = Mutex<[Partner]>([])

    private struct Partner {
        let region: RegionID
        let anchor: Certificate
        let gate: PeerGate
    }

    /// - Parameters:
    ///   - folder: The node's `keys/`.
    ///   - cover: What the keys there lie under.
    ///   - book: As the store keeps it; nil at the first start.
    /// - Throws: Where a file or the book is not of its form.
    package init(
        folder: String, under cover: KeyCover, book: [UInt8]?,
        clock: @escaping @Sendable () -> Int64, save: @escaping EnrolmentDesk.Save
    ) throws(KeyFiles.Failure) {
        let credentials = try NodeCredentials.load(from: folder, under: cover)
        var known = EnrolmentBook()
        if let book {
            guard let read = EnrolmentBook(book) else {
                throw KeyFiles.Failure(
                    sentence: "the store's list of invitations is not of its form")
            }
            known = read
        }
        self.folder = folder
        self.cover = cover
        state = Mutex(credentials.map { ($0, PeerGate(anchor: $0.anchor)) })
        desk = EnrolmentDesk(book: known, credentials: credentials, save: save)
        refusals = RefusalLog(clock: clock)
    }

    /// The node's certificate; nil where it was never enrolled.
    package var credentials: NodeCredentials? { state.withLock { $0?.credentials } }

    /// What the node shows on connections and whom it believes; nil where it was never enrolled.
    ///
    /// - Parameters:
    ///   - hosts: Further names and addresses at which it is dialled.
    ///   - list: Where this node serves its `RevocationList`; nil where that is not known.
    package func identity(
        hosts: [String], list: String?, at now: Instant
    ) throws(KeyFiles.Failure) -> TLSIdentity? {
        guard let credentials else { return nil }
        do throws(CryptoError) {
            return try credentials.identity(
                hosts: hosts, list: list, at: now, believing: anchors)
        } catch {
            throw KeyFiles.Failure(sentence: "\(folder)/tls.pem cannot be used: enrol it again")
        }
    }

    /// Keeps a newer certificate, and goes by it from now on.
    package func renew(_ chain: [Certificate]) async throws(KeyFiles.Failure) {
        try NodeCredentials.store(chain, in: folder)
        guard let fresh = try NodeCredentials.load(from: folder, under: cover) else { return }
        state.withLock { $0 = (fresh, PeerGate(anchor: fresh.anchor)) }
        await desk.renew(fresh)
    }

    /// Believes an anchor of one corridor partner, and of nobody else.
    package func trust(_ region: RegionID, by anchor: Certificate) {
        let partner = Partner(region: region, anchor: anchor, gate: PeerGate(anchor: anchor))
        partners.withLock { partners in
            partners.removeAll { $0.region == region }
            partners.append(partner)
        }
    }

    /// The anchor (PEM) that a partner's certificate must come from; nil for everybody else.
    package func anchor(of region: RegionID) -> [UInt8]? {
        partners.withLock { partners in partners.first { $0.region == region } }?.anchor.pem
    }

    /// Anchors (PEM) of all partners: callers may show certificates that come from them.
    package var anchors: [UInt8] {
        partners.withLock { partners in partners.flatMap(\.anchor.pem) }
    }

    /// The place whose node stands at the other end of a request.
    ///
    /// - Returns: nil where this node was never enrolled: it has nothing to tell others by.
    package func caller(
        _ peer: HTTPPeer?, in directory: Directory, at now: Instant
    ) throws(GateRefusal) -> RegionID? {
        guard let gate = state.withLock({ $0?.gate }) else { return nil }
        do throws(GateRefusal) {
            return try gate.peer(peer, at: now).region(in: directory).id
        } catch {
            guard let partner = try partner(peer, in: directory, at: now) else { throw error }
            return partner
        }
    }

    /// The partner at the other end: the node that was agreed with, proven by its own tree.
    ///
    /// - Returns: nil where no partner's tree vouches for the caller.
    private func partner(
        _ peer: HTTPPeer?, in directory: Directory, at now: Instant
    ) throws(GateRefusal) -> RegionID? {
        for trusted in partners.withLock({ $0 }) {
            let proven: PeerGate.Peer
            do throws(GateRefusal) {
                proven = try trusted.gate.peer(peer, at: now)
            } catch {
                continue
            }
            return try proven.partner(trusted.region, in: directory)
        }
        return nil
    }
}
