package import Base
import Board
package import Change
import Civil
package import Domain
import Guide
package import Kernel
package import Store

/// Documents of one moment, with those kept that every case asks for.
package final class TallySource: ListedSource {
    /// What the store throws.
    package typealias Failure = JournalError

    private let stored: ReaderSource
    private let directory: Directory
    /// Finds cases by more than their time; nil where no figures are lent.
    private let tally: Tally?
    private var kept: [DocumentKey: Content?] = [:]
    private var calendars: [RegionID: (years: ClosedRange<Int>, calendar: WorkCalendar)] = [:]

    /// - Parameter reader: Lent for as long as this is used.
    package convenience init(_ reader: SnapshotReader, _ directory: Directory) {
        self.init(reader, directory, tally: nil)
    }

    init(_ reader: SnapshotReader, _ directory: Directory, tally: Tally?) {
        stored = ReaderSource(reader: reader)
        self.directory = directory
        self.tally = tally
    }

    /// Items and calendars from memory once they were read; all else from the store.
    package func content(_ key: DocumentKey) throws(JournalError) -> Content? {
        switch key.collection {
        case .item, .calendar, .grant, .overlay: break
        default: return try stored.content(key)
        }
        if let known = kept[key] { return known }
        let content = try stored.content(key)
        kept[key] = .some(content)
        return content
    }

    /// One walk of the label index.
    package func find(
        _ collection: Collection, label: String
    ) throws(JournalError) -> [DocumentKey] {
        try stored.find(collection, label: label)
    }

    /// The newest, page by page.
    package func list(
        _ collection: Collection, limit: Int
    ) throws(JournalError) -> [StoredDocument] {
        try stored.list(collection, limit: limit)
    }

    /// Along the index of times, page by page.
    package func list(
        _ collection: Collection, from: Int64, limit: Int
    ) throws(JournalError) -> [StoredDocument] {
        try stored.list(collection, from: from, limit: limit)
    }

    /// Along the index of states, page by page.
    package func list(
        _ collection: Collection, status: String, limit: Int
    ) throws(JournalError) -> [StoredDocument] {
        try stored.list(collection, status: status, limit: limit)
    }

    /// By an index: nothing is passed over, however many cases there are.
    package func openCases(
        of item: String
    ) throws(JournalError) -> (keys: [DocumentKey], total: Int)? {
        try tally?.openCases(of: item)
    }

    /// By an index, the longest waiting first.
    package func waitingCases(
        limit: Int
    ) throws(JournalError) -> (keys: [DocumentKey], total: Int)? {
        try tally?.waiting(limit: limit)
    }

    /// The newest change of a place's own, from memory.
    package func lastSign(of region: RegionID) throws(JournalError) -> Int64? {
        tally?.lastSign(of: region, until: .max)
    }

    /// Changes that came and were not looked at yet.
    package var unindexed: Int { tally?.missing ?? 0 }

    /// One read and one hash.
    package func change(at dot: Dot, in scope: ScopeID) throws(JournalError) -> Change? {
        try stored.change(at: dot, in: scope)
    }

    /// What a document adds, and to which place; nil where it adds nothing.
    func portion(
        of key: DocumentKey
    ) throws(JournalError) -> TallyPart? {
        switch try content(key) {
        case .caseFile(let state):
            let first = state.receivedAt ?? state.registeredAt
            guard let received = first.map({ CivilDate(of: Instant(millis: $0)) }) else {
                return nil
            }
            let calendar = try calendar(around: received, at: state.scope.region)
            let binding = try CatalogQuery.binding(of: state, in: directory, from: self)
            let waiting = try CatalogQuery.waiting(state, key.id, in: directory, from: self)
            return TallyPart(
                region: state.scope.region,
                portion: .of(
                    state, binding, calendar, mode: try mode(of: state),
                    crossing: try crossing(of: state)),
                item: state.item, isOpen: !state.status.isFinal,
                received: state.receivedAt ?? 0, waits: waiting.isAny, first: Self.first(of: state))
        case .ticket(let state):
            guard let opened = state.opened else { return nil }
            let portion = Portion.of(state, try calendar(around: opened, at: state.station))
            return TallyPart(
                region: state.station, portion: portion, isOpen: portion.due != nil)
        case .rating(let state):
            return TallyPart(region: state.region, portion: .of(state), isOpen: false)
        default: return nil
        }
    }

    /// Where the 收件 of a case stands that was received here.
    private static func first(of state: CaseState) -> (chain: TallyChain, seq: UInt64)? {
        guard state.receivedAt != nil, !state.hasArrived,
            let dot = state.links.first.flatMap({ state.event($0.event) })?.dot
        else { return nil }
        return (TallyChain(scope: state.scopeID, actor: dot.actor), dot.seq.rawValue)
    }

    /// 通办模式 of the item of a case that goes from county to county; empty where none is stated.
    private func crossing(of state: CaseState) throws(JournalError) -> String {
        guard state.crosses,
            let item = try CatalogQuery.item(
                state.item, for: state.scope.region, in: directory, from: self),
            let version = item.state.versions.entries.last(where: {
                $0.value.number == state.itemVersion
            })
        else { return "" }
        return JSON.orNull(version.value.elements)["crossMode"]?.text ?? ""
    }

    /// 下沉方式 under which a case was received: what its village was granted that day.
    private func mode(of state: CaseState) throws(JournalError) -> String {
        let region = state.scope.region
        guard directory.region(region)?.level == .village else { return Portion.ownLevel }
        if state.facts.stage == .agent { return SinkMode.assist.rawValue }
        guard let received = state.receivedAt,
            let item = try CatalogQuery.item(state.item, for: region, in: directory, from: self),
            let mode = try CatalogQuery.mode(
                of: item, for: region, at: Instant(millis: received), in: directory, from: self)
        else { return Portion.noMode }
        return mode.rawValue
    }

    private func calendar(
        around date: CivilDate, at region: RegionID
    ) throws(JournalError) -> WorkCalendar {
        let last = min(9999, date.year + Limits.dueYearsMax)
        if let known = calendars[region], known.years.contains(date.year),
            known.years.upperBound >= last
        {
            return known.calendar
        }
        let years = max(1, date.year - 1)...last
        let calendar = try CatalogQuery.calendar(
            of: years, for: region, in: directory, from: self)
        calendars[region] = (years, calendar)
        return calendar
    }
}
