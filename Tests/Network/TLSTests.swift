import Base
import Crypto
import Foundation
import HTTP
import Network
import Testing

@Suite struct TLSTests {
    @Test func servesOverTLS() async throws {
        let authority = try TestAuthority()
        let server = try EchoServer.start(tls: try authority.issue("server"))
        #expect(server.isSecure)
        let client = try HTTPClient(authority: try authority.certificate())
        let url = "https://\(server.endpoint.text)"
        let body = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 11) }
        for _ in 0..<3 {
            let response = try await client.send(ClientRequest("POST", "\(url)/x", body: body))
            #expect(response.body == body)
        }
        let streamed = try await client.send(ClientRequest("GET", "\(url)/stream"))
        #expect(streamed.body.count == 300_000)
        let peer = try await client.send(ClientRequest("GET", "\(url)/peer"))
        #expect(String(decoding: peer.body, as: UTF8.self) == "127.0.0.1 0")
        await server.drain()
    }

    @Test func believesOnlyItsAuthority() async throws {
        let authority = try TestAuthority()
        let stranger = try TestAuthority()
        let server = try EchoServer.start(tls: try authority.issue("server"))
        let request = ClientRequest("GET", "https://\(server.endpoint.text)/")
        for client in [
            try HTTPClient(), try HTTPClient(authority: try stranger.certificate()),
        ] {
            await expectTLSError { try await client.send(request) }
        }
        let named = try EchoServer.start(
            tls: try authority.issue("other", addresses: "DNS:elsewhere.example"))
        let client = try HTTPClient(authority: try authority.certificate())
        await expectTLSError {
            try await client.send(ClientRequest("GET", "https://\(named.endpoint.text)/"))
        }
        await server.drain()
        await named.drain()
    }

    @Test func showsTheCallersCertificate() async throws {
        let authority = try TestAuthority()
        let stranger = try TestAuthority()
        _ = try authority.issue("server")
        let trusted = try authority.certificate()
        let server = try EchoServer.start(tls: try authority.inMemory("server", authority: trusted))
        let request = ClientRequest("GET", "https://\(server.endpoint.text)/peer")
        _ = try authority.issue("caller")
        let caller = try HTTPClient(
            authority: trusted, identity: try authority.inMemory("caller"))
        let text = String(decoding: try await caller.send(request).body, as: UTF8.self)
        let count = try #require(text.split(separator: " ").last.flatMap { Int($0) })
        #expect(count > 200)
        let nobody = try HTTPClient(authority: trusted)
        #expect(try await nobody.send(request).body == Array("127.0.0.1 0".utf8))
        let wrong = try HTTPClient(authority: trusted, identity: try stranger.issue("caller"))
        await #expect(throws: ClientError.self) { try await wrong.send(request) }
        await server.drain()
    }

    @Test func survivesPlainTextAndSilence() async throws {
        let authority = try TestAuthority()
        var limits = ServerLimits.patient
        limits.headMillis = 200
        let server = try EchoServer.start(limits: limits, tls: try authority.issue("server"))
        let plain = try RawSocket(server.endpoint)
        plain.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try !plain.rest().contains("HTTP/1.1"))
        let silent = try RawSocket(server.endpoint)
        #expect(try silent.rest().isEmpty)
        let client = try HTTPClient(authority: try authority.certificate())
        let url = "https://\(server.endpoint.text)/"
        #expect(try await client.send(ClientRequest("GET", url)).status == 200)
        await server.drain()
    }

    @Test func refusesBadIdentities() throws {
        let authority = try TestAuthority()
        let good = try authority.issue("server")
        _ = try authority.issue("second")
        let other = try authority.inMemory("second")
        let nothing = TLSIdentity.Source.bytes(Array("nothing".utf8))
        for bad in [
            TLSIdentity(certificate: nothing, key: good.key),
            TLSIdentity(certificate: good.certificate, key: nothing),
            TLSIdentity(certificate: .path("/nowhere"), key: good.key),
            TLSIdentity(certificate: good.certificate, key: other.key),
            TLSIdentity(certificate: good.certificate, key: good.key, authority: [1, 2]),
        ] {
            let error = #expect(throws: NetworkError.self) { _ = try EchoServer.start(tls: bad) }
            guard case .badIdentity = error else {
                Issue.record("\(String(describing: error)) names the identity")
                continue
            }
        }
    }

    /// A machine whose clock is wrong by years: its time says that a good certificate is none. Where
    /// a moment is known that is surely past, certificates are held against that alone.
    @Test(
        arguments: [(1825, 0, "not-yet-valid"), (-1095, -1065, "expired")]
            as [(Int64, Int64, String)])
    func aWrongClockIsToldAndMayBeLeftOut(
        from days: Int64, past: Int64, word: String
    ) async throws {
        let now = Instant(millis: Int64(Date().timeIntervalSince1970 * 1000))
        func moment(_ days: Int64) -> Instant { now.advanced(byMillis: days * 86_400_000) }
        let key = try CertificateKey(seed: [UInt8](repeating: 9, count: 32))
        let subject = CertificateSubject(
            region: try #require(RegionCode("370124000000")), node: .zero)
        let anchor = try CertificateTemplate(
            subject, from: moment(days), days: 365, authorityDepth: 1, hosts: [],
            serial: [UInt8](repeating: 1, count: 16)
        ).signed(for: try CertificateRequest(subject, by: key), by: key, of: nil)
        let shown = try CertificateKey(seed: [UInt8](repeating: 8, count: 32))
        let own = try CertificateTemplate(
            subject, from: moment(days), days: 365, authorityDepth: nil, hosts: ["127.0.0.1"],
            serial: [UInt8](repeating: 2, count: 16)
        ).signed(for: try CertificateRequest(subject, by: shown), by: key, of: anchor)
        let server = try EchoServer.start(
            tls: TLSIdentity(
                certificate: .bytes(own.pem + anchor.pem), key: .bytes(shown.pem),
                authority: anchor.pem))
        let client = try HTTPClient(authority: anchor.pem)
        var request = ClientRequest("GET", "https://\(server.endpoint.text)/")
        request.peerURN = subject.regionURN
        let error = await #expect(throws: ClientError.self) { try await client.send(request) }
        #expect(error == .tls("certificate-" + word))
        #expect(error?.isOfDates == true)
        request.pastSeconds = moment(past).millis / 1000
        #expect(try await client.send(request).status == 200)
        // What had run out by then is turned away all the same, and so is a stranger.
        request.pastSeconds = moment(days + 366).millis / 1000
        let late = try HTTPClient(authority: anchor.pem)
        await #expect(throws: ClientError.tls("certificate-expired")) {
            try await late.send(request)
        }
        request.pastSeconds = moment(past).millis / 1000
        request.peerURN = "urn:syncnode:region:370124000001"
        let other = try HTTPClient(authority: anchor.pem)
        await expectTLSError { try await other.send(request) }
        await server.drain()
    }

    @Test func eachCallerSeesTheCertificateThatItCanCheck() async throws {
        let authority = try TestAuthority()
        let given = try authority.issue("given")
        let key = try CertificateKey(seed: [UInt8](repeating: 7, count: 32))
        let subject = CertificateSubject(
            region: try #require(RegionCode("370124000000")), node: .zero)
        let now = Instant(millis: Int64(Date().timeIntervalSince1970 * 1000))
        let anchor = try CertificateTemplate(
            subject, from: now, days: 2, authorityDepth: 1, hosts: [],
            serial: [UInt8](repeating: 1, count: 16)
        ).signed(for: try CertificateRequest(subject, by: key), by: key, of: nil)
        let shown = try CertificateKey(seed: [UInt8](repeating: 8, count: 32))
        let own = try CertificateTemplate(
            subject, from: now, days: 2, authorityDepth: nil, hosts: ["127.0.0.1"],
            serial: [UInt8](repeating: 2, count: 16)
        ).signed(for: try CertificateRequest(subject, by: shown), by: key, of: anchor)
        var identity = TLSIdentity(
            certificate: .bytes(own.pem + anchor.pem), key: .bytes(shown.pem),
            authority: anchor.pem)
        identity.others = [(given.certificate, given.key)]
        let server = try EchoServer.start(tls: identity)
        let address = server.endpoint.text
        let node = try HTTPClient(authority: anchor.pem)
        var request = ClientRequest("GET", "https://\(address)/")
        request.peerURN = subject.regionURN
        #expect(try await node.send(request).status == 200)
        let pinned = try HTTPClient(pin: Array(anchor.fingerprint.bytes.prefix(16)))
        #expect(try await pinned.send(request).status == 200)
        let wrong = try HTTPClient(pin: [UInt8](repeating: 1, count: 16))
        await expectTLSError { try await wrong.send(request) }
        request.peerURN = "urn:syncnode:region:370124000001"
        await expectTLSError { try await HTTPClient(authority: anchor.pem).send(request) }
        // A browser offers no Ed25519.
        #expect(authority.greets(address, "-sigalgs", "ECDSA+SHA256"))
        #expect(!authority.greets(address, "-sigalgs", "ed25519"))
        await server.drain()
    }

    private func expectTLSError(_ body: () async throws -> ClientResponse) async {
        let error = await #expect(throws: ClientError.self) { _ = try await body() }
        guard case .tls = error else {
            Issue.record("\(String(describing: error)) is an error of TLS")
            return
        }
    }
}
