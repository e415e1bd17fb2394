package import Base
package import Board
package import Change
package import Civil
package import Domain
package import Kernel
package import Store
import Synchronization

/// Keeps the figures up beside what goes on, and lends them to whoever asks. The file is opened at
/// the first look, so that a node starts without it.
package final class TallyKeeper: Sendable {
    private struct State {
        var tally: Tally?
    }

    private let path: String
    private let identity: [UInt8]
    private let own: RegionID
    private let readers: ReadPool
    private let state = Mutex(State())

    /// - Parameters:
    ///   - path: Of the file, in the data directory.
    ///   - identity: Of the store; figures of another are thrown away.
    package init(path: String, identity: [UInt8], own: RegionID, readers: ReadPool) {
        self.path = path
        self.identity = identity
        self.own = own
        self.readers = readers
    }

    /// Takes in what came, a step at a time.
    ///
    /// - Parameter steps: At most so many.
    /// - Returns: Whether more is to be done. Blocks; never on the cooperative pool for long: one
    ///   step is `Limits.tallyStepMax` documents.
    @discardableResult
    package func catchUp(
        _ directory: Directory, steps: Int
    ) throws(JournalError) -> Bool {
        for _ in 0..<steps {
            guard try step(directory) else { return false }
        }
        return true
    }

    private func step(_ directory: Directory) throws(JournalError) -> Bool {
        try state.withLock { (state) throws(JournalError) in
            let tally = try tally(&state)
            do throws(JournalError) {
                return try readers.read { (reader) throws(JournalError) in
                    try tally.step(reader, TallySource(reader, directory), directory)
                }
            } catch {
                // What is in memory may be ahead of the file: it is read or opened anew.
                state.tally = nil
                if error.isPassing { state.tally = try Tally(tally.file, own: own) }
                throw error
            }
        }
    }

    private func tally(_ state: inout State) throws(JournalError) -> Tally {
        if let tally = state.tally { return tally }
        let tally = try Tally(path, identity: identity, own: own)
        state.tally = tally
        return tally
    }

    /// Lends the figures, with documents of one moment beside them. Where the file cannot be
    /// written, as on a full disk, they are lent as they are, and say what is missing.
    package func look<Result: Sendable>(
        _ directory: Directory,
        _ body: @Sendable (KeptFigures, TallySource) throws(JournalError) -> Result
    ) throws(JournalError) -> Result {
        var isStale = false
        do throws(JournalError) {
            try catchUp(directory, steps: Limits.tallyStepsAwaited)
        } catch {
            guard error.isPassing else { throw error }
            isStale = true
        }
        return try state.withLock { (state) throws(JournalError) in
            let tally = try tally(&state)
            return try readers.read { (reader) throws(JournalError) in
                if isStale { try tally.countMissing(reader) }
                return try body(
                    KeptFigures(tally, directory),
                    TallySource(reader, directory, tally: tally))
            }
        }
    }

    /// Until the node stops.
    ///
    /// - Parameters:
    ///   - directory: Of this moment.
    ///   - version: Grows with each commit.
    ///   - isBusy: Whether many write just now: then it waits for them.
    ///   - failed: Told of what went wrong, once each time.
    ///   - rest: Waits a moment; false once the node stops.
    package func run(
        directory: @Sendable () -> Directory, version: @Sendable () -> UInt64,
        isBusy: @Sendable () -> Bool, failed: @Sendable (JournalError) -> Void,
        rest: @Sendable (_ millis: Int) async -> Bool
    ) async {
        var seen: UInt64?
        repeat {
            let now = version()
            guard now != seen, !isBusy() else { continue }
            do throws(JournalError) {
                if try !catchUp(directory(), steps: 1) { seen = now }
            } catch {
                failed(error)
                seen = now
            }
        } while await rest(seen == version() ? Limits.tallyRestMillis : Limits.tallyStepMillis)
    }
}

extension JournalError {
    /// Whether the file is whole and cannot be written just now.
    fileprivate var isPassing: Bool {
        switch self {
        case .full, .locked: true
        case .damaged, .failed, .fenced: false
        }
    }
}

/// Figures as the board asks for them.
package struct KeptFigures: FigureSource {
    private let tally: Tally
    private let directory: Directory

    init(_ tally: Tally, _ directory: Directory) {
        self.tally = tally
        self.directory = directory
    }

    /// Months and days of the file: as many rows as there are kinds of figures, not cases.
    package func figures(
        of region: RegionID, in period: ClosedRange<CivilDate>
    ) throws(JournalError) -> Figures { try tally.figures(of: region, in: period) }

    /// By due day.
    package func open(of region: RegionID) throws(JournalError) -> OpenFigures {
        try tally.open(of: region)
    }

    /// One walk of the index of what is due.
    package func due(
        of region: RegionID, until day: CivilDate, limit: Int
    ) throws(JournalError) -> [DocumentKey] {
        try tally.due(until: day, limit: limit) { directory.isWithin($0, region) }
    }

    /// From memory.
    package func lastSign(
        of region: RegionID, until now: Instant
    ) throws(JournalError) -> Int64? { tally.lastSign(of: region, until: now.millis) }

    /// A short read for each place and month.
    package func places(
        of region: RegionID, with counted: Counted, in period: ClosedRange<CivilDate>
    ) throws(JournalError) -> [RegionID] {
        try tally.places(with: counted, in: period) { directory.isWithin($0, region) }
    }

    /// Along an index of the first events: as many rows as the holder has not.
    package func unsynced(
        of region: RegionID, in period: ClosedRange<CivilDate>,
        _ said: (ScopeID) throws(JournalError) -> HoldingState?
    ) throws(JournalError) -> Int {
        try tally.unsynced(in: period, at: { directory.isWithin($0, region) }, said)
    }

    /// Kept until a change or a receipt of a catalog comes.
    package func census(
        on day: CivilDate, _ make: () throws(JournalError) -> CatalogCensus
    ) throws(JournalError) -> CatalogCensus { try tally.census(on: day, directory, make) }

    /// Changes that are here and not in the figures yet.
    package var missing: Int { tally.missing }
}
