import Base
import Domain
import Host
package import Kernel
package import Store

/// Makes cases findable by name, number and telephone: goes after the documents as they come to
/// be, opens each case once, and has its blind tokens kept. Beside what goes on: a case is found
/// within a second, some seconds later where many write, and costs whoever takes it in nothing.
package struct Locator: Sendable {
    private let vault: Vault
    private let readers: ReadPool
    private let keep: @Sendable (Locations) async -> Bool

    /// - Parameter keep: Has tokens written; says whether they were.
    package init(
        _ vault: Vault, _ readers: ReadPool,
        keep: @escaping @Sendable (Locations) async -> Bool
    ) {
        self.vault = vault
        self.readers = readers
        self.keep = keep
    }

    /// Until the node stops.
    ///
    /// - Parameters:
    ///   - version: Grows with each commit.
    ///   - isBusy: Whether many write just now: then it waits for them, but not for ever.
    ///   - rest: Waits a moment; false once the node stops.
    package func run(
        version: @Sendable () -> UInt64, isBusy: @Sendable () -> Bool = { false },
        rest: @Sendable (_ millis: Int) async -> Bool
    ) async {
        var seen: UInt64?
        var again = ContinuousClock.now
        var waited = 0
        repeat {
            if isBusy(), waited < Limits.locateWaitsMax {
                waited += 1
                continue
            }
            waited = 0
            let now = version()
            guard now != seen || ContinuousClock.now >= again else { continue }
            do throws(JournalError) {
                while let finds = try next(), !Task.isCancelled {
                    guard await keep(finds) else { break }
                    if isBusy() { break }
                    if finds.cases.count < Limits.locateRowsMax / 2 { break }
                }
                if ContinuousClock.now >= again {
                    again = .now.advanced(by: .seconds(Limits.locateAgainSeconds))
                    if let finds = try opened(), !finds.cases.isEmpty { _ = await keep(finds) }
                }
                seen = now
            } catch {
                Console.say("cases cannot be made findable: \(error)")
            }
        } while await rest(Limits.locateMillis)
    }

    /// Tokens of the next cases; nil where there is nothing new.
    func next() throws(JournalError) -> Locations? {
        let found = try readers.readLog { (reader) throws(JournalError) in
            let row = try Self.row(reader)
            return (row, try reader.unlocated(after: row, limit: Limits.locateRowsMax))
        }
        guard found.1.last > found.0 else { return nil }
        return Locations(
            cases: found.1.cases.compactMap { find($0.id, $0.state) }, row: found.1.last)
    }

    /// Tokens of cases whose key came after them.
    private func opened() throws(JournalError) -> Locations? {
        let (row, states) = try readers.read { (reader) throws(JournalError) in
            var states: [(id: Digest16, state: [UInt8])] = []
            for id in try reader.located(0, limit: Limits.locateRowsMax) {
                let key = DocumentKey(collection: .caseFile, id: id)
                if let document = try reader.document(key) { states.append((id, document.state)) }
            }
            return (try Self.row(reader), states)
        }
        guard !states.isEmpty else { return nil }
        return Locations(
            cases: states.compactMap { find($0.id, $0.state) }.filter { $0.tokens != [0] },
            row: row)
    }

    private static func row(_ reader: SnapshotReader) throws(JournalError) -> Int64 {
        Locations.row(in: try reader.value(Locations.valueName))
    }

    /// nil where nothing is sealed.
    private func find(_ id: Digest16, _ state: [UInt8]) -> Locations.Find? {
        let (sealed, item): (String?, String?)
        do throws(JSONError) {
            var scanner = try JSONScanner(state)
            item = try scanner.text("item")
            sealed = try scanner.text("sealed")
        } catch {
            return nil
        }
        guard let envelope = sealed.flatMap(Envelope.init(text:)) else { return nil }
        do throws(Vault.Failure) {
            let person = try vault.open(envelope)
            return Locations.Find(id: id, tokens: vault.tokens(of: person, item: item ?? ""))
        } catch .noKey {
            return Locations.Find(id: id, tokens: [0])
        } catch {
            return nil
        }
    }
}
