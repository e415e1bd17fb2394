package import Base
package import Change
package import Crypto
package import Enrolment
package import Host
package import Network

/// The newcomer's side of the door.
package enum Enroller {
    /// Why it did not come in: one sentence, and the exit code of CONTRACT §2.
    package struct Failure: Error, Hashable, Sendable {
        package let sentence: String
        package let chinese: String
        package let exitCode: Int32
    }

    /// What a code is for, as the parent says.
    package struct Offer: Sendable {
        package let code: RegionCode
        package let name: String
        /// The place where it has a node already, which this one replaces.
        package let place: RegionID?

        package init(code: RegionCode, name: String, place: RegionID?) {
            self.code = code
            self.name = name
            self.place = place
        }
    }

    /// What came of asking.
    package enum Answer: Sendable {
        case admitted(MembershipGrant, CertificateChain)
        /// An operator has to look at it, by this name.
        case waiting(id: String)
    }

    /// Asks what a code is for. Believes the parent by the code alone: the client must be pinned.
    package static func look(
        _ url: String, _ secret: [UInt8], _ client: HTTPClient
    ) async throws(Failure) -> Offer {
        var writer = JSONWriter()
        writer.object { object in
            object.field("step", "look")
            object.field("secret", Hex.encode(secret))
        }
        let (_, json) = try await send(writer.bytes, to: url, client, urn: nil)
        guard let code = json["region"]?.text.flatMap(RegionCode.init(_:)),
            let name = json["name"]?.text
        else { throw .malformed(url) }
        return Offer(
            code: code, name: name, place: json["place"]?.text.flatMap(RegionID.init(hex:)))
    }

    /// Asks to come in, or for another certificate.
    ///
    /// - Parameter urn: What must stand in the parent's certificate, where it is known.
    package static func join(
        _ url: String, _ wish: EnrolmentWish, _ client: HTTPClient, urn: String? = nil
    ) async throws(Failure) -> Answer {
        var writer = JSONWriter()
        writer.object { object in
            object.field("step", "join")
            wish.write(to: &object)
        }
        let (status, json) = try await send(writer.bytes, to: url, client, urn: urn)
        if status == 202, let id = json["id"]?.text { return .waiting(id: id) }
        guard let grant = json["grant"]?.text.flatMap(Hex.decode).flatMap(MembershipGrant.init(_:)),
            let pem = json["chain"]?.text
        else { throw .malformed(url) }
        do throws(CryptoError) {
            let chain = try CertificateChain(pem: Array(pem.utf8))
            guard chain.leaf.subject == wish.request.subject else { throw .badCertificate }
            return .admitted(grant, chain)
        } catch {
            throw .malformed(url)
        }
    }

    private static func send(
        _ body: [UInt8], to url: String, _ client: HTTPClient, urn: String?
    ) async throws(Failure) -> (UInt16, JSON) {
        guard url.hasPrefix("https://") else {
            throw Failure(
                sentence: "\(url): a parent is reached over https:// only",
                chinese: "\(url)：上级地址必须以 https:// 开头", exitCode: 2)
        }
        var request = ClientRequest("POST", url + "/sync/v1/enrol", body: body)
        request.headers = [("Content-Type", "application/json")]
        request.peerURN = urn
        request.responseBytesMax = Limits.grantBytesMax
        let response: ClientResponse
        do throws(ClientError) {
            response = try await client.send(request)
        } catch .tls(let why) {
            throw Failure(
                sentence: "\(url) is not the parent that the code names: \(why)",
                chinese: "\(url) 不是邀请码所指的上级：\(why)", exitCode: 5)
        } catch {
            throw Failure(
                sentence: "the parent at \(url) cannot be reached: \(error)",
                chinese: "连不上上级 \(url)：\(error)", exitCode: 4)
        }
        let json = NodeSettings.json(response.body) ?? .null
        guard response.status == 200 || response.status == 202 else {
            let rule = json["rule"]?.text ?? "\(response.status)"
            throw Failure(
                sentence: "the parent refused: \(rule)",
                chinese: "上级拒绝：\(json["title"]?.text ?? "")（\(rule)）",
                exitCode: response.status == 503 ? 4 : 5)
        }
        return (response.status, json)
    }
}

extension Enroller.Failure {
    static func malformed(_ url: String) -> Enroller.Failure {
        Enroller.Failure(
            sentence: "\(url) does not answer as a node does",
            chinese: "\(url) 的应答不是节点的应答", exitCode: 4)
    }
}
