import Base
import Board
import Change
import Civil
import Domain
import Kernel
import Support
import Testing

@testable import Tally

/// The file of the figures: sums, what is taken back, and files of another store.
@Suite struct TallyFileTests {
    private let county = RegionID(1)
    private let village = RegionID(2)

    private func key(
        _ region: RegionID, _ band: TallyKey.Band, _ period: Int, _ counted: Counted,
        _ key: String = ""
    ) -> TallyKey {
        TallyKey(
            region: region, band: band, period: period, counted: counted.rawValue, key: key)
    }

    @Test func whatIsAddedAndTakenBackIsNothing() throws {
        let folder = try TemporaryFolder()
        let file = try TallyFile.open(folder.path + "/board.db", identity: [1])
        try file.begin()
        try file.add(key(county, .deep, 20_000, .received), count: 3, sum: 0)
        try file.add(key(county, .deep, 20_001, .received), count: 2, sum: 0)
        try file.add(key(county, .deep, 20_001, .rating, "5"), count: 1, sum: 0)
        try file.add(key(county, .deep, 20_001, .received), count: -1, sum: 0)
        try file.add(key(county, .deepOpen, 20_005, .open), count: 1, sum: 0)
        try file.add(key(county, .deepOpen, 20_005, .open), count: -1, sum: 0)
        try file.add(key(county, .deepOpen, 20_006, .open), count: 4, sum: 0)
        try file.add(key(village, .deep, 20_000, .received), count: 7, sum: 0)
        try file.commit()
        var figures = Figures()
        try file.sums(of: county, in: 20_000...20_001, to: &figures)
        #expect(figures.count(.received) == 4)
        #expect(figures.count(.rating, "5") == 1)
        #expect(
            try file.open(of: county).entries == [OpenFigures.Entry(.open, 20_006, "", 4)])
    }

    @Test func anotherStoresFileIsMadeAnew() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/board.db"
        do {
            let file = try TallyFile.open(path, identity: [1])
            try file.begin()
            let mark = TallyMark(seen: 7, signed: 3, met: 9)
            try file.setMark(TallyChain(scope: ScopeID(5), actor: ActorID(6)), mark)
            try file.setPlace(village, TallyPlace(above: [village, county], sign: 4, met: 8))
            try file.commit()
        }
        let same = try TallyFile.open(path, identity: [1])
        #expect(
            try same.marks() == [
                TallyChain(scope: ScopeID(5), actor: ActorID(6)): TallyMark(
                    seen: 7, signed: 3, met: 9)
            ])
        #expect(
            try same.places() == [
                village: TallyPlace(above: [village, county], sign: 4, met: 8)
            ])
        #expect(try TallyFile.open(path, identity: [2]).marks().isEmpty)
    }

    /// A board asked for the last day of all ended the node: behind it there is no next day.
    @Test(arguments: [
        ("2026-02-01", "2026-02-28", [-24_313...(-24_313)]),
        ("2026-01-31", "2026-03-01", [20_484...20_484, -24_313...(-24_313), 20_513...20_513]),
        ("9999-12-31", "9999-12-31", [2_932_896...2_932_896]),
        ("9999-12-01", "9999-12-31", [-119_999...(-119_999)]),
        ("0001-01-01", "0001-01-01", [-719_162...(-719_162)]),
    ])
    func aPeriodIsMonthsAndDays(from: String, to: String, ranges: [ClosedRange<Int>]) throws {
        let (first, last) = (try #require(CivilDate(from)), try #require(CivilDate(to)))
        #expect(Tally.ranges(of: first...last) == ranges, "\(first.month)")
    }

    /// What a station whose clock ran at the end of all years wrote is counted, once a day.
    @Test func theLastDayOfAllIsCountedOnce() throws {
        let last = try #require(CivilDate("9999-12-31"))
        let portion = Portion.waited(
            from: last.start.millis - 3 * 86_400_000, until: last.end.millis)
        #expect(portion.cells.count { $0.counted == .outage } == 4)
    }

    @Test func whatIsDueComesInItsOrder() throws {
        let folder = try TemporaryFolder()
        let file = try TallyFile.open(folder.path + "/board.db", identity: [1])
        try file.begin()
        for (number, text) in [(1, "2026-12-17"), (2, "2026-12-10"), (3, "2026-12-20")] {
            var portion = Portion()
            portion.due = CivilDate(text)
            let id = DocumentKey(
                collection: .caseFile, id: Digest16(high: 0, low: UInt64(number)))
            try file.setPart(
                id, TallyPart(region: number == 2 ? village : county, portion: portion))
        }
        try file.commit()
        let day = try #require(CivilDate("2026-12-17")).daysSince1970
        #expect(try file.due(until: day, limit: 9) { _ in true }.map(\.id.low) == [2, 1])
        #expect(try file.due(until: day, limit: 9) { $0 == county }.map(\.id.low) == [1])
        #expect(try file.openParts().count == 3)
    }

    @Test func whatWaitsIsFoundByTheLongestWait() throws {
        let folder = try TemporaryFolder()
        let file = try TallyFile.open(folder.path + "/board.db", identity: [1])
        #expect(try !file.hasParts())
        try file.begin()
        for number in 1...3000 {
            let key = DocumentKey(
                collection: .caseFile, id: Digest16(high: 0, low: UInt64(number)))
            var part = TallyPart(region: village, portion: Portion())
            part.item = number % 2 == 0 ? "even" : "odd"
            part.isOpen = number > 10
            part.received = Int64(number)
            part.waits = number == 5 || number == 2
            try file.setPart(key, part)
        }
        try file.commit()
        #expect(try file.hasParts())
        let found = try file.waiting(limit: 200)
        #expect(found.keys.map(\.id.low) == [2, 5])
        #expect(found.total == 2)
        #expect(try file.waiting(limit: 1).keys.count == 1)
        #expect(try file.waiting(limit: 1).total == 2)
        #expect(try file.parts(of: "odd", isOpen: true, limit: 9000).count == 1495)
        #expect(try file.parts(of: "odd", isOpen: false, limit: 9000).count == 1500)
        #expect(try file.openCount(of: "odd") == 1495, "of very many, all are counted")
        #expect(try file.openParts().count == 2990)
    }
}
