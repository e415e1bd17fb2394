import API
import Base
import Crypto
import Domain
import Foundation
import Gate
import Host
import Network
import Testing

@testable import Runtime

/// Two trees, each with its own root of trust, and a corridor between their counties.
@Suite(.serialized) struct TwoTreesTests {
    private struct Trees {
        let folder: ScratchFolder
        let one: NodeRuntime
        let two: NodeRuntime

        init() async throws {
            folder = try ScratchFolder()
            one = try await Self.root("370124000000", "平阴县", folder)
            two = try await Self.root("371502000000", "东昌府区", folder)
        }

        static func root(
            _ text: String, _ name: String, _ folder: ScratchFolder
        ) async throws -> NodeRuntime {
            let path = folder.path + "/" + text
            let code = try #require(RegionCode(text))
            _ = try await NodeCommands.initialise(
                data: path, code: code, name: name, suite: 1, parentURL: nil)
            return try await SecureCounty.start(path)
        }

        func agree() async throws {
            _ = try await one.addPartner(
                TwoTreesTests.url(two), dials: true, fingerprint: TwoTreesTests.anchor(two))
            _ = try await two.addPartner(
                TwoTreesTests.url(one), dials: false, fingerprint: TwoTreesTests.anchor(one))
        }

        func settle() async throws {
            let other = two.settings.region.id
            try await County.until("the two counties exchange", seconds: 40) {
                one.peerStates().contains {
                    $0.region == other && $0.link == .up && $0.lastEqual != nil
                }
            }
        }

        func stop() async {
            await one.stop()
            await two.stop()
        }
    }

    private static func url(_ node: NodeRuntime) throws -> String {
        "https://" + (try #require(node.endpoint)).text
    }

    private static func anchor(_ node: NodeRuntime) throws -> Digest {
        try #require(node.door.credentials?.anchor.fingerprint)
    }

    private func post(
        _ node: NodeRuntime, as identity: TLSIdentity?, believing anchor: [UInt8]
    ) async throws -> (UInt16, String) {
        let client = try HTTPClient(authority: anchor, identity: identity)
        defer { client.stop() }
        let answer = try await client.send(
            ClientRequest("POST", Self.url(node) + "/sync/v1/exchange", body: [0]))
        return (answer.status, NodeSettings.json(answer.body)?["rule"]?.text ?? "")
    }

    @Test func eachCountyProvesItselfByItsOwnTree() async throws {
        let trees = try await Trees()
        let (one, two) = (trees.one, trees.two)
        let own = try #require(one.door.credentials)
        // Before anything was agreed, neither lets the other in.
        let theirs = try #require(two.door.credentials)
        let stranger = try theirs.identity(hosts: [], at: SystemClock.now())
        await #expect(throws: ClientError.self) {
            _ = try await post(one, as: stranger, believing: own.anchor.pem)
        }
        try await trees.agree()
        try await trees.settle()
        #expect(try await post(one, as: stranger, believing: own.anchor.pem).1 == "bad-frame")
        #expect(try await post(one, as: nil, believing: own.anchor.pem).1 == "no-certificate")

        // The partner's tree vouches for that one node, and for none other of its places.
        let subject = CertificateSubject(
            region: try #require(RegionCode("370124106201")), node: SystemRandom.digest())
        let key = try CertificateKey(seed: SystemRandom.bytes(32))
        let chain = try theirs.issue(
            for: try CertificateRequest(subject, by: key), hosts: [], at: SystemClock.now())
        let smuggled = TLSIdentity(
            certificate: .bytes(chain.flatMap(\.pem)), key: .bytes(key.pem),
            authority: own.anchor.pem)
        let answer = try await post(one, as: smuggled, believing: own.anchor.pem)
        #expect(answer == (403, "region-unknown"))
        #expect(one.door.refusals.counts.contains { $0.name == "region-unknown" })
        await trees.stop()
    }

    @Test func whatWasAgreedIsKnownAfterARestart() async throws {
        let trees = try await Trees()
        try await trees.agree()
        try await trees.settle()
        let (data, listen) = (trees.two.options.data, try #require(trees.two.endpoint))
        await trees.two.stop()
        var options = NodeRuntime.Options(data: data, listen: listen)
        options.isSecure = true
        let again = try await NodeRuntime.start(options)
        let region = again.settings.region.id
        let before = SystemClock.now()
        try await County.until("they exchange again", seconds: 40) {
            trees.one.peerStates().contains {
                $0.region == region && ($0.lastEqual ?? Instant(millis: 0)) > before
            }
        }
        await again.stop()
        await trees.one.stop()
    }

    @Test func anotherTreeThanTheOneReadOutIsNotAgreedWith() async throws {
        let trees = try await Trees()
        let url = try Self.url(trees.two)
        let wrong = try Self.anchor(trees.one)
        await #expect(throws: NodeRuntime.Failure.self) {
            _ = try await trees.one.addPartner(url, dials: true, fingerprint: wrong)
        }
        let right = try Self.anchor(trees.two)
        let plain = await #expect(throws: NodeRuntime.Failure.self) {
            _ = try await trees.one.addPartner(
                url.replacing("https", with: "http"), dials: true, fingerprint: right)
        }
        #expect(plain?.sentence.contains("plain-link") == true)
        #expect(trees.one.board.directory.partners.isEmpty)
        await trees.stop()
    }

    /// The partner's root signs for a place of this tree: whoever dials that place is not misled.
    @Test func aPartnersTreeCannotStandInForTheParent() async throws {
        let trees = try await Trees()
        try await trees.agree()
        let theirs = try #require(trees.two.door.credentials)
        let one = trees.one
        // What a child of `one` believes of its parent is its own anchor alone.
        let own = try #require(one.door.credentials)
        #expect(one.door.anchor(of: one.settings.region.id) == nil)
        #expect(one.door.anchor(of: trees.two.settings.region.id) == theirs.anchor.pem)
        let client = try HTTPClient(authority: own.anchor.pem)
        defer { client.stop() }
        let request = ClientRequest("GET", try Self.url(trees.two) + "/sync/v1/identity")
        await #expect(throws: ClientError.self) { _ = try await client.send(request) }
        await trees.stop()
    }
}
