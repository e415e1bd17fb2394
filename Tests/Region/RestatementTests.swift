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
            let entries = whole.restatement(of: village, under: town)
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
}
