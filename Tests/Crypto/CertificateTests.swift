import Base
import Testing

@testable import Crypto

/// A root, a town and a village with keys of their own, as enrolment makes them.
struct CertificateTree {
    static let now = Instant(millis: 1_790_000_000_000)
    let rootKey, townKey, villageKey: CertificateKey
    let root, town, village: Certificate

    init() throws {
        rootKey = try Self.key(1)
        townKey = try Self.key(2)
        villageKey = try Self.key(3)
        root = try Self.issue("370124000000", 1, rootKey, depth: 3, by: rootKey, of: nil)
        town = try Self.issue("370124106000", 2, townKey, depth: 0, by: rootKey, of: root)
        village = try Self.issue("370124106201", 3, villageKey, depth: nil, by: townKey, of: town)
    }

    static func key(_ number: UInt8) throws -> CertificateKey {
        try CertificateKey(seed: [UInt8](repeating: number, count: 32))
    }

    static func subject(_ code: String, _ node: UInt8) throws -> CertificateSubject {
        CertificateSubject(
            region: try #require(RegionCode(code)),
            node: Digest(bytes: [UInt8](repeating: node, count: 32)))
    }

    static func issue(
        _ code: String, _ node: UInt8, _ key: CertificateKey, depth: Int?,
        by issuer: CertificateKey,
        of authority: Certificate?, from: Instant = now,
        hosts: [String] = ["127.0.0.1", "a.example"]
    ) throws -> Certificate {
        let subject = try subject(code, node)
        return try CertificateTemplate(
            subject, from: from, days: 365, authorityDepth: depth, hosts: hosts,
            serial: [UInt8](repeating: node, count: 16)
        ).signed(for: try CertificateRequest(subject, by: key), by: issuer, of: authority)
    }
}

@Suite struct CertificateTests {
    @Test func saysWhatItSays() throws {
        let tree = try CertificateTree()
        let read = try Certificate(der: tree.village.der)
        #expect(read.subject == (try CertificateTree.subject("370124106201", 3)))
        #expect(read.issuer == (try CertificateTree.subject("370124106000", 2)))
        #expect(!read.isAuthority && tree.town.isAuthority && tree.root.isAnchor)
        #expect(read.notBefore.millis == CertificateTree.now.millis - 300_000)
        #expect(read.notAfter.millis == CertificateTree.now.millis + 365 * 86_400_000)
        #expect(read.publicBytes == (try tree.villageKey.publicBytes))
        let again = try CertificateKey(pem: tree.villageKey.pem)
        #expect(try again.publicBytes == (try tree.villageKey.publicBytes))
        let list = try Certificate.list(pem: tree.village.pem + tree.town.pem)
        #expect(list.map(\.fingerprint) == [tree.village.fingerprint, tree.town.fingerprint])
    }

    @Test func aChainHoldsAgainstItsAnchorOnly() throws {
        let tree = try CertificateTree()
        let chain = try CertificateChain([tree.village, tree.town])
        try chain.verify(against: tree.root, at: CertificateTree.now)
        let other = try CertificateTree.issue(
            "370125000000", 9, try CertificateTree.key(9), depth: 3, by: try CertificateTree.key(9),
            of: nil)
        #expect(throws: CertificateChain.Refusal.wrongAuthority) {
            try chain.verify(against: other, at: CertificateTree.now)
        }
        #expect(throws: CertificateChain.Refusal.wrongAuthority) {
            try CertificateChain([tree.village]).verify(against: tree.root, at: CertificateTree.now)
        }
        // The same names under another key: the signature tells.
        let twin = try CertificateTree.issue(
            "370124000000", 1, try CertificateTree.key(8), depth: 3, by: try CertificateTree.key(8),
            of: nil)
        #expect(throws: CertificateChain.Refusal.self) {
            try chain.verify(against: twin, at: CertificateTree.now)
        }
    }

    @Test func timeAndDepthAreKept() throws {
        let tree = try CertificateTree()
        let chain = try CertificateChain([tree.village, tree.town])
        #expect(throws: CertificateChain.Refusal.expired) {
            let late = CertificateTree.now.advanced(byMillis: 366 * 86_400_000)
            try chain.verify(against: tree.root, at: late)
        }
        #expect(throws: CertificateChain.Refusal.notYetValid) {
            let early = CertificateTree.now.advanced(byMillis: -301_000)
            try chain.verify(against: tree.root, at: early)
        }
        let forged = try CertificateTree.issue(
            "370124000000", 1, try CertificateTree.key(5), depth: nil, by: tree.villageKey,
            of: tree.village)
        #expect(throws: CertificateChain.Refusal.notAuthority) {
            try CertificateChain([forged, tree.village, tree.town]).verify(
                against: tree.root, at: CertificateTree.now)
        }
        let deeper = try CertificateTree.issue(
            "370124106202", 6, try CertificateTree.key(6), depth: 0, by: tree.townKey,
            of: tree.town)
        let below = try CertificateTree.issue(
            "370124106203", 7, try CertificateTree.key(7), depth: nil,
            by: try CertificateTree.key(6), of: deeper)
        #expect(throws: CertificateChain.Refusal.notAuthority) {
            try CertificateChain([below, deeper, tree.town]).verify(
                against: tree.root, at: CertificateTree.now)
        }
    }

    @Test func requestsProveTheirKey() throws {
        let key = try CertificateTree.key(4)
        let request = try CertificateRequest(
            try CertificateTree.subject("370124106201", 4), by: key)
        #expect(try CertificateRequest(der: request.der).subject.region.text == "370124106201")
        for index in [request.der.count - 1, request.der.count / 2] {
            var bad = request.der
            bad[index] ^= 1
            #expect(throws: CryptoError.self) { try CertificateRequest(der: bad) }
        }
        #expect(throws: CryptoError.self) { try CertificateRequest(der: request.der + [0]) }
        #expect(throws: CryptoError.self) { try Certificate(der: request.der) }
        #expect(throws: CryptoError.self) { try Certificate.list(pem: []) }
    }

    @Test func hostsAreNotTakenForNames() throws {
        let key = try CertificateTree.key(4)
        for bad in ["a,URI:urn:syncnode:region:370124000000", "", "a b", "a\nb", "a=b"] {
            #expect(!CertificateTemplate.isHost(bad))
            let made = try CertificateTree.issue(
                "370124106201", 4, key, depth: nil, by: key, of: nil, hosts: [bad])
            #expect(!String(decoding: made.der, as: UTF8.self).contains("region:370124000000"))
        }
        #expect(CertificateTemplate.isHost("fe80::1") && CertificateTemplate.isHost("a-b.gov.cn"))
    }
}
