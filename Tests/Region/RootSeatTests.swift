import Base
import Change
import Crypto
import Testing

@testable import Region

/// After a restore the root of a tree goes on as a new incarnation, which the node key that was
/// pinned with it vouches for.
@Suite struct RootSeatTests {
    private let region = RegionID(1)
    private let child = RegionID(2)
    private let node: SigningKey
    private let old: IncarnationKey
    private let new: IncarnationKey
    private let pinned: SeatRecord

    init() throws {
        node = try Self.key(1)
        old = IncarnationKey(try Self.key(2).publicKey)
        new = IncarnationKey(try Self.key(3).publicKey)
        pinned = SeatRecord(
            region: region, epoch: 1, key: old,
            node: Hash.digest(node.publicKey.bytes, suite: .sha256Ed25519), grant: .zero)
    }

    private static func key(_ seed: UInt8) throws -> SigningKey {
        try SigningKey(suite: .sha256Ed25519, seed: [UInt8](repeating: seed, count: 32))
    }

    private func proof(
        of key: IncarnationKey, epoch: UInt64, by signer: SigningKey? = nil,
        for region: RegionID? = nil
    ) -> SeatProof {
        let signer = signer ?? node
        let message = SeatProof.message(region: region ?? self.region, epoch: epoch, key: key)
        return .node(
            key: IncarnationKey(signer.publicKey), signature: signer.sign(message))
    }

    private func seat(epoch: UInt64 = 2, proof: SeatProof?) -> DirectoryEntry {
        .seat(region: region, epoch: epoch, key: new, node: pinned.node, proof: proof)
    }

    private func statement(
        _ entry: DirectoryEntry, by key: IncarnationKey, seq: UInt64 = 2
    ) -> Directory.Statement {
        Directory.Statement(
            region: region, key: key, seq: Seq(seq),
            hash: Digest(words: (seq, 7, 7, 7)), time: HybridTime(rawValue: seq), entry: entry)
    }

    private func place(_ name: String) throws -> DirectoryEntry {
        .region(
            RegionRecord(
                id: child, code: try #require(RegionCode("370124106000")), name: name,
                level: .town, parent: region))
    }

    @Test func theRootSeatsItsNextIncarnationItself() throws {
        var directory = Directory(root: pinned)
        let news = directory.add(
            statement(seat(proof: proof(of: new, epoch: 2)), by: new))
        #expect(directory.seat(of: region)?.key == new)
        #expect(directory.seats(of: region).map(\.epoch) == [1, 2])
        #expect(news.seated == [new])
        directory.add(statement(try place("镇"), by: new, seq: 3))
        #expect(directory.region(child)?.name == "镇", "the new seat states places")
    }

    @Test func whatTheNewIncarnationSaidBeforeItsSeatWaits() throws {
        let entries = [
            statement(seat(proof: proof(of: new, epoch: 2)), by: new, seq: 2),
            statement(try place("镇"), by: new, seq: 3),
            statement(
                .seat(
                    region: child, epoch: 1, key: old, node: .zero,
                    proof: .own(region: child, node: .zero, by: try Self.key(2))),
                by: new, seq: 4),
        ]
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            var directory = Directory(root: pinned)
            for index in order { directory.add(entries[index]) }
            #expect(directory.seat(of: region)?.key == new)
            #expect(directory.region(child)?.name == "镇")
            #expect(directory.seats(of: child).map(\.epoch) == [1], "\(order)")
        }
    }

    /// A root that waits for its seat may let a member in that began anew, and nothing else.
    @Test func aRootWithoutItsSeatIntroducesAMember() throws {
        let member = try Self.key(6)
        let known = IncarnationKey(member.publicKey)
        let own = SeatProof.own(region: child, node: .zero, by: member)
        let itself = statement(
            .incarnation(
                region: region, key: new, node: pinned.node, proof: proof(of: new, epoch: 0)),
            by: new, seq: 2)
        let guest = statement(
            .incarnation(region: child, key: known, node: .zero, proof: own), by: new, seq: 3)
        let entries = [statement(try place("镇"), by: old, seq: 2), itself, guest]
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            var directory = Directory(root: pinned)
            for index in order { directory.add(entries[index]) }
            #expect(directory.region(of: new) == region, "\(order)")
            #expect(directory.region(of: known) == child, "\(order)")
            #expect(directory.seat(of: region)?.key == old)
            directory.add(
                statement(
                    .seat(region: child, epoch: 1, key: known, node: .zero, proof: own),
                    by: new, seq: 4))
            directory.add(statement(try place("改名"), by: new, seq: 5))
            #expect(directory.seat(of: child) == nil, "it seats nobody")
            #expect(directory.region(child)?.name == "镇", "and states no place")
        }
        var stranger = Directory(root: pinned)
        for entry in [entries[0], guest] { stranger.add(entry) }
        #expect(stranger.region(of: known) == nil, "who is not vouched for lets nobody in")
    }

    @Test func aForgedProofSeatsNobody() throws {
        let stranger = try Self.key(4)
        let good = proof(of: new, epoch: 2)
        guard case .node(let nodeKey, var flipped) = good else { return }
        flipped[9] ^= 1
        let forged: [(String, DirectoryEntry)] = [
            ("no proof", seat(proof: nil)),
            ("another node's key", seat(proof: proof(of: new, epoch: 2, by: stranger))),
            (
                "another node's seat",
                .seat(
                    region: region, epoch: 2, key: new,
                    node: Hash.digest(stranger.publicKey.bytes, suite: .sha256Ed25519),
                    proof: proof(of: new, epoch: 2, by: stranger))
            ),
            ("another epoch", seat(epoch: 3, proof: good)),
            ("another key", seat(proof: proof(of: old, epoch: 2))),
            ("another region", seat(proof: proof(of: new, epoch: 2, for: child))),
            (
                "a flipped bit",
                seat(proof: .node(key: nodeKey, signature: flipped))
            ),
            ("no higher epoch", seat(epoch: 1, proof: proof(of: new, epoch: 1))),
        ]
        for (what, entry) in forged {
            var directory = Directory(root: pinned)
            #expect(directory.add(statement(entry, by: new)).isEmpty, "\(what)")
            #expect(directory.seat(of: region)?.key == old, "\(what)")
            #expect(directory.region(seatedBy: new) == nil, "\(what)")
        }
    }

    @Test func aProofIsNoUseToAnybodyElse() throws {
        let thief = IncarnationKey(try Self.key(5).publicKey)
        var directory = Directory(root: pinned)
        directory.add(statement(seat(proof: proof(of: new, epoch: 2)), by: thief))
        #expect(directory.seat(of: region)?.key == old, "only the key itself may say it")
        var elsewhere = Directory(root: pinned)
        elsewhere.add(
            Directory.Statement(
                region: child, key: new, seq: Seq(2), hash: .zero,
                time: HybridTime(rawValue: 2),
                entry: seat(proof: proof(of: new, epoch: 2))))
        #expect(elsewhere.seat(of: region)?.key == old, "and only in the root's own scope")
    }

    @Test func theBodyReadsBack() throws {
        let entry = seat(proof: proof(of: new, epoch: 2))
        #expect(try read(entry.body) == entry)
        let plain = seat(proof: nil)
        #expect(try read(plain.body) == plain)
        let text = String(decoding: entry.body, as: UTF8.self)
        let broken = text.replacing("\"signature\":\"", with: "\"signature\":\"00")
        #expect(try read(Array(broken.utf8)) == nil, "a proof that is no proof is not left out")
    }

    private func read(_ body: [UInt8]) throws -> DirectoryEntry? {
        let header = ChangeHeader(
            scope: ScopeName.directory(region).id, actor: ActorID(1), seq: Seq(2),
            previous: .zero, time: HybridTime(millis: 1, counter: 0), kind: .directorySeat)
        return DirectoryEntry(
            ChangeCodec.make(header, salt: .zero, body: body, suite: .sha256Ed25519))
    }
}
