import Base
import Change
import Crypto
import Domain
import Foundation
import Gate
import HTTP
import Network
import Replication
import Testing

@testable import Runtime

@Suite(.serialized) struct AttackTests {
    private func anchor(_ county: SecureCounty) throws -> [UInt8] {
        try #require(county.runtime.door.credentials).anchor.pem
    }

    private func post(
        _ county: SecureCounty, as identity: TLSIdentity?, _ body: [UInt8] = [1]
    ) async throws -> (UInt16, String?) {
        let client = try HTTPClient(authority: try anchor(county), identity: identity)
        defer { client.stop() }
        let response = try await client.send(
            ClientRequest("POST", county.url + "/sync/v1/exchange", body: body))
        return (response.status, NodeSettings.json(response.body)?["rule"]?.text)
    }

    /// A certificate that the county's own authority signs, of whatever it is asked for.
    private func identity(
        _ county: SecureCounty, _ code: String, node: Digest, at: Instant = SystemClock.now(),
        by other: SecureCounty? = nil
    ) throws -> TLSIdentity {
        let credentials = try #require((other ?? county).runtime.door.credentials)
        let key = try CertificateKey(seed: SystemRandom.bytes(32))
        let subject = CertificateSubject(region: try #require(RegionCode(code)), node: node)
        let chain = try credentials.issue(
            for: try CertificateRequest(subject, by: key), hosts: [], at: at)
        return TLSIdentity(certificate: .bytes(chain.flatMap(\.pem)), key: .bytes(key.pem))
    }

    @Test func nobodyExchangesWithoutTheRightCertificate() async throws {
        let county = try await SecureCounty()
        let other = try await SecureCounty()
        let node = county.runtime.store.keys.nodeID
        #expect(try await post(county, as: nil) == (403, "no-certificate"))
        let unknown = try identity(county, "370124106201", node: node)
        #expect(try await post(county, as: unknown) == (403, "region-unknown"))
        let year: Int64 = 366 * 86_400_000
        let bad = [
            ("wrong-authority", try identity(county, "370124106201", node: node, by: other)),
            (
                "certificate-expired",
                try identity(
                    county, "370124106201", node: node,
                    at: SystemClock.now().advanced(byMillis: -year))
            ),
            (
                "certificate-not-yet-valid",
                try identity(
                    county, "370124106201", node: node,
                    at: SystemClock.now().advanced(byMillis: year))
            ),
        ]
        for (name, identity) in bad {
            await #expect(throws: ClientError.self, "\(name)") {
                try await post(county, as: identity)
            }
            try await County.until("\(name) is counted") { county.refusals()[name] == 1 }
        }
        let page = try await HTTPClient(authority: try anchor(county)).send(
            ClientRequest(
                "GET", county.url + "/metrics",
                headers: [("Authorization", try AdminToken.header(in: county.runtime.options.data))]
            ))
        let text = String(decoding: page.body, as: UTF8.self)
        for name in bad.map(\.0) + ["no-certificate", "region-unknown"] {
            #expect(text.contains("node_refusals_total{reason=\"\(name)\"} 1"))
        }
        await county.runtime.stop()
        await other.runtime.stop()
    }

    @Test func theRightAuthorityAndAnotherRegionSpeaksForNobody() async throws {
        let county = try await SecureCounty()
        let (path, town) = try await county.town()
        await town.stop()
        // The town's certificate, and a greeting in the county's own name.
        let credentials = try #require(try NodeCredentials.load(from: path + "/keys"))
        let identity = try credentials.identity(hosts: [], at: SystemClock.now())
        let keys = try KeyFiles(folder: path + "/keys")
        let hello = Hello(
            key: county.runtime.store.signer.key, region: county.runtime.settings.region.id,
            storeEpoch: .zero, nonce: SystemRandom.digest().prefix16, echo: .zero,
            dirRoot: .zero, clock: SystemClock.now(), proof: [])
        let own = Hello(
            key: IncarnationKey(keys.incarnation.publicKey), region: hello.region,
            storeEpoch: .zero, nonce: hello.nonce, echo: .zero, dirRoot: .zero,
            clock: hello.clock, proof: [])
        #expect(try await post(county, as: identity, Message([.hello(own)]).encode()).0 == 200)
        let stolen = try await post(county, as: identity, Message([.hello(hello)]).encode())
        #expect(stolen == (403, "wrong-region"))
        #expect(county.refusals()["wrong-region"] == 1)
        await county.runtime.stop()
    }

    @Test func aStandInForTheParentGetsNothing() async throws {
        let county = try await SecureCounty()
        let (path, town) = try await county.town()
        await town.stop()
        // Its own node answers at the place of the county: the right tree, another region.
        let twin = try await SecureCounty.start(path)
        let client = try HTTPClient(authority: try anchor(county))
        var request = ClientRequest(
            "GET", "https://" + (try #require(twin.endpoint)).text + "/guide")
        request.peerURN = "urn:syncnode:region:370124000000"
        let error = await #expect(throws: ClientError.self) { try await client.send(request) }
        #expect(error == .tls("wrong-region"))
        request.peerURN = "urn:syncnode:region:370124106000"
        #expect(try await client.send(request).status == 200)
        await twin.stop()
        await county.runtime.stop()
    }

    @Test func inTheClearOnlyLoopbackIsServed() async throws {
        let county = try await SecureCounty()
        await county.runtime.stop()
        var options = NodeRuntime.Options(
            data: county.data, listen: try Endpoint("0.0.0.0:0"))
        let failure = await #expect(throws: NodeRuntime.Failure.self) {
            _ = try await NodeRuntime.start(options)
        }
        #expect(failure?.sentence.contains("plain-listen") == true)
        #expect(Endpoint.isExposed("http://10.0.0.1:8370"))
        #expect(Endpoint.isExposed("http://127.evil.example/"))
        #expect(Endpoint.isExposed("http://127.0.0.1:1@evil.example"))
        #expect(!Endpoint.isExposed("http://127.0.0.1:8370/"))
        #expect(!Endpoint.isExposed("http://[::1]:8370"))
        options.listen = try Endpoint("127.0.0.1:0")
        let plain = try await NodeRuntime.start(options)
        let url = "http://" + (try #require(plain.endpoint)).text
        let response = try await HTTPClient().send(
            ClientRequest("POST", url + "/sync/v1/exchange", body: [1]))
        #expect(response.status == 403)
        #expect(NodeSettings.json(response.body)?["rule"]?.text == "no-certificate")
        await plain.stop()
    }

    @Test func strangersAtTheDoorAreNamed() async throws {
        let county = try await SecureCounty()
        let client = try HTTPClient(authority: try anchor(county))
        let bodies = [
            ("{\"step\":\"look\",\"secret\":\"00\"}", "code-unknown"),
            ("{\"step\":\"look\"}", "code-unknown"),
            ("{\"step\":\"join\",\"region\":\"370124106000\"}", "enrolment-malformed"),
            ("{\"step\":\"open\"}", "enrolment-malformed"),
        ]
        for (body, rule) in bodies {
            let response = try await client.send(
                ClientRequest("POST", county.url + "/sync/v1/enrol", body: Array(body.utf8)))
            #expect(response.status == 403)
            #expect(NodeSettings.json(response.body)?["rule"]?.text == rule)
        }
        for path in ["/../keys/tls", "/%2e%2e/keys/tls", "/sync/v1/../../keys/node"] {
            let response = try await client.send(ClientRequest("GET", county.url + path))
            #expect([400, 404].contains(response.status))
        }
        await county.runtime.stop()
    }
}
