import Base
import Change
import Domain
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
    func addPartner(_ url: String, dials: Bool) async throws(Failure) -> RegionRecord {
        let card = try await Self.card(at: url, client)
        guard card.epoch > 0 else {
            throw Failure("\(url) has no seat yet: try again later", exitCode: 5)
        }
        try await state(card)
        if dials {
            try await remember(NodeSettings.Neighbour(region: card.region.id, url: url))
            dial(card.region.id, at: url)
        }
        return card.region
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
        let theirs = try await Self.card(at: url, client)
        guard theirs.region.id == region, try await renewPartner(theirs) else {
            throw Failure("\(url) is not the partner that was agreed with", exitCode: 5)
        }
        let own = card
        guard own.epoch > 0 else { return }
        var writer = JSONWriter()
        writer.object { object in object.object("card") { own.write(to: &$0) } }
        var request = ClientRequest("POST", url + "/sync/v1/partner", body: writer.bytes)
        request.headers = [("Content-Type", "application/json")]
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

    private func remember(_ neighbour: NodeSettings.Neighbour) async throws(Failure) {
        do {
            let stored = try store.readers.readLog { (reader) throws(JournalError) in
                try reader.value(NodeSettings.valueName)
            }
            guard var settings = stored.flatMap(NodeSettings.init) else { return }
            settings.dialed.removeAll { $0.region == neighbour.region }
            settings.dialed.append(neighbour)
            _ = try await store.writer.submit(
                .remember(NodeSettings.valueName, settings.encoded))
        } catch {
            throw Failure("the partner could not be stored: \(error)", exitCode: 3)
        }
    }

    private static func card(
        at url: String, _ client: HTTPClient
    ) async throws(Failure) -> NodeCard {
        let response = try await send(ClientRequest("GET", url + "/sync/v1/identity"), client)
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
