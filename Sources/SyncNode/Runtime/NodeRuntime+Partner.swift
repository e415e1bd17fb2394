import Base
import Change
import Domain
import Kernel
import Network

/// Corridors: stating a neighbouring county and dialling it.
extension NodeRuntime {
    /// Asks who listens at a URL, states it as a partner of this county, and keeps a link to it
    /// where this side is the one that dials.
    func addPartner(_ url: String, dials: Bool) async throws(Failure) -> RegionRecord {
        let response: ClientResponse
        do throws(ClientError) {
            response = try await client.send(ClientRequest("GET", url + "/sync/v1/identity"))
        } catch {
            throw Failure("\(url): \(error)", exitCode: 4)
        }
        guard response.status == 200, let json = NodeSettings.json(response.body),
            let record = json["region"].flatMap(NodeSettings.region),
            let key = json["key"]?.text.flatMap(IncarnationKey.init(text:)),
            let node = json["node"]?.text.flatMap(Hex.decode), node.count == 32
        else { throw Failure("\(url) does not say who it is", exitCode: 4) }
        let entry = DirectoryEntry.partner(record, key: key, node: Digest(bytes: node))
        do throws(Writer.Failure) {
            _ = try await store.writer.submit(.state([entry]))
        } catch {
            throw Failure("the partner could not be stored: \(error.words)", exitCode: 3)
        }
        if dials { dial(record.id, at: url) }
        return record
    }
}
