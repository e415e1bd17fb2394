import Base
import Change
import Crypto
import Testing

@testable import Region

/// Who hears the county alone knows after a move under whom a place stood: what a former parent
/// did as a supervisor stays done, and everybody has to say so.
@Suite struct RestatementTests {
    private let county = RegionID(1)
    private let towns = [RegionID(2), RegionID(3), RegionID(4)]
    private let village = RegionID(5)
    private let key: IncarnationKey

    init() throws {
        let seed = [UInt8](repeating: 9, count: 32)
        key = IncarnationKey(try SigningKey(suite: .sha256Ed25519, seed: seed).publicKey)
    }

    private func record(
        _ id: RegionID, _ level: Level, under parent: RegionID?
    ) throws -> DirectoryEntry {
        let code = try #require(RegionCode(number: 370_124_000_000 + id.rawValue * 1000))
        return .region(
            RegionRecord(id: id, code: code, name: "地", level: level, parent: parent))
    }

    @Test func aMoveNamesEveryFormerParent() throws {
        let root = SeatRecord(region: county, epoch: 1, key: key, node: .zero, grant: .zero)
        var stated = [try record(county, .county, under: nil)]
        for town in towns { stated.append(try record(town, .town, under: county)) }
        var whole = Directory(root: root)
        var seq: UInt64 = 1
        func add(_ entries: [DirectoryEntry], to directory: inout Directory) {
            for entry in entries {
                seq += 1
                directory.add(
                    Directory.Statement(
                        region: county, key: key, seq: Seq(seq),
                        hash: Digest(words: (seq, 7, 7, 7)), time: HybridTime(rawValue: seq),
                        entry: entry))
            }
        }
        add(stated + [try record(village, .village, under: towns[0])], to: &whole)
        var heard: [DirectoryEntry] = stated
        for town in towns.dropFirst() {
            // The first record is the old town's word, which the others do not hear.
            let entries = whole.restatement(of: village, under: town, by: county)
            heard += entries
            add(entries, to: &whole)
        }
        var elsewhere = Directory(root: root)
        add(heard, to: &elsewhere)
        #expect(whole.everAbove(village) == [county] + towns + [village])
        #expect(elsewhere.everAbove(village) == whole.everAbove(village))
        #expect(elsewhere.region(village)?.parent == towns[2])
        #expect(whole.region(village)?.parent == towns[2])
    }

    /// What a former town said of an account at the village counts for those who never hear that
    /// town: the county says it again with the move.
    @Test func aMoveSaysAgainWhichAccountsEnded() throws {
        let root = SeatRecord(region: county, epoch: 1, key: key, node: .zero, grant: .zero)
        func incarnation(_ seed: UInt8) throws -> IncarnationKey {
            let seed = [UInt8](repeating: seed, count: 32)
            return IncarnationKey(try SigningKey(suite: .sha256Ed25519, seed: seed).publicKey)
        }
        let (town, own) = (try incarnation(2), try incarnation(5))
        var seq: UInt64 = 1
        func add(
            _ entries: [DirectoryEntry], by region: RegionID, _ author: IncarnationKey,
            to directory: inout Directory
        ) {
            for entry in entries {
                seq += 1
                directory.add(
                    Directory.Statement(
                        region: region, key: author, seq: Seq(seq),
                        hash: Digest(words: (seq, 7, 7, 7)), time: HybridTime(rawValue: seq),
                        entry: entry))
            }
        }
        func seat(_ region: RegionID, _ key: IncarnationKey, _ seed: UInt8) throws
            -> DirectoryEntry
        {
            let signing = try SigningKey(
                suite: .sha256Ed25519, seed: [UInt8](repeating: seed, count: 32))
            let node = Digest(words: (UInt64(seed), 0, 0, 0))
            return .seat(
                region: region, epoch: 1, key: key, node: node,
                proof: .own(region: region, node: node, by: signing))
        }
        let stated = [
            try record(county, .county, under: nil), try record(towns[0], .town, under: county),
            try record(towns[1], .town, under: county), try seat(towns[0], town, 2),
        ]
        var whole = Directory(root: root)
        add(stated, by: county, key, to: &whole)
        let below = [try record(village, .village, under: towns[0]), try seat(village, own, 5)]
        add(below, by: towns[0], town, to: &whole)
        let cases = ScopeName.cases(village, year: 2026)
        let cut = Revocation.Cut(
            scope: cases.id, seq: Seq(3), hash: Digest16(high: 3, low: 3))
        let end = DirectoryEntry.account(
            AccountTurn(key: own, author: 77, isEnd: true, cuts: [cut]))
        add([end], by: towns[0], town, to: &whole)
        func isOut(_ directory: Directory) -> Bool {
            directory.isBeyondEnd(
                of: 77, at: own, in: cases, seq: Seq(4), hash: Digest16(high: 4, low: 4))
        }
        #expect(isOut(whole), "where the town is heard")
        var elsewhere = Directory(root: root)
        add(stated, by: county, key, to: &elsewhere)
        add(
            whole.restatement(of: village, under: towns[1], by: county), by: county, key,
            to: &elsewhere)
        #expect(elsewhere.region(village)?.parent == towns[1])
        #expect(isOut(elsewhere), "and where it is not")
        #expect(
            !elsewhere.isBeyondEnd(
                of: 77, at: own, in: cases, seq: Seq(2), hash: Digest16(high: 2, low: 2)))
    }
}
