import Base
import Change
import Crypto
import Testing

@testable import Region

/// Which of several statements stands, whatever the order in which they come.
@Suite struct StandingTests {
    private let otherTown = RegionID(3)
    private let world: SixKeys
    private var county: RegionID { world.county }
    private var town: RegionID { world.town }
    private var village: RegionID { world.village }
    private var keys: [SigningKey] { world.keys }
    private var root: SeatRecord { world.root }

    init() throws { world = try SixKeys() }

    private func key(_ index: Int) -> IncarnationKey { world.key(index) }

    private func seat(
        _ region: RegionID, epoch: UInt64, _ index: Int, by signer: Int? = nil
    ) -> DirectoryEntry {
        .seat(
            region: region, epoch: epoch, key: key(index), node: .zero,
            proof: .own(region: region, node: .zero, by: keys[signer ?? index]))
    }

    private func place(_ region: RegionID, _ name: String) throws -> DirectoryEntry {
        let codes = [town: "370124106000", otherTown: "370124001000", village: "370124106201"]
        let code = try #require(codes[region].flatMap { RegionCode($0) })
        return .region(
            RegionRecord(
                id: region, code: code, name: name,
                level: region == village ? .village : .town,
                parent: region == village ? town : county))
    }

    private func statement(
        _ entry: DirectoryEntry, of region: RegionID, by index: Int, seq: UInt64,
        time: UInt64 = 7
    ) -> Directory.Statement {
        Directory.Statement(
            region: region, key: key(index), seq: Seq(seq),
            hash: Digest(words: (seq, UInt64(index), time, 7)),
            time: HybridTime(rawValue: time), entry: entry)
    }

    /// Every order of a few statements.
    private static func orders(_ count: Int) -> [[Int]] {
        if count == 0 { return [[]] }
        return orders(count - 1).flatMap { shorter in
            (0...shorter.count).map { place in
                var longer = shorter
                longer.insert(count - 1, at: place)
                return longer
            }
        }
    }

    /// A new incarnation's chain begins again at 1, and its clock may be behind.
    @Test func aLaterSeatStandsBeforeALongerChain() throws {
        let all = [
            statement(try place(town, "旧名"), of: county, by: 0, seq: 90, time: 900),
            statement(seat(county, epoch: 2, 1), of: county, by: 0, seq: 91, time: 901),
            statement(try place(town, "新名"), of: county, by: 1, seq: 2, time: 3),
            statement(try place(town, "更新"), of: county, by: 1, seq: 3, time: 2),
        ]
        for order in Self.orders(all.count) {
            var directory = Directory(root: root)
            for index in order { directory.add(all[index]) }
            #expect(directory.region(town)?.name == "更新", "\(order)")
        }
    }

    /// Two scopes, of which neither follows the other: the later clock.
    @Test func ofTwoParentsTheLaterClockStands() throws {
        let all = [
            statement(try place(town, "镇"), of: county, by: 0, seq: 2),
            statement(seat(town, epoch: 1, 2), of: county, by: 0, seq: 3),
            statement(try place(village, "甲"), of: town, by: 2, seq: 40, time: 5),
            statement(seat(village, epoch: 1, 3), of: town, by: 2, seq: 41, time: 5),
            statement(try place(village, "乙"), of: village, by: 3, seq: 2, time: 6),
        ]
        for order in Self.orders(all.count) {
            var directory = Directory(root: root)
            for index in order { directory.add(all[index]) }
            #expect(directory.region(village)?.name == "乙", "\(order)")
        }
    }

    /// A parent that enters another region's key as its own child's.
    @Test func aSeatNeedsItsOwnersWord() throws {
        var directory = Directory(root: root)
        directory.add(statement(try place(town, "镇"), of: county, by: 0, seq: 2))
        directory.add(statement(try place(otherTown, "街道"), of: county, by: 0, seq: 3))
        directory.add(statement(seat(town, epoch: 1, 2), of: county, by: 0, seq: 4))
        let stolen = [
            seat(otherTown, epoch: 1, 2, by: 3),
            DirectoryEntry.seat(
                region: otherTown, epoch: 1, key: key(2), node: .zero, proof: nil),
            .seat(
                region: otherTown, epoch: 1, key: key(2), node: .zero,
                proof: .own(region: town, node: .zero, by: keys[2])),
            .incarnation(
                region: otherTown, key: key(4), node: .zero,
                proof: .own(region: otherTown, node: .zero, by: keys[3])),
        ]
        for (seq, entry) in stolen.enumerated() {
            directory.add(statement(entry, of: county, by: 0, seq: UInt64(5 + seq)))
            #expect(directory.seat(of: otherTown) == nil)
            #expect(directory.region(of: key(4)) == nil)
            #expect(directory.region(seatedBy: key(2)) == town)
        }
        directory.add(statement(seat(otherTown, epoch: 1, 4), of: county, by: 0, seq: 20))
        #expect(directory.seat(of: otherTown)?.key == key(4))
    }

    /// What an earlier incarnation of a neighbour wrote stays its.
    @Test func aPartnersEarlierSeatIsNotForgotten() throws {
        let neighbour = RegionRecord(
            id: RegionID(9), code: try #require(RegionCode("371502000000")), name: "邻",
            level: .county, parent: nil)
        func partner(_ epoch: UInt64, _ index: Int) -> DirectoryEntry {
            .partner(
                neighbour, epoch: epoch, key: key(index), node: .zero,
                proof: .own(region: neighbour.id, node: .zero, by: keys[index]))
        }
        let all = [
            statement(partner(1, 4), of: county, by: 0, seq: 2),
            statement(partner(2, 5), of: county, by: 0, seq: 3),
        ]
        for order in Self.orders(2) {
            var directory = Directory(root: root)
            for index in order { directory.add(all[index]) }
            #expect(directory.seat(of: neighbour.id)?.key == key(5))
            #expect(directory.partners.map(\.seat.epoch) == [2])
            #expect(directory.region(seatedBy: key(4)) == neighbour.id)
        }
    }
}
