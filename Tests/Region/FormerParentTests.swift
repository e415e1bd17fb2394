import Base
import Change
import Crypto
import Testing

@testable import Region

/// What a parent says of a place that it does not stand above any more, and a place whose
/// parent's word for it does not count any more.
@Suite struct FormerParentTests {
    private let world: SixKeys
    private let other = RegionID(3)
    private var county: RegionID { world.county }
    private var town: RegionID { world.town }
    private var village: RegionID { world.village }

    init() throws { world = try SixKeys() }

    private func seat(_ region: RegionID, _ index: Int) -> DirectoryEntry {
        let node = Digest(words: (UInt64(index), 0, 0, 1))
        return .seat(
            region: region, epoch: 1, key: world.key(index), node: node,
            proof: .own(region: region, node: node, by: world.keys[index]))
    }

    private func place(_ region: RegionID, under parent: RegionID) throws -> DirectoryEntry {
        let code = try #require(RegionCode(number: 370_124_000_000 + region.rawValue * 1000))
        return .region(
            RegionRecord(
                id: region, code: code, name: "地",
                level: parent == county ? .town : .village, parent: parent))
    }

    private func statement(
        _ entry: DirectoryEntry, of region: RegionID, by index: Int, seq: UInt64
    ) -> Directory.Statement {
        Directory.Statement(
            region: region, key: world.key(index), seq: Seq(seq),
            hash: Digest(words: (seq, UInt64(index), 7, 7)), time: HybridTime(rawValue: seq),
            entry: entry)
    }

    /// Two towns below the county, with their seats; the village under the first.
    private func twoTowns() throws -> [Directory.Statement] {
        [
            statement(try place(town, under: county), of: county, by: 0, seq: 2),
            statement(try place(other, under: county), of: county, by: 0, seq: 3),
            statement(seat(town, 1), of: county, by: 0, seq: 4),
            statement(seat(other, 2), of: county, by: 0, seq: 5),
            statement(try place(village, under: town), of: town, by: 1, seq: 2),
            statement(seat(village, 3), of: town, by: 1, seq: 3),
        ]
    }

    private func directory(_ statements: [Directory.Statement]) -> Directory {
        var directory = Directory(root: world.root)
        for statement in statements { directory.add(statement) }
        return directory
    }

    @Test func whatAFormerParentSaidTooLateIsSaidAgain() throws {
        let cut = Revocation.Cut(
            scope: ScopeName.cases(village, year: 2026).id, seq: Seq(9),
            hash: Digest16(high: 9, low: 9))
        let late = Digest16(high: 1, low: 2)
        let before = try twoTowns()
        let move = directory(before).restatement(of: village, under: other, by: county)
            .enumerated().map { statement($1, of: county, by: 0, seq: 10 + UInt64($0)) }
        let words = [
            statement(
                .revocation(Revocation(key: world.key(3), reason: .stolen, cuts: [cut])),
                of: town, by: 1, seq: 4),
            statement(
                .adoption(Adoption(key: world.key(3), hashes: [late])), of: town, by: 1, seq: 5),
        ]
        #expect(directory(before + words).owedRestatements(by: county).isEmpty)

        let owed = directory(before + move + words).owedRestatements(by: county)
        #expect(
            owed == [
                .revocation(Revocation(key: world.key(3), reason: .stolen, cuts: [cut])),
                .adoption(Adoption(key: world.key(3), hashes: [late])),
            ])
        #expect(directory(before + words + move).owedRestatements(by: county) == owed)
        #expect(directory(before + move + words).owedRestatements(by: town).isEmpty)

        let again = owed.enumerated().map { statement($1, of: county, by: 0, seq: 50 + UInt64($0)) }
        #expect(directory(before + move + words + again).owedRestatements(by: county).isEmpty)
        // The new parent holds nothing of what the old one says.
        let heard = directory(before.filter { $0.region == county } + move + again)
        #expect(heard.isRevoked(world.key(3)))
        #expect(heard.isAdopted(late, of: world.key(3)))
    }

    /// An account that a former town ended, and let begin anew, after the place had moved: the
    /// county says both words again, and they count as that town's, at their place among its words.
    @Test func whatAFormerParentSaidOfAnAccountIsSaidAgain() throws {
        let cases = ScopeName.cases(village, year: 2026)
        func turn(_ isEnd: Bool, behind seq: UInt64) -> DirectoryEntry {
            let cut = Revocation.Cut(
                scope: cases.id, seq: Seq(seq), hash: Digest16(high: seq, low: seq))
            return .account(
                AccountTurn(key: world.key(3), author: 77, isEnd: isEnd, cuts: [cut]))
        }
        func isOut(_ directory: Directory, _ seq: UInt64) -> Bool {
            directory.isBeyondEnd(
                of: 77, at: world.key(3), in: cases, seq: Seq(seq),
                hash: Digest16(high: seq, low: seq))
        }
        let before = try twoTowns()
        let move = directory(before).restatement(of: village, under: other, by: county)
            .enumerated().map { statement($1, of: county, by: 0, seq: 10 + UInt64($0)) }
        let words = [
            statement(turn(true, behind: 3), of: town, by: 1, seq: 4),
            statement(turn(false, behind: 6), of: town, by: 1, seq: 5),
        ]
        let owed = directory(before + move + words).owedRestatements(by: county)
        #expect(owed.count == 2)
        let again = owed.enumerated().map { statement($1, of: county, by: 0, seq: 50 + UInt64($0)) }
        #expect(directory(before + move + words + again).owedRestatements(by: county).isEmpty)

        let all = directory(before + move + words + again)
        let heard = directory(before.filter { $0.region == county } + move + again)
        for (seq, isVoid) in [(3, false), (4, true), (6, true), (7, false)] as [(UInt64, Bool)] {
            #expect(isOut(all, seq) == isVoid)
            #expect(isOut(heard, seq) == isVoid, "who hears the county alone says the same")
        }
        let early = directory(
            before.filter { $0.region == county } + again.reversed() + move)
        #expect(isOut(early, 4) && !isOut(early, 7), "in whatever order they come")
        // Those who moved it already said it do not owe it a second time.
        let later = directory(before + words).restatement(of: village, under: other, by: county)
        #expect(later.filter { owed.contains($0) } == owed)

        let ended = statement(turn(true, behind: 8), of: county, by: 0, seq: 60)
        let lie = DirectoryEntry.account(
            AccountTurn(
                key: world.key(3), author: 77, isEnd: false, cuts: [],
                origin: AccountTurn.Origin(
                    region: county, epoch: 9, seq: Seq(99), hash: Digest(words: (9, 9, 9, 9)))))
        let forged = directory(
            before + move + [ended, statement(lie, of: other, by: 2, seq: 7)])
        #expect(isOut(forged, 9), "nobody speaks for a region above him")
    }

    /// What a restored county wrote and nobody has heard: who is who counts until it is said again,
    /// where a place stands does not.
    @Test func aMoveThatNobodyHeardIsNotRecalled() throws {
        var known = directory(try twoTowns())
        let moved = statement(.move(region: village, parent: other), of: county, by: 0, seq: 9)
        known.recall(moved)
        #expect(known.region(village)?.parent == town)
        known.add(moved)
        #expect(known.region(village)?.parent == other)
    }

    @Test func aPlaceThatLostItsPlaceGoesOnListening() throws {
        let before = try twoTowns()
        let end = statement(
            .revocation(Revocation(key: world.key(1), reason: .stolen, cuts: [])), of: county,
            by: 0, seq: 10)
        let after = directory(before + [end])
        #expect(after.region(village) == nil)
        #expect(after.carries(village, .directory(county)))
        #expect(after.carries(village, .directory(town)))
        #expect(!after.carries(village, .directory(other)))
        #expect(!after.carries(village, .cases(village, year: 2026)))
        #expect(!after.carries(village, .catalog(county)))
    }
}
