import Base
import Change
import Crypto
import Foundation
import Testing

@testable import Region

/// Ends of incarnations: what of a stolen node's words still counts (I25), in whatever order
/// they and the end itself become known.
@Suite struct RevocationTests {
    private let forged = RegionID(5)
    private let world: SixKeys
    private var county: RegionID { world.county }
    private var town: RegionID { world.town }
    private var village: RegionID { world.village }
    private var keys: [SigningKey] { world.keys }
    private var root: SeatRecord { world.root }

    init() throws { world = try SixKeys() }

    private func key(_ index: Int) -> IncarnationKey { world.key(index) }

    private func seat(_ region: RegionID, epoch: UInt64, _ index: Int) -> DirectoryEntry {
        let node = Digest(words: (UInt64(index), 0, 0, 1))
        return .seat(
            region: region, epoch: epoch, key: key(index), node: node,
            proof: .own(region: region, node: node, by: keys[index]))
    }

    private func place(_ region: RegionID, _ name: String) throws -> DirectoryEntry {
        let codes = [town: "370124106000", village: "370124106201", forged: "370124106999"]
        let code = try #require(codes[region].flatMap { RegionCode($0) })
        return .region(
            RegionRecord(
                id: region, code: code, name: name, level: region == town ? .town : .village,
                parent: region == town ? county : town))
    }

    private func statement(
        _ entry: DirectoryEntry, of region: RegionID, by index: Int, seq: UInt64
    ) -> Directory.Statement {
        Directory.Statement(
            region: region, key: key(index), seq: Seq(seq),
            hash: Digest(words: (seq, UInt64(index), 7, 7)),
            time: HybridTime(rawValue: seq), entry: entry)
    }

    private func end(
        _ index: Int, at last: Directory.Statement?, reason: Revocation.Reason = .stolen
    ) -> DirectoryEntry {
        let cuts = last.map { last in
            [
                Revocation.Cut(
                    scope: ScopeName.directory(last.region).id, seq: last.seq,
                    hash: last.hash.prefix16)
            ]
        }
        return .revocation(Revocation(key: key(index), reason: reason, cuts: cuts ?? []))
    }

    /// The town, its village, and what whoever stole the town wrote then: another village, and a
    /// new name for the first.
    private func story() throws -> (honest: [Directory.Statement], late: [Directory.Statement]) {
        let honest = [
            statement(try place(town, "镇"), of: county, by: 0, seq: 2),
            statement(seat(town, epoch: 1, 1), of: county, by: 0, seq: 3),
            statement(try place(village, "村"), of: town, by: 1, seq: 2),
            statement(seat(village, epoch: 1, 2), of: town, by: 1, seq: 3),
        ]
        let late = [
            statement(try place(forged, "假村"), of: town, by: 1, seq: 4),
            statement(seat(forged, epoch: 1, 3), of: town, by: 1, seq: 5),
            statement(try place(village, "改名"), of: town, by: 1, seq: 6),
        ]
        return (honest, late)
    }

    private static func shuffled<T>(_ list: [T], _ seed: UInt64) -> [T] {
        var (list, state) = (list, seed &* 0x9E37_79B9_7F4A_7C15 | 1)
        for index in stride(from: list.count - 1, to: 0, by: -1) {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            list.swapAt(index, Int(state >> 33) % (index + 1))
        }
        return list
    }

    @Test func whatAStolenSeatStatesBeyondItsCutIsNotStated() throws {
        let (honest, late) = try story()
        let all =
            honest + late + [statement(end(1, at: honest[3]), of: county, by: 0, seq: 4)]
        for seed in 0..<200 {
            var directory = Directory(root: root)
            for word in Self.shuffled(all, UInt64(seed)) { directory.add(word) }
            #expect(directory.isRevoked(key(1)))
            #expect(directory.region(village)?.name == "村", "\(seed)")
            #expect(directory.region(seatedBy: key(2)) == village)
            #expect(directory.region(forged) == nil)
            #expect(directory.region(seatedBy: key(3)) == nil)
            #expect(directory.isRevoked(node: Digest(words: (1, 0, 0, 1)), of: town))
            #expect(!directory.isRevoked(node: Digest(words: (2, 0, 0, 1)), of: village))
        }
    }

    @Test func theNewsNamesWhoLostItsSeat() throws {
        let (honest, late) = try story()
        var directory = Directory(root: root)
        for word in honest + late { directory.add(word) }
        #expect(directory.region(seatedBy: key(3)) == forged)
        let news = directory.add(statement(end(1, at: honest[3]), of: county, by: 0, seq: 4))
        #expect(news.revoked == [key(1)])
        #expect(news.seated == [key(3)])
        #expect(news.placed == [village, forged])
    }

    @Test func whatIsAdoptedCountsAgain() throws {
        let (honest, late) = try story()
        let adoption = DirectoryEntry.adoption(
            Adoption(key: key(1), hashes: [late[2].hash.prefix16]))
        let all =
            honest + late + [
                statement(end(1, at: honest[3]), of: county, by: 0, seq: 4),
                statement(adoption, of: county, by: 0, seq: 5),
            ]
        for seed in 0..<100 {
            var directory = Directory(root: root)
            for word in Self.shuffled(all, UInt64(seed)) { directory.add(word) }
            #expect(directory.region(village)?.name == "改名", "\(seed)")
            #expect(directory.region(forged) == nil)
        }
    }

    /// The thief of the town ends the village, and adopts his own: neither counts.
    @Test func beyondItsCutNobodyEndsOthers() throws {
        let (honest, late) = try story()
        let all =
            honest + late + [
                statement(end(2, at: nil), of: town, by: 1, seq: 7),
                statement(
                    .adoption(Adoption(key: key(1), hashes: [late[2].hash.prefix16])),
                    of: town, by: 1, seq: 8),
                statement(end(1, at: honest[3]), of: county, by: 0, seq: 4),
            ]
        for seed in 0..<100 {
            var directory = Directory(root: root)
            for word in Self.shuffled(all, UInt64(seed)) { directory.add(word) }
            #expect(!directory.isRevoked(key(2)), "\(seed)")
            #expect(directory.region(village)?.name == "村")
        }
    }

    @Test func onlyThoseAboveEndAnIncarnation() throws {
        let (honest, _) = try story()
        var directory = Directory(root: root)
        for word in honest { directory.add(word) }
        // The village its town, the town itself and the county.
        directory.add(statement(end(1, at: nil), of: village, by: 2, seq: 2))
        directory.add(statement(end(1, at: nil), of: town, by: 1, seq: 9))
        directory.add(statement(end(0, at: nil), of: town, by: 1, seq: 10))
        for index in 0...2 { #expect(!directory.isRevoked(key(index))) }
        // The county its grandchild.
        directory.add(statement(end(2, at: nil), of: county, by: 0, seq: 9))
        #expect(directory.isRevoked(key(2)))
    }

    @Test func theStricterOfTwoCutsStands() throws {
        let (honest, _) = try story()
        let scope = ScopeName.cases(village, year: 2026)
        func end(_ seq: UInt64) -> DirectoryEntry {
            let cut = Revocation.Cut(scope: scope.id, seq: Seq(seq), hash: .zero)
            return .revocation(Revocation(key: key(2), reason: .lost, cuts: [cut]))
        }
        let all =
            honest + [
                statement(end(9), of: town, by: 1, seq: 4),
                statement(end(7), of: county, by: 0, seq: 4),
                statement(end(8), of: county, by: 0, seq: 5),
            ]
        for seed in 0..<50 {
            var directory = Directory(root: root)
            for word in Self.shuffled(all, UInt64(seed)) { directory.add(word) }
            #expect(directory.cut(of: key(2), in: scope.id)?.seq == Seq(7))
            #expect(!directory.isBeyondCut(key(2), in: scope, seq: Seq(7), hash: .zero))
            #expect(directory.isBeyondCut(key(2), in: scope, seq: Seq(8), hash: .zero))
            // The same number with another content, and a scope that nobody named.
            let other = Digest16(high: 1, low: 1)
            #expect(directory.isBeyondCut(key(2), in: scope, seq: Seq(7), hash: other))
            let next = ScopeName.cases(village, year: 2027)
            #expect(directory.isBeyondCut(key(2), in: next, seq: Seq(1), hash: .zero))
        }
    }

    /// Whoever sits may write any body: none of them stops its reader.
    @Test(arguments: [
        #"{"key":"KEY","cuts":[{"scope":"00000000000000ff","seq":9007199254740991,"hash":"HASH"}]}"#,
        #"{"key":"KEY","cuts":[{"scope":"00000000000000ff","seq":-1,"hash":"HASH"}]}"#,
        #"{"key":"KEY","cuts":[{"scope":"ff","seq":1,"hash":"HASH"}]}"#,
        #"{"key":"KEY","cuts":[7]}"#, #"{"cuts":[]}"#, #"{"key":7}"#, "[]",
    ]) func aBodyOfAnotherFormSaysNothing(body: String) throws {
        let text = body.replacingOccurrences(of: "KEY", with: key(1).text)
            .replacingOccurrences(of: "HASH", with: Digest16(high: 1, low: 2).hex)
        let header = ChangeHeader(
            scope: ScopeName.directory(town).id, actor: key(1).actor(in: ScopeID(1)), seq: Seq(2),
            previous: .zero, time: HybridTime(rawValue: 1), kind: .directoryRevocation)
        let change = ChangeCodec.make(
            header, salt: .zero, body: Array(text.utf8), suite: .sha256Ed25519)
        #expect(DirectoryEntry(change) == nil)
    }

    @Test func bodiesAreReadAsTheyWereWritten() throws {
        let cut = Revocation.Cut(
            scope: ScopeName.directory(village).id, seq: Seq(3), hash: Digest16(high: 5, low: 6))
        let entries: [DirectoryEntry] = [
            .revocation(Revocation(key: key(2), reason: .retired, cuts: [cut])),
            .adoption(Adoption(key: key(2), hashes: [Digest16(high: 1, low: 2)])),
        ]
        for entry in entries {
            let header = ChangeHeader(
                scope: ScopeName.directory(town).id, actor: key(1).actor(in: ScopeID(1)),
                seq: Seq(2), previous: .zero, time: HybridTime(rawValue: 1), kind: entry.kind)
            let change = ChangeCodec.make(
                header, salt: .zero, body: entry.body, suite: .sha256Ed25519)
            #expect(DirectoryEntry(change) == entry)
        }
    }
}
