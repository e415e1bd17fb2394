import Base
import Change
import Crypto
import Domain
import Gate
import Host
import Kernel
import Network
import Store

/// Corridors: stating a neighbouring county, dialling it, and knowing it again after either side
/// began a new incarnation.
extension NodeRuntime {
    /// This node as it shows itself.
    var card: NodeCard {
        let own = settings.region.id
        let seat = board.directory.seats(of: own).last { $0.key == store.signer.key }
        return NodeCard(region: settings.region, epoch: seat?.epoch ?? 0, keys: store.keys)
    }

    /// Asks who listens at a URL, states it as a partner of this county, and keeps a link to it
    /// where this side is the one that dials, now and after every start.
    ///
    /// - Parameter fingerprint: SHA-256 of the anchor of the partner's tree, as its operator read
    ///   it out; nil where both are on one machine in the clear.
    func addPartner(
        _ url: String, dials: Bool, fingerprint: Digest? = nil
    ) async throws(Failure) -> RegionRecord {
        if let fingerprint {
            let (card, anchor) = try await Self.pinned(at: url, fingerprint)
            return try await add(card, at: url, dials: dials, by: anchor)
        }
        return try await add(
            try await Self.card(at: url, client), at: url, dials: dials, by: nil)
    }

    private func add(
        _ card: NodeCard, at url: String, dials: Bool, by anchor: Certificate?
    ) async throws(Failure) -> RegionRecord {
        guard card.epoch > 0 else {
            throw Failure("\(url) has no seat yet: try again later", exitCode: 5)
        }
        guard card.region.id != settings.region.id else {
            throw Failure("\(url) is this node itself", exitCode: 2)
        }
        try await state(card)
        let region = card.region.id
        try await remember { settings in
            if let anchor {
                settings.trusted.removeAll { $0.region == region }
                settings.trusted.append(NodeSettings.Trust(region: region, anchor: anchor.pem))
            }
            if dials {
                settings.dialed.removeAll { $0.region == region }
                settings.dialed.append(NodeSettings.Neighbour(region: region, url: url))
            }
        }
        if let anchor {
            door.trust(region, by: anchor)
            if let shown = try serverIdentity() {
                do throws(NetworkError) {
                    try show(shown)
                } catch {
                    throw Failure("\(error)", exitCode: 3)
                }
            }
        }
        if dials { dial(region, at: url) }
        return card.region
    }

    /// Who listens at a URL, and the anchor of its tree, which has the fingerprint.
    private static func pinned(
        at url: String, _ fingerprint: Digest
    ) async throws(Failure) -> (NodeCard, Certificate) {
        guard url.hasPrefix("https://") else {
            throw Failure(
                "\(url): a partner is reached over https:// (plain-link)",
                chinese: "\(url)：跨县协作必须用 https://（plain-link）", exitCode: 2)
        }
        let pinned: HTTPClient
        do throws(NetworkError) {
            pinned = try HTTPClient(
                pin: Array(fingerprint.bytes.prefix(Limits.invitePinBytes)))
        } catch {
            throw Failure("\(error)", exitCode: 4)
        }
        defer { pinned.stop() }
        let response = try await send(ClientRequest("GET", url + "/sync/v1/identity"), pinned)
        guard response.status == 200, let json = NodeSettings.json(response.body),
            let card = NodeCard(json)
        else { throw Failure("\(url) does not say who it is", exitCode: 4) }
        do throws(CryptoError) {
            let shown = try Certificate.list(pem: Array((json["anchor"]?.text ?? "").utf8))
            guard shown.count == 1, shown[0].isAnchor, shown[0].fingerprint == fingerprint else {
                throw .badCertificate
            }
            return (card, shown[0])
        } catch {
            throw Failure(
                "\(url) belongs to another tree than the fingerprint (wrong-authority)",
                chinese: "\(url) 的根证书与指纹不符（wrong-authority）", exitCode: 5)
        }
    }

    /// What was agreed with partners of other trees, as the settings keep it: at the start.
    func believePartners() throws(Failure) {
        for trust in settings.trusted {
            do throws(CryptoError) {
                guard let anchor = try Certificate.list(pem: trust.anchor).first else {
                    throw .badCertificate
                }
                door.trust(trust.region, by: anchor)
            } catch {
                throw Failure("the settings hold a certificate that is none", exitCode: 3)
            }
        }
    }

    /// A partner shows the card of its next incarnation: stated where the node is the one that
    /// was agreed with.
    ///
    /// - Returns: Whether it is known now.
    func renewPartner(_ card: NodeCard) async throws(Failure) -> Bool {
        let known = board.directory.partners.last { $0.record.id == card.region.id }
        guard let known, known.seat.node == card.node, card.epoch > 0,
            !board.directory.isRevoked(card.key)
        else { return false }
        let isStated =
            known.seat.key == card.key && known.seat.epoch == card.epoch
            && board.directory.agreement(of: card.region.id) == card.agreement
        if !isStated { try await state(card) }
        return true
    }

    /// One side of a link to a neighbour does not know the other: each is shown the other's
    /// card.
    func introduce(toPartner region: RegionID, at url: String) async throws(Failure) {
        let urn = urn(of: region)
        let anchor = door.anchor(of: region)
        let theirs = try await Self.card(at: url, client, urn: urn, by: anchor)
        guard theirs.region.id == region, try await renewPartner(theirs) else {
            throw Failure("\(url) is not the partner that was agreed with", exitCode: 5)
        }
        let own = card
        guard own.epoch > 0 else { return }
        var writer = JSONWriter()
        writer.object { object in object.object("card") { own.write(to: &$0) } }
        var request = ClientRequest("POST", url + "/sync/v1/partner", body: writer.bytes)
        request.headers = [("Content-Type", "application/json")]
        if url.hasPrefix("https://") { request.peerURN = urn }
        request.authority = anchor
        let response = try await Self.send(request, client)
        guard response.status == 200 else {
            throw Failure("\(url) does not know this incarnation", exitCode: 5)
        }
    }

    private func state(_ card: NodeCard) async throws(Failure) {
        do throws(Writer.Failure) {
            _ = try await store.writer.submit(.state(card.statements))
        } catch {
            throw Failure("the partner could not be stored: \(error.words)", exitCode: 3)
        }
    }

    private func remember(_ change: (inout NodeSettings) -> Void) async throws(Failure) {
        do {
            let stored = try store.readers.readLog { (reader) throws(JournalError) in
                try reader.value(NodeSettings.valueName)
            }
            guard var settings = stored.flatMap(NodeSettings.init) else { return }
            change(&settings)
            _ = try await store.writer.submit(
                .remember(NodeSettings.valueName, settings.encoded))
        } catch {
            throw Failure("the partner could not be stored: \(error)", exitCode: 3)
        }
    }

    private static func card(
        at url: String, _ client: HTTPClient, urn: String? = nil, by anchor: [UInt8]? = nil
    ) async throws(Failure) -> NodeCard {
        var request = ClientRequest("GET", url + "/sync/v1/identity")
        if url.hasPrefix("https://") { request.peerURN = urn }
        request.authority = anchor
        let response = try await send(request, client)
        guard response.status == 200,
            let card = NodeSettings.json(response.body).flatMap(NodeCard.init)
        else { throw Failure("\(url) does not say who it is", exitCode: 4) }
        return card
    }

    private static func send(
        _ request: ClientRequest, _ client: HTTPClient
    ) async throws(Failure) -> ClientResponse {
        do throws(ClientError) {
            return try await client.send(request)
        } catch {
            throw Failure("\(request.url): \(error)", exitCode: 4)
        }
    }
}
