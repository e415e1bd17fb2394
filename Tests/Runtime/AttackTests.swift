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

    /// Neither the console nor programs, nor the operator's doors: each refusal has its name, is
    /// counted, and leaves nothing done.
    @Test func whoMayNotIsNamedAndCountedAtEveryDoor() async throws {
        let county = try await SecureCounty()
        let client = try HTTPClient(authority: try anchor(county))
        defer { client.stop() }
        func send(
            _ path: String, _ body: String, _ headers: [(String, String)] = []
        ) async throws -> ClientResponse {
            let isForm = path.hasPrefix("/console/")
            let type = isForm ? "application/x-www-form-urlencoded" : "application/json"
            return try await client.send(
                ClientRequest(
                    "POST", county.url + path, headers: [("Content-Type", type)] + headers,
                    body: Array(body.utf8)))
        }
        let token = try AdminToken.header(in: county.data)
        let own = [("Authorization", token)]
        let made = try await send(
            "/api/v1/accounts",
            #"{"login":"li","name":"李某","roles":["county-window"],"password":"ask-of-2026"}"#, own)
        #expect(made.status == 201)
        let login = try await send("/console/login", "login=li&password=ask-of-2026")
        let cookie = try #require(
            login.headers["set-cookie"]?.split(separator: ";").first.map(String.init))
        let session = [("Cookie", cookie)]
        let planted = [
            ("Cookie", cookie.prefix { $0 != "=" } + "=" + String(repeating: "a", count: 64))
        ]
        let near = String(token.dropLast()) + (token.hasSuffix("0") ? "1" : "0")
        let asked: [(String, String, [(String, String)], String)] = [
            ("/console/sync", "", session, "form-token"),
            ("/console/sync", "", session + [("Origin", "https://a.invalid")], "foreign-origin"),
            ("/api/v1/sync", "{}", session, "bearer-required"),
            ("/console/sync", "", planted, "login-required"),
            ("/api/v1/cases", "{}", [], "login-required"),
            ("/api/v1/cases", "{}", [("Authorization", near)], "login-required"),
            ("/api/v1/session", #"{"login":"li","password":"no"}"#, [], "login-wrong"),
            ("/console/login", "login=nobody&password=no", [], "login-wrong"),
            ("/console/late", "id=all&reason=x&confirmed=yes", session, "role-forbids"),
            ("/admin/v1/invite", #"{"act":"list"}"#, [], "not-admin"),
            ("/admin/v1/invite", #"{"act":"list"}"#, [("Authorization", near)], "not-admin"),
            ("/admin/v1/invite", #"{"act":"list"}"#, session, "not-admin"),
        ]
        var wanted: [String: Int] = [:]
        for (path, body, headers, name) in asked {
            let response = try await send(path, body, headers)
            #expect([401, 403].contains(response.status), "\(path) \(name)")
            let text = String(decoding: response.body, as: UTF8.self)
            #expect(name == "login-wrong" || text.contains(name), "\(path): \(text.prefix(200))")
            wanted[name, default: 0] += 1
        }
        for (name, count) in wanted { #expect(county.refusals()[name] == count, "\(name)") }
        let page = try await client.send(
            ClientRequest("GET", county.url + "/metrics", headers: own))
        let figures = String(decoding: page.body, as: UTF8.self)
        #expect(figures.contains("node_refusals_total{reason=\"form-token\"} 1"))
        #expect(try await send("/admin/v1/invite", #"{"act":"list"}"#, own).status == 200)
        await county.runtime.stop()
    }

    @Test func theRightAuthorityAndAnotherRegionSpeaksForNobody() async throws {
        let county = try await SecureCounty()
        let (path, town) = try await county.town()
        await town.stop()
        // The town's certificate, and a greeting in the county's own name.
        let keys = try KeyFiles(
            folder: path + "/keys", secret: KeySecret.find(for: path))
        let credentials = try #require(
            try NodeCredentials.load(from: path + "/keys", under: keys.cover))
        let identity = try credentials.identity(hosts: [], at: SystemClock.now())
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

    @Test func aNodeThatDialsWantsThePlaceInTheCertificate() async throws {
        let county = try await SecureCounty()
        let (_, town) = try await county.town()
        let path = county.folder.path + "/other"
        let code = try await SecureCounty.code(county.data, "370124107000", "安城镇")
        _ = try await SecureCounty.join(path, county.url, code)
        let other = try await SecureCounty.start(path)
        let parent = county.runtime.settings.region.id
        town.dial(parent, at: "https://" + (try #require(other.endpoint)).text)
        try await County.until("the right tree and another place is no parent") {
            town.peerStates().first { $0.region == parent }?.lastError?
                .contains("wrong-region") == true
        }
        for node in [town, other, county.runtime] { await node.stop() }
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

    /// What no reader of requests takes is refused before its body comes, and counted.
    @Test func brokenRequestsAreNamedAndCounted() async throws {
        let county = try await SecureCounty()
        await county.runtime.stop()
        let plain = try await NodeRuntime.start(
            NodeRuntime.Options(data: county.data, listen: try Endpoint("127.0.0.1:0")))
        let endpoint = try #require(plain.endpoint)
        let attacks = [
            (
                "POST /sync/v1/exchange HTTP/1.1\r\nHost: a\r\nContent-Length: 10737418240\r\n\r\n",
                413, "bodyTooLong"
            ),
            ("GET /../keys/tls HTTP/1.1\r\nHost: a\r\n\r\n", 400, "badPath"),
            ("GET /a%00b HTTP/1.1\r\nHost: a\r\n\r\n", 400, "badPath"),
            ("GET / HTTP/1.1\r\nHost: a\r\nX: a\rSet-Cookie: b\r\n\r\n", 400, "bareLineEnd"),
            ("GET / HTTP/1.1\r\nHost: a\r\nX: a\n\r\n", 400, "bareLineEnd"),
            (
                "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "a", count: 30_000))\r\n\r\n",
                431, "headTooLong"
            ),
        ]
        for (text, status, name) in attacks {
            let before = plain.door.refusals.counts.first { $0.name == name }?.count ?? 0
            let heard = try #require(
                try ServedNode.converse(
                    Array(text.utf8), endsWriting: false, port: endpoint.port))
            let answer = String(decoding: heard, as: UTF8.self)
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(name): \(answer)")
            #expect(answer.contains("\"rule\":\"\(name)\""), "\(answer)")
            let after = plain.door.refusals.counts.first { $0.name == name }?.count ?? 0
            #expect(after == before + 1, "\(name) is counted")
        }
        await plain.stop()
    }

    /// A bundle that is sealed to another, cut, or altered.
    @Test func aBundleForAnotherIsNamedAndCounted() async throws {
        let county = try await SecureCounty()
        let (path, town) = try await county.town()
        await town.stop()
        let file = county.folder.path + "/bundle"
        _ = try await NodeCommands.exportBundle(data: path, for: "370124000000", to: file)
        let bytes = try SmallFile.read(file, limit: 1 << 20)
        try SmallFile.write(
            bytes.dropLast(9) + [0], to: file, mode: 0o600, replace: true)
        let altered = try await NodeCommands.importBundle(data: county.data, from: file)
        #expect(altered.text.contains("bundle-altered"))
        try SmallFile.write(bytes, to: file, mode: 0o600, replace: true)
        let own = try await NodeCommands.importBundle(data: path, from: file)
        #expect(own.text.contains("bundle-for-another"))
        #expect(county.refusals()["bundle-altered"] == 1)
        await county.runtime.stop()
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
