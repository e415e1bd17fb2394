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

/// A county that speaks TLS, for newcomers and for those who only pretend.
private struct SecureCounty {
    let folder: ScratchFolder
    let data: String
    let runtime: NodeRuntime
    let url: String

    init() async throws {
        folder = try ScratchFolder()
        data = folder.path + "/county"
        let code = try #require(RegionCode("370124000000"))
        _ = try await NodeCommands.initialise(
            data: data, code: code, name: "平阴县", suite: 1, parentURL: nil)
        runtime = try await Self.start(data)
        url = "https://" + (try #require(runtime.endpoint)).text
    }

    static func start(_ data: String) async throws -> NodeRuntime {
        var options = NodeRuntime.Options(data: data, listen: try Endpoint("127.0.0.1:0"))
        options.isSecure = true
        return try await NodeRuntime.start(options)
    }

    /// What the operator asks of a node, as the command line does.
    static func ask(_ data: String, _ body: String) async throws -> JSON {
        let answer = try await NodeCommands.ask(data, "POST", "/admin/v1/invite", body: body)
        return try JSON(parsing: Array(answer.text.utf8))
    }

    static func code(
        _ data: String, _ region: String, _ name: String, more: String = ""
    ) async throws -> String {
        let answer = try await ask(
            data, "{\"act\":\"invite\",\"region\":\"\(region)\",\"name\":\"\(name)\"\(more)}")
        return try #require(answer["code"]?.text)
    }

    static func join(
        _ data: String, _ url: String, _ code: String
    ) async throws -> NodeJoining.Outcome {
        let leave = try #require(NodeJoining.Leave(code: code))
        return try await NodeJoining(
            data: data, url: url, leave: leave, hosts: [], isSM2: false
        ).run()
    }

    /// A town with its own process's worth of node, enrolled and running.
    func town(_ name: String = "town") async throws -> (String, NodeRuntime) {
        let path = folder.path + "/" + name
        let code = try await Self.code(data, "370124106000", "玫瑰镇")
        _ = try await Self.join(path, url, code)
        return (path, try await Self.start(path))
    }

    func refusals(_ runtime: NodeRuntime? = nil) -> [String: Int] {
        let counts = (runtime ?? self.runtime).door.refusals.counts
        return Dictionary(uniqueKeysWithValues: counts.map { ($0.name, $0.count) })
    }
}

@Suite(.serialized) struct EnrolmentTests {
    @Test func threeTiersEnrolByCodeAndHoldTheSame() async throws {
        let county = try await SecureCounty()
        let (path, town) = try await county.town()
        let code = try await SecureCounty.code(path, "370124106201", "东崖村")
        let villagePath = county.folder.path + "/village"
        let townURL = "https://" + (try #require(town.endpoint)).text
        _ = try await SecureCounty.join(villagePath, townURL, code)
        let village = try await SecureCounty.start(villagePath)
        try await County.until("the village and the town hold the same") {
            do {
                let results = try await village.exchange(with: nil)
                return !results.isEmpty && results.allSatisfy(\.2)
            } catch is DialedPeer.Failure {
                return false
            }
        }
        try await County.until("the county knows the village") {
            county.runtime.board.directory.regions.count == 3
        }
        #expect(county.refusals().isEmpty)
        // The same code again, and another's.
        await #expect(throws: NodeRuntime.Failure.self) {
            _ = try await SecureCounty.join(county.folder.path + "/second", townURL, code)
        }
        #expect(county.refusals(town)["code-used"] == 1)
        #expect(!FileManager.default.fileExists(atPath: county.folder.path + "/second/keys"))
        await village.stop()
        await town.stop()
        await county.runtime.stop()
    }

    @Test func aCodeOfAnotherTreeOpensNothing() async throws {
        let county = try await SecureCounty()
        let other = try await SecureCounty()
        let code = try await SecureCounty.code(other.data, "370124106000", "玫瑰镇")
        let failure = await #expect(throws: NodeRuntime.Failure.self) {
            _ = try await SecureCounty.join(county.folder.path + "/t", county.url, code)
        }
        #expect(failure?.exitCode == 5)
        #expect(failure?.sentence.contains("wrong-authority") == true)
        await county.runtime.stop()
        await other.runtime.stop()
    }

    @Test func aRequestWaitsForItsOperator() async throws {
        let county = try await SecureCounty()
        let fingerprint = try #require(await county.runtime.door.desk.fingerprint)
        let path = county.folder.path + "/asked"
        let region = try #require(RegionCode("370124106000"))
        let joining = NodeJoining(
            data: path, url: county.url,
            leave: .request(fingerprint: fingerprint, code: region, name: "玫瑰镇"), hosts: [],
            isSM2: true)
        guard case .waiting(let id) = try await joining.run() else {
            Issue.record("nobody approved it")
            return
        }
        _ = try await SecureCounty.ask(county.data, "{\"act\":\"approve\",\"id\":\"\(id)\"}")
        guard case .joined = try await joining.run() else {
            Issue.record("it was approved")
            return
        }
        let runtime = try await SecureCounty.start(path)
        try await County.until("an SM2 node exchanges over its Ed25519 certificate") {
            runtime.peerStates().contains { $0.link == .up }
        }
        await runtime.stop()
        await county.runtime.stop()
    }

    @Test func aBrokenMachineIsReplacedByWord() async throws {
        let county = try await SecureCounty()
        let (_, town) = try await county.town()
        await town.stop()
        let plain = try await SecureCounty.ask(
            county.data, "{\"act\":\"invite\",\"region\":\"370124106000\",\"name\":\"玫瑰镇\"}")
        #expect(plain["rule"]?.text == "region-taken")
        let code = try await SecureCounty.code(
            county.data, "370124106000", "玫瑰镇", more: ",\"replace\":true")
        let later = try await SecureCounty.code(
            county.data, "370124106000", "玫瑰镇", more: ",\"replace\":true")
        let path = county.folder.path + "/next"
        _ = try await SecureCounty.join(path, county.url, code)
        let next = try await SecureCounty.start(path)
        try await County.until("the new machine has the seat") {
            let directory = county.runtime.board.directory
            let record = directory.region(code: next.settings.region.code)
            return record.flatMap { directory.seat(of: $0.id)?.node } == next.store.keys.nodeID
        }
        // Written while the first machine sat there: it does not replace the second.
        await #expect(throws: NodeRuntime.Failure.self) {
            _ = try await SecureCounty.join(
                county.folder.path + "/third", county.url, later)
        }
        await next.stop()
        await county.runtime.stop()
    }

    @Test func aCertificateIsRenewedWhileTheNodeRuns() async throws {
        let county = try await SecureCounty()
        let (_, town) = try await county.town()
        let before = try #require(town.door.credentials?.chain[0].fingerprint)
        await town.renewCertificate()
        let after = try #require(town.door.credentials?.chain[0].fingerprint)
        #expect(before != after)
        #expect(town.door.credentials?.chain[0].publicBytes != nil)
        try await County.until("links go on with it") {
            do {
                return try await town.exchange(with: nil).allSatisfy(\.2)
            } catch is DialedPeer.Failure {
                return false
            }
        }
        #expect(county.refusals().isEmpty)
        await town.stop()
        await county.runtime.stop()
    }
}

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
            ClientRequest("GET", county.url + "/metrics"))
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
        var request = ClientRequest("GET", "https://" + (try #require(twin.endpoint)).text + "/")
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
