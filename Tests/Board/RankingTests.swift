import Base
import Change
import Civil
import Domain
import Guide
import Testing

@testable import Board

/// Scores and their order, worked by hand.
@Suite struct RankingTests {
    @Test func aScoreWeighsWhatThereIs() {
        var figures = Figures()
        figures.add(.decided, "", Figures.Amount(count: 10))
        figures.add(.onTime, "", Figures.Amount(count: 9))
        figures.add(.received, "", Figures.Amount(count: 10))
        figures.add(.correctedTwice, "", Figures.Amount(count: 2))
        // 900 × 40 + 800 × 20 over 60: 866.7.
        #expect(Score(figures, .seed).thousandths == 867)
        figures.add(.rating, "5", Figures.Amount(count: 3))
        // (36,000 + 16,000 + 1000 × 30) / 90 = 911.1.
        #expect(Score(figures, .seed).thousandths == 911)
        #expect(Score(Figures(), .seed).thousandths == nil)
        #expect(
            RankingWeights(["onTime": 0, "once": 0, "content": 0, "tickets": 0]) == nil)
    }

    /// 4/4, 3/4 twice, and two of whom too little is known.
    @Test func whoIsLikedBestStandsFirst() {
        func rated(_ name: String, _ content: Int, _ count: Int) -> Rated {
            Rated(name, [Figures.Amount(count: count, sum: content)])
        }
        let rows = Rated.rows([
            rated("丙", 2, 2), rated("甲", 3, 4), rated("乙", 4, 4), rated("丁", 6, 8),
            rated("无", 0, 0),
        ])
        #expect(
            rows.map { $0.joined(separator: " ") } == [
                "乙 1 4 100.0%", "丁 2 8 75.0%", "甲 2 4 75.0%", "丙 — — 不足 3 份", "无 — — 无评价",
            ])
    }

    @Test func theBestStandFirstAndThoseWithoutAScoreLast() {
        typealias Maker = BoardMaker<NoDocuments, NoDocuments>
        let ranked = Maker.ranked([("乙", 800), ("甲", 800), ("丙", nil), ("丁", 950)])
        #expect(
            ranked.map(\.name)
                == ["丁", "乙", "甲", "丙"].sorted {
                    let scores = ["丁": 950, "乙": 800, "甲": 800, "丙": -1]
                    return (scores[$1] ?? 0, $0) < (scores[$0] ?? 0, $1)
                })
        #expect(ranked.first?.name == "丁" && ranked.last?.name == "丙")
        var figures = Figures()
        var census = CatalogCensus()
        for (item, name, all, good) in [
            ("A", "民政", 4, 4), ("B", "人社", 10, 9), ("C", "民政", 6, 4), ("D", "住建", 1, 0),
        ] {
            census.departments[item] = name
            figures.add(.itemDecided, item, Figures.Amount(count: all))
            if good > 0 { figures.add(.itemOnTime, item, Figures.Amount(count: good)) }
        }
        // 人社 9/10, 民政 8/10, 住建 0/1.
        let departments = Maker.departments(figures, census)
        #expect(departments.map(\.name) == ["人社", "民政", "住建"])
        #expect(departments.map(\.part) == [9, 8, 0])
        #expect(departments.map(\.whole) == [10, 10, 1])
    }
}
