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
    /// - Parameter hosts: Further names and addresses at which it is dialled.
    package func identity(
        hosts: [String], at now: Instant
    ) throws(KeyFiles.Failure) -> TLSIdentity? {
        guard let credentials else { return nil }
        do throws(CryptoError) {
            return try credentials.identity(hosts: hosts, at: now)
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

    /// The place whose node stands at the other end of a request.
    ///
    /// - Returns: nil where this node was never enrolled: it has nothing to tell others by.
    package func caller(
        _ peer: HTTPPeer?, in directory: Directory, at now: Instant
    ) throws(GateRefusal) -> RegionID? {
        guard let gate = state.withLock({ $0?.gate }) else { return nil }
        return try gate.peer(peer, at: now).region(in: directory).id
    }
}
