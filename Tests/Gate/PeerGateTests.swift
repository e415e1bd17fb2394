import Base
import Change
import Crypto
import Domain
import HTTP
import Host
import Testing

@testable import Gate

/// A county, its town and its village with certificates, and the directory that knows them.
private struct Tree {
    let now = Instant(millis: 1_790_000_000_000)
    let keys: [String: CertificateKey]
    let certificates: [String: Certificate]
    let directory: Directory
    static let codes = ["370124000000", "370124106000", "370124106201"]

    init() throws {
        var keys: [String: CertificateKey] = [:]
        var certificates: [String: Certificate] = [:]
        var directory: Directory?
        var parent: (code: String, seat: SeatRecord)?
        for (index, code) in Self.codes.enumerated() {
            let key = try Self.key(UInt8(index + 1))
            keys[code] = key
            certificates[code] = try Self.issue(
                code, index, key, depth: index == 2 ? nil : 1 - index,
                by: keys[parent?.code ?? code] ?? key, of: certificates[parent?.code ?? ""])
            let signing = try SigningKey(
                suite: .sha256Ed25519, seed: [UInt8](repeating: UInt8(index + 60), count: 32))
            let incarnation = IncarnationKey(signing.publicKey)
            let region = RegionID(UInt64(index + 1))
            let seat = SeatRecord(
                region: region, epoch: 1, key: incarnation, node: Self.node(index), grant: .zero)
            let record = RegionRecord(
                id: region, code: try #require(RegionCode(code)), name: code,
                level: [.county, .town, .village][index], parent: parent?.seat.region)
            if var known = directory, let parent {
                var seq: UInt64 = UInt64(index) * 10
                for entry in [
                    DirectoryEntry.region(record),
                    .seat(
                        region: region, epoch: 1, key: incarnation, node: Self.node(index),
                        proof: SeatProof.own(region: region, node: Self.node(index), by: signing)),
                ] {
                    seq += 1
                    known.add(
                        Directory.Statement(
                            region: parent.seat.region, key: parent.seat.key, seq: Seq(seq),
                            hash: Hash.digest([UInt8(seq)], suite: .sha256Ed25519),
                            time: HybridTime(rawValue: 1), entry: entry))
                }
                directory = known
            } else {
                var first = Directory(root: seat)
                first.add(
                    Directory.Statement(
                        region: region, key: incarnation, seq: Seq(2), hash: .zero,
                        time: HybridTime(rawValue: 1), entry: .region(record)))
                directory = first
            }
            parent = (code, seat)
        }
        self.keys = keys
        self.certificates = certificates
        self.directory = try #require(directory)
    }

    static func key(_ number: UInt8) throws -> CertificateKey {
        try CertificateKey(seed: [UInt8](repeating: number, count: 32))
    }

    static func node(_ index: Int) -> Digest {
        Digest(bytes: [UInt8](repeating: UInt8(index + 1), count: 32))
    }

    static func issue(
        _ code: String, _ index: Int, _ key: CertificateKey, depth: Int?, by: CertificateKey,
        of: Certificate?, at: Instant = Instant(millis: 1_790_000_000_000), days: Int64 = 365
    ) throws -> Certificate {
        let subject = CertificateSubject(
            region: try #require(RegionCode(code)), node: node(index))
        return try CertificateTemplate(
            subject, from: at, days: days, authorityDepth: depth, hosts: [],
            serial: [UInt8](repeating: UInt8(index), count: 16)
        ).signed(for: try CertificateRequest(subject, by: key), by: by, of: of)
    }

    /// The same where the county has ended a place's machine.
    func ending(_ region: RegionID) throws -> Tree {
        let own = try #require(directory.seat(of: RegionID(1)))
        let key = try #require(directory.seat(of: region)?.key)
        // What it had said of places below it counts.
        let said = Revocation.Cut(
            scope: ScopeName.directory(region).id, seq: Seq(99),
            hash: Digest16(high: 9, low: 9))
        var other = directory
        other.add(
            Directory.Statement(
                region: RegionID(1), key: own.key, seq: Seq(90),
                hash: Hash.digest([90], suite: .sha256Ed25519), time: HybridTime(rawValue: 2),
                entry: .revocation(Revocation(key: key, reason: .stolen, cuts: [said]))))
        return Tree(keys: keys, certificates: certificates, directory: other)
    }

    private init(
        keys: [String: CertificateKey], certificates: [String: Certificate],
        directory: Directory
    ) {
        self.keys = keys
        self.certificates = certificates
        self.directory = directory
    }

    func gate() throws -> PeerGate { PeerGate(anchor: try #require(certificates[Self.codes[0]])) }

    func caller(_ chain: [Certificate]) -> HTTPPeer {
        HTTPPeer(
            address: "127.0.0.1", port: 1, certificate: chain[0].der, chain: chain.flatMap(\.pem))
    }

    /// What the gate says of a chain; nil where it lets it in.
    func verdict(_ chain: [Certificate], at: Instant? = nil) throws -> String? {
        let gate = try gate()
        do throws(GateRefusal) {
            _ = try gate.peer(caller(chain), at: at ?? now).region(in: directory)
            return nil
        } catch {
            return error.name
        }
    }
}

@Suite struct PeerGateTests {
    @Test func aKnownNodeUnderItsParentIsLetIn() throws {
        let tree = try Tree()
        let village = try #require(tree.certificates[Tree.codes[2]])
        let town = try #require(tree.certificates[Tree.codes[1]])
        let county = try #require(tree.certificates[Tree.codes[0]])
        #expect(try tree.verdict([village, town, county]) == nil)
        #expect(try tree.verdict([village, town]) == nil)
        let townKey = try #require(tree.keys[Tree.codes[1]])
        let own = try Tree.issue(
            Tree.codes[1], 1, try Tree.key(30), depth: nil, by: townKey, of: town)
        #expect(try tree.verdict([own, town, county]) == nil)
    }

    @Test func everyOtherIsNamed() throws {
        let tree = try Tree()
        let village = try #require(tree.certificates[Tree.codes[2]])
        let town = try #require(tree.certificates[Tree.codes[1]])
        let county = try #require(tree.certificates[Tree.codes[0]])
        let townKey = try #require(tree.keys[Tree.codes[1]])
        let countyKey = try #require(tree.keys[Tree.codes[0]])
        let stranger = try Tree.issue(
            Tree.codes[0], 0, try Tree.key(40), depth: 1, by: try Tree.key(40), of: nil)
        let forged = try Tree.issue(
            Tree.codes[2], 2, try Tree.key(41), depth: nil, by: try Tree.key(40), of: stranger)
        #expect(try tree.verdict([forged, stranger]) != nil)
        let day: Int64 = 86_400_000
        #expect(
            try tree.verdict([village, town], at: tree.now.advanced(byMillis: 400 * day))
                == "certificate-expired")
        #expect(
            try tree.verdict([village, town], at: tree.now.advanced(byMillis: -day))
                == "certificate-not-yet-valid")
        // A place that the directory does not have, signed by the right town.
        let nowhere = try Tree.issue(
            "370124106999", 2, try Tree.key(42), depth: nil, by: townKey, of: town)
        #expect(try tree.verdict([nowhere, town]) == "region-unknown")
        // The right place, another machine.
        let machine = try Tree.issue(
            Tree.codes[2], 9, try Tree.key(43), depth: nil, by: townKey, of: town)
        #expect(try tree.verdict([machine, town]) == "wrong-node")
        // A town that signs for its own county, or for another's village.
        let upward = try Tree.issue(
            Tree.codes[0], 0, try Tree.key(44), depth: nil, by: townKey, of: town)
        #expect(try tree.verdict([upward, town]) == "issuer-not-parent")
        let skipped = try Tree.issue(
            Tree.codes[2], 2, try Tree.key(45), depth: nil, by: countyKey, of: county)
        #expect(try tree.verdict([skipped]) == "issuer-not-parent")
        // What is not needed for the chain has no place in it.
        #expect(try tree.verdict([village, town, village]) == "certificate-malformed")
        let nobody = HTTPPeer(address: "127.0.0.1", port: 1)
        #expect(throws: GateRefusal.noCertificate) { try tree.gate().peer(nobody, at: tree.now) }
        let noise = HTTPPeer(
            address: "127.0.0.1", port: 1, certificate: [1], chain: Array("noise".utf8))
        #expect(throws: GateRefusal.certificate(.malformed)) {
            try tree.gate().peer(noise, at: tree.now)
        }
    }

    @Test func whoWasEndedIsNamed() throws {
        let tree = try Tree()
        let chain = try [
            #require(tree.certificates[Tree.codes[2]]), #require(tree.certificates[Tree.codes[1]]),
        ]
        #expect(try tree.verdict(chain) == nil)
        for region in [RegionID(3), RegionID(2)] {
            let ended = try tree.ending(region)
            #expect(try ended.verdict(chain) == "revoked", "the node, or who signed for it")
        }
    }

    @Test func whatWasProvenOnceStillEnds() throws {
        let tree = try Tree()
        let village = try #require(tree.certificates[Tree.codes[2]])
        let town = try #require(tree.certificates[Tree.codes[1]])
        let gate = try tree.gate()
        _ = try gate.peer(tree.caller([village, town]), at: tree.now)
        #expect(throws: GateRefusal.certificate(.expired)) {
            try gate.peer(
                tree.caller([village, town]),
                at: tree.now.advanced(byMillis: 366 * 86_400_000))
        }
    }
}
