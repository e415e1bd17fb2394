import Base
import Board
import Change
import Civil
import Domain
import Kernel
import Store

/// What is asked of the figures.
extension Tally {
    /// Finds out how much was not looked at, where the file cannot be written.
    func countMissing(_ reader: SnapshotReader) throws(JournalError) {
        missing = pending.count
        for leaf in try reader.leaves() where leaf.record.name.family == .cases {
            for head in leaf.heads {
                let chain = TallyChain(scope: leaf.record.name.id, actor: head.actor)
                let mark = marks[chain]?.seen ?? 0
                if head.seq.rawValue > mark { missing += Int(clamping: head.seq.rawValue - mark) }
            }
        }
    }

    func figures(
        of region: RegionID, in period: ClosedRange<CivilDate>
    ) throws(JournalError) -> Figures {
        var figures = Figures()
        for range in Self.ranges(of: period) {
            try file.sums(of: region, in: range, to: &figures)
        }
        return figures
    }

    func open(of region: RegionID) throws(JournalError) -> OpenFigures {
        try file.open(of: region)
    }

    func due(
        until day: CivilDate, limit: Int, at passes: (RegionID) -> Bool
    ) throws(JournalError) -> [DocumentKey] {
        try file.due(until: day.daysSince1970, limit: limit, at: passes)
    }

    func openCases(of item: String) throws(JournalError) -> (keys: [DocumentKey], total: Int) {
        let keys = try file.parts(of: item, isOpen: true, limit: Limits.impactCasesMax)
        let isWhole = keys.count < Limits.impactCasesMax
        return (keys, isWhole ? keys.count : try file.openCount(of: item))
    }

    func waiting(limit: Int) throws(JournalError) -> (keys: [DocumentKey], total: Int) {
        try file.waiting(limit: limit)
    }

    func lastSign(of region: RegionID, until now: Int64) -> Int64? {
        guard let place = places[region] else { return nil }
        return [place.sign, place.met].filter { $0 > 0 && $0 <= now }.max()
    }

    func places(
        with counted: Counted, in period: ClosedRange<CivilDate>, at passes: (RegionID) -> Bool
    ) throws(JournalError) -> [RegionID] {
        var found: [RegionID] = []
        for id in places.keys.sorted() where passes(id) {
            var count = 0
            for range in Self.ranges(of: period) {
                count += try file.count(counted, of: id, in: range)
            }
            if count > 0 { found.append(id) }
        }
        return found
    }

    func unsynced(
        in period: ClosedRange<CivilDate>, at passes: (RegionID) -> Bool,
        _ said: (ScopeID) throws(JournalError) -> HoldingState?
    ) throws(JournalError) -> Int {
        let moments = period.lowerBound.start.millis...period.upperBound.end.millis
        var count = 0
        var held: [ScopeID: HoldingState?] = [:]
        for chain in marks.keys.sorted(by: { ($0.scope, $0.actor) < ($1.scope, $1.actor) }) {
            if held[chain.scope] == nil { held[chain.scope] = .some(try said(chain.scope)) }
            let seq = held[chain.scope]??.seq(of: chain.actor, in: chain.scope) ?? 0
            for entry in try file.received(by: chain, after: seq, in: moments)
            where passes(entry.region) { count += entry.count }
        }
        return count
    }

    /// A period as the file has it: whole months as months, the ends as days.
    static func ranges(of period: ClosedRange<CivilDate>) -> [ClosedRange<Int>] {
        var ranges: [ClosedRange<Int>] = []
        var date = period.lowerBound
        while date <= period.upperBound {
            let end = date.lastOfMonth
            if date == date.firstOfMonth, end <= period.upperBound {
                ranges.append(-date.month...(-date.month))
            } else {
                ranges.append(date.daysSince1970...min(end, period.upperBound).daysSince1970)
            }
            // Behind the last day of all there is no next.
            if end >= period.upperBound { break }
            date = end.advanced(by: 1)
        }
        return ranges
    }

    func census(
        on day: CivilDate, _ directory: Directory, _ make: () throws(JournalError) -> CatalogCensus
    ) throws(JournalError) -> CatalogCensus {
        let places = directory.regions.count
        if let census, census.version == nextCatalogVersion, census.day == day,
            census.places == places
        {
            return census.value
        }
        let value = try make()
        census = (nextCatalogVersion, places, day, value)
        return value
    }
}
