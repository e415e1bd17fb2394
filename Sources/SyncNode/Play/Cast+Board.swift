import Base
import Board
import Change
import Civil
import Domain
import Guide
import Kernel
import Paper
import Simulator

/// What a case, a ticket and the board say at a place, by the makers of a live node.
extension Cast {
    /// The clock of a case today; nil where the place has no such case.
    func clock(_ name: String, _ number: String) throws(JournalError) -> CaseClock? {
        let (source, directory, _) = try source(name)
        guard let state = try file(name, number) else { return nil }
        return try CatalogQuery.clock(
            of: state, on: CivilDate(of: stage.now), in: directory, from: source)
    }

    /// 文书 of a case as a place prints it; nil where there is none.
    func paper(
        _ name: String, _ kind: PaperKind, _ number: String
    ) throws(JournalError) -> CasePaper? {
        let (source, directory, _) = try source(name)
        guard let state = try file(name, number) else { return nil }
        return try PaperMaker(directory: directory, now: stage.now, source: source)
            .paper(PaperName(kind), of: state)
    }

    /// A ticket of a number; nil where the place has none.
    func ticket(_ name: String, _ number: String) throws(JournalError) -> TicketState? {
        let (source, _, _) = try source(name)
        guard let key = try source.find(.ticket, label: number).first,
            case .ticket(let state)? = try source.content(key)
        else { return nil }
        return state
    }

    /// When places above had the first event of a case, by their own receipts: `C 17:20`.
    func storedTimes(_ name: String, _ number: String) throws(JournalError) -> [String] {
        let (source, directory, _) = try source(name)
        guard let state = try file(name, number) else { return [] }
        let first = try Delivery.lines(of: state, in: directory, from: source).first
        return (first?.stored ?? []).map { place in
            let time = place.time.map { Self.minute(Instant(millis: $0)) } ?? "—"
            return "\(place.region.name) \(time)"
        }
    }

    /// `09:05`, in Shanghai.
    static func minute(_ moment: Instant) -> String {
        String(moment.rfc3339.dropFirst(11).prefix(5))
    }

    /// The board's sheet of one day.
    func board(
        _ name: String, _ kind: BoardKind, on day: String
    ) throws(JournalError) -> Sheet? {
        guard let date = CivilDate(day) else { throw .failed("no day \(day)") }
        let (source, directory, region) = try source(name)
        return try BoardMaker(
            own: region, directory: directory, now: stage.now, source: source,
            figured: StageFigures(source: source, directory: directory)
        ).sheet(BoardQuestion(kind, period: date...date))
    }
}

/// The board's figures of a place on a stage, counted anew at each question.
struct StageFigures: FigureSource {
    typealias Failure = JournalError

    let source: StageSource
    let directory: Directory

    var missing: Int { 0 }

    func figures(
        of region: RegionID, in period: ClosedRange<CivilDate>
    ) throws(JournalError) -> Figures {
        let days = period.lowerBound.daysSince1970...period.upperBound.daysSince1970
        var figures = Figures()
        for (_, _, portion) in try portions(of: region) {
            for cell in portion.cells where !cell.counted.isOpen && days.contains(cell.day) {
                figures.add(
                    cell.counted, cell.key, Figures.Amount(count: cell.count, sum: cell.sum))
            }
        }
        return figures
    }

    func open(of region: RegionID) throws(JournalError) -> OpenFigures {
        var entries: [OpenFigures.Entry] = []
        for (_, _, portion) in try portions(of: region) {
            for cell in portion.cells where cell.counted.isOpen {
                entries.append(.init(cell.counted, cell.day, cell.key, cell.count))
            }
        }
        return OpenFigures(entries.sorted { $0.day < $1.day })
    }

    func due(
        of region: RegionID, until day: CivilDate, limit: Int
    ) throws(JournalError) -> [DocumentKey] {
        let all = try portions(of: region).compactMap { key, _, portion in
            portion.due.map { (due: $0, key: key) }
        }
        return all.filter { $0.due <= day }.sorted { ($0.due, $0.key.id) < ($1.due, $1.key.id) }
            .prefix(limit).map(\.key)
    }

    func lastSign(of region: RegionID, until now: Instant) -> Int64? { nil }

    func places(
        of region: RegionID, with counted: Counted, in period: ClosedRange<CivilDate>
    ) throws(JournalError) -> [RegionID] {
        var found: [RegionID] = []
        for place in directory.regions.map(\.id).sorted()
        where directory.isWithin(place, region) {
            let days = period.lowerBound.daysSince1970...period.upperBound.daysSince1970
            let isThere = try portions(of: region).contains { key, at, portion in
                at == place
                    && portion.cells.contains { $0.counted == counted && days.contains($0.day) }
            }
            if isThere { found.append(place) }
        }
        return found
    }

    func unsynced(
        of region: RegionID, in period: ClosedRange<CivilDate>,
        _ said: (ScopeID) throws(JournalError) -> HoldingState?
    ) throws(JournalError) -> Int {
        var count = 0
        for document in try source.list(.caseFile, limit: Limits.importRowsMax) {
            guard case .caseFile(let state)? = try source.content(document.key),
                directory.isWithin(state.scope.region, region), !state.hasArrived,
                let first = state.links.first.flatMap({ state.event($0.event) }),
                let received = state.receivedAt,
                period.contains(CivilDate(of: Instant(millis: received)))
            else { continue }
            let isHeld = try said(state.scopeID)?.covers(first.dot, in: state.scopeID) ?? false
            if !isHeld { count += 1 }
        }
        return count
    }

    func census(
        on day: CivilDate, _ make: () throws(JournalError) -> CatalogCensus
    ) throws(JournalError) -> CatalogCensus { try make() }

    private func portions(
        of region: RegionID
    ) throws(JournalError) -> [(key: DocumentKey, place: RegionID, portion: Portion)] {
        var found: [(DocumentKey, RegionID, Portion)] = []
        for collection in [Collection.caseFile, .ticket, .rating] {
            for document in try source.list(collection, limit: Limits.importRowsMax) {
                guard let (place, portion) = try portion(document.key),
                    directory.isWithin(place, region)
                else { continue }
                found.append((document.key, place, portion))
            }
        }
        return found
    }

    private func portion(
        _ key: DocumentKey
    ) throws(JournalError) -> (region: RegionID, portion: Portion)? {
        switch try source.content(key) {
        case .caseFile(let state):
            guard let first = state.receivedAt ?? state.registeredAt else { return nil }
            let binding = try CatalogQuery.binding(of: state, in: directory, from: source)
            return (
                state.scope.region,
                .of(state, binding, try calendar(first, at: state.scope.region))
            )
        case .ticket(let state):
            guard let opened = state.opening?.moment.millis else { return nil }
            return (state.station, .of(state, try calendar(opened, at: state.station)))
        case .rating(let state): return (state.region, .of(state))
        default: return nil
        }
    }

    private func calendar(
        _ millis: Int64, at region: RegionID
    ) throws(JournalError) -> WorkCalendar {
        let year = CivilDate(of: Instant(millis: millis)).year
        return try CatalogQuery.calendar(
            of: year - 1...year + Limits.dueYearsMax, for: region, in: directory, from: source)
    }
}
