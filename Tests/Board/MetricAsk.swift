import Base
import Change
import Civil
import Domain
import Guide
import Testing

@testable import Board

/// Asks one metric of figures that were put together by hand.
enum MetricAsk {
    static func day(_ text: String) -> CivilDate {
        CivilDate(text) ?? CivilDate(of: Instant(millis: 0))
    }

    /// September 2026, seen from the ninth of October.
    static func input() -> BoardInput {
        BoardInput(period: day("2026-09-01")...day("2026-09-30"), today: day("2026-10-09"))
    }

    static func value(_ number: Int, _ input: BoardInput) -> String {
        BoardMetric.all.first { $0.number == number }?.value(input).text ?? "none"
    }

    static func more(_ number: Int, _ name: String, _ input: BoardInput) -> String {
        let metric = BoardMetric.all.first { $0.number == number }
        return metric?.more(input).first { $0.0 == name }?.1.text ?? "none"
    }
}

/// A source of nothing: for rules that look at no document.
struct NoDocuments: FigureSource {
    /// Nothing goes wrong; the compiler wants a type of its own for what is thrown on.
    enum Failure: Error {}

    var missing: Int { 0 }

    func figures(of region: RegionID, in period: ClosedRange<CivilDate>) -> Figures { Figures() }
    func open(of region: RegionID) -> OpenFigures { OpenFigures() }
    func due(of region: RegionID, until day: CivilDate, limit: Int) -> [DocumentKey] { [] }
    func lastSign(of region: RegionID, until now: Instant) -> Int64? { nil }
    func places(
        of region: RegionID, with counted: Counted, in period: ClosedRange<CivilDate>
    ) -> [RegionID] { [] }
    func unsynced(
        of region: RegionID, in period: ClosedRange<CivilDate>,
        _ said: (ScopeID) throws(Failure) -> HoldingState?
    ) throws(Failure) -> Int { 0 }
    func census(
        on day: CivilDate, _ make: () throws(Failure) -> CatalogCensus
    ) throws(Failure) -> CatalogCensus { try make() }
}

extension NoDocuments: ListedSource {
    func content(_ key: DocumentKey) -> Content? { nil }
    func find(_ collection: Collection, label: String) -> [DocumentKey] { [] }
    func change(at dot: Dot, in scope: ScopeID) -> Change? { nil }
    func list(_ collection: Collection, limit: Int) -> [StoredDocument] { [] }
}
