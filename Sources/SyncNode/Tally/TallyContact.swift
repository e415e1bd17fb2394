import Base
import Board
import Change
import Civil
import Domain

/// Who writes a chain of a case scope, seen from the place that the scope is of.
enum TallyWriter {
    /// The place itself: its changes tell that it was there.
    case station
    /// The county above it: its receipts tell when what the place wrote had come.
    case county
    case other

    /// Cost: a hash for each seat that the two places ever had.
    init(of chain: TallyChain, _ scope: ScopeName, _ directory: Directory) {
        func sits(_ region: RegionID) -> Bool {
            directory.seats(of: region).contains { $0.key.actor(in: chain.scope) == chain.actor }
        }
        let county = directory.county(of: scope.region)
        self =
            sits(scope.region) ? .station : county.map(sits) == true ? .county : .other
    }
}

/// What a step found out about a link, beside the documents.
struct TallyContact {
    let region: RegionID
    let chain: TallyChain
    let portion: Portion
}

/// 到站回执: what a place above says of a station's chains in the station's own scope.
struct ArrivalWord {
    private let scopes: [HoldingState.Scope]
    /// Milliseconds since 1970 by the clock of whoever says it.
    let moment: Int64

    /// nil where it is not of its form.
    init?(_ change: Change) {
        guard let body = change.body.map(JSON.orNull), let scopes = HoldingState.read(body) else {
            return nil
        }
        self.scopes = scopes
        moment = body["at"]?.int ?? change.header.time.millis
    }

    func heads(of scope: ScopeID) -> [CatalogReceiptState.Head] {
        scopes.first { $0.id == scope }?.heads ?? []
    }
}

extension Portion {
    /// What lay at a place from one moment until another, in milliseconds: its lag on the day on
    /// which it had come and, where that was long, the minutes of each day.
    static func waited(from start: Int64, until end: Int64) -> Portion {
        var portion = Portion()
        let minutes = Int((end - start) / 60_000)
        let last = CivilDate(of: Instant(millis: end))
        portion.add(.syncLag, last, padded(min(minutes, Limits.lagMinutesMax)))
        guard minutes >= Limits.outageMinutesMin else { return portion }
        var day = CivilDate(of: Instant(millis: start))
        if last.daysSince1970 - day.daysSince1970 >= Limits.outageDaysMax {
            day = last.advanced(by: 1 - Limits.outageDaysMax)
        }
        for day in day.through(last) {
            let part = min(end, day.end.millis + 1) - max(start, day.start.millis)
            if part >= 60_000 { portion.add(.outage, day, sum: Int(part / 60_000)) }
        }
        return portion
    }
}
