package import Base
import Change
import Crypto
import Disk
package import Domain
import Enrolment
import Gate
import Kernel
import Network
import Store

/// `enroll`: making a node that its parent invited, or that asks to be let in.
package struct NodeJoining: Sendable {
    /// By what the parent is believed, and what lets this node in.
    package enum Leave: Sendable {
        case code(pin: [UInt8], secret: [UInt8])
        /// Without a code: the SHA-256 of the tree's anchor as an operator told it.
        case request(fingerprint: Digest, code: RegionCode, name: String)

        /// - Parameter code: As it was read out; nil where it was mistyped.
        package init?(code text: String) {
            guard let code = InviteCode(text) else { return nil }
            self = .code(pin: code.pin, secret: code.secret)
        }
    }

    /// Whether it can be a host's name or address in a certificate.
    package static func isHost(_ text: String) -> Bool { CertificateTemplate.isHost(text) }

    package let data: String
    package let url: String
    package let leave: Leave
    package let hosts: [String]
    private let suite: Suite

    /// - Parameter isSM2: Whether its changes are signed with SM2, over SM3; else Ed25519.
    package init(data: String, url: String, leave: Leave, hosts: [String], isSM2: Bool) {
        self.data = data
        self.url = url
        self.leave = leave
        self.hosts = hosts
        suite = isSM2 ? .sm3SM2 : .sha256Ed25519
    }

    /// What came of it.
    package enum Outcome: Sendable {
        case joined(RegionRecord)
        /// An operator at the parent has to approve it, by this name; then the same again.
        case waiting(id: String)
    }

    /// Makes keys, asks, and once let in makes the database. May be called again after a lost
    /// answer: the keys stay.
    package func run() async throws(NodeRuntime.Failure) -> Outcome {
        let directory = StoreDirectory(path: data)
        guard !directory.hasDatabase else {
            throw NodeRuntime.Failure(
                "\(data) holds a node already", chinese: "\(data) 里已经有一个节点", exitCode: 1)
        }
        let pin: [UInt8] =
            switch leave {
            case .code(let pin, _): pin
            case .request(let fingerprint, _, _):
                Array(fingerprint.bytes.prefix(Limits.invitePinBytes))
            }
        let client: HTTPClient
        do throws(NetworkError) {
            client = try HTTPClient(pin: pin)
        } catch {
            throw NodeRuntime.Failure("\(error)", exitCode: 4)
        }
        defer { client.stop() }
        let offer = try await offer(client)
        let keys = try makeKeys()
        let wish = try wish(offer, keys)
        let answer = try await Self.passing { () async throws(Enroller.Failure) in
            try await Enroller.join(url, wish, client)
        }
        guard case .admitted(let grant, let chain) = answer else {
            guard case .waiting(let id) = answer else { return .waiting(id: "") }
            return .waiting(id: id)
        }
        guard offer.place == nil || offer.place == grant.region.id,
            chain.certificates.last.map({ Array($0.fingerprint.bytes.prefix(pin.count)) == pin })
                ?? false
        else { throw NodeRuntime.Failure("the parent answers for another place", exitCode: 5) }
        do throws(KeyFiles.Failure) {
            try NodeCredentials.store(chain.certificates, in: data + "/keys")
        } catch {
            throw .keys(error)
        }
        let setup = NodeSetup(
            data: data, code: wish.code, name: wish.name,
            suite: keys.incarnation.publicKey.suite, parentURL: url)
        do throws(JournalError) {
            try setup.store(grant, keys, in: directory)
        } catch {
            throw .store(error, data)
        }
        return .joined(grant.region)
    }

    private func makeKeys() throws(NodeRuntime.Failure) -> KeyFiles {
        let folder = data + "/keys"
        do throws(KeyFiles.Failure) {
            let secret = try KeySecret.findOrMake(for: data)
            if !SmallFile.exists(folder + "/node") {
                try SmallFile.makeFolder(data)
                try KeyFiles.create(in: folder, suite: suite, under: secret)
            }
            return try KeyFiles(folder: folder, secret: secret)
        } catch {
            throw .keys(error)
        }
    }

    /// The place that there is for this node. A code that opens nothing leaves nothing behind.
    private func offer(
        _ client: HTTPClient
    ) async throws(NodeRuntime.Failure) -> Enroller.Offer {
        switch leave {
        case .code(_, let secret):
            try await Self.passing { () async throws(Enroller.Failure) in
                try await Enroller.look(url, secret, client)
            }
        case .request(_, let code, let name):
            Enroller.Offer(code: code, name: name, place: nil)
        }
    }

    private func wish(
        _ offer: Enroller.Offer, _ keys: KeyFiles
    ) throws(NodeRuntime.Failure) -> EnrolmentWish {
        let secret: [UInt8]? = if case .code(_, let known) = leave { known } else { nil }
        let membership = MembershipRequest(
            code: offer.code, name: offer.name, region: offer.place, keys: keys)
        let key: CertificateKey
        do throws(KeyFiles.Failure) {
            key = try NodeCredentials.key(in: data + "/keys", under: keys.cover)
        } catch {
            throw .keys(error)
        }
        do throws(CryptoError) {
            let request = try CertificateRequest(
                CertificateSubject(region: offer.code, node: keys.nodeID), by: key)
            return EnrolmentWish(
                membership: membership.body, code: offer.code, name: offer.name,
                hosts: hosts, request: request, secret: secret, by: keys.node)
        } catch {
            throw NodeRuntime.Failure("no request could be made: \(error)", exitCode: 3)
        }
    }

    private static func passing<Result>(
        _ body: () async throws(Enroller.Failure) -> Result
    ) async throws(NodeRuntime.Failure) -> Result {
        do throws(Enroller.Failure) {
            return try await body()
        } catch {
            throw NodeRuntime.Failure(
                error.sentence, chinese: error.chinese, exitCode: error.exitCode)
        }
    }
}
