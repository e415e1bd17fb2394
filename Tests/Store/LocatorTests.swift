import Base
import Domain
import Kernel
import Testing

@testable import Store

/// Who goes after the documents by their rows misses none that came later, also where rows went.
@Suite struct LocatorTests {
    private let fixture: StoreFixture

    init() throws {
        fixture = try StoreFixture()
        try fixture.inService()
    }

    /// A scope is folded anew, or given up, and with it go the newest rows: a case that is taken
    /// in afterwards once got the number of one of them, and was never found by its applicant.
    @Test(arguments: [false, true])
    func aRowThatWentIsNotGivenOutAgain(isReopened: Bool) throws {
        var journal: SQLiteJournal? = try fixture.open()
        try put([1, 2, 3], in: journal)
        let seen = try unlocated(after: 0)
        #expect(seen.ids == [1, 2, 3])
        try journal?.begin()
        try journal?.locate(Locations(cases: [], row: seen.last))
        try journal?.commit()
        try journal?.begin()
        try journal?.removeDocuments(of: fixture.scope.id)
        try journal?.commit()
        if isReopened {
            journal = nil
            journal = try fixture.open()
        }
        try put([4, 2], in: journal)
        let rest = try unlocated(after: seen.last)
        #expect(rest.ids == [4, 2])
        #expect(rest.last > seen.last)
    }

    /// The row where somebody stands, set by hand beyond all rows, is refused, not counted on.
    @Test func aRowBeyondAllRowsIsDamage() throws {
        #expect(Locations.row(in: Array("zz".utf8)) == 0)
        do {
            let journal = try fixture.open()
            try journal.begin()
            try journal.locate(Locations(cases: [], row: .max))
            try journal.commit()
        }
        #expect(throws: JournalError.damaged("value located")) { _ = try fixture.open() }
    }

    private func put(_ numbers: [UInt64], in open: SQLiteJournal?) throws {
        let journal = try #require(open)
        try journal.begin()
        for number in numbers {
            try journal.putDocument(
                StoredDocument(
                    key: DocumentKey(collection: .caseFile, id: Digest16(high: 0, low: number)),
                    scope: fixture.scope.id, label: "L\(number)", status: "received", time: 0,
                    attention: false, search: "", state: [1]))
        }
        try journal.commit()
    }

    private func unlocated(after row: Int64) throws -> (ids: [UInt64], last: Int64) {
        try ReadPool(directory: fixture.directory).readLog { (reader) throws(JournalError) in
            let found = try reader.unlocated(after: row, limit: 10)
            return (found.cases.map(\.id.low), found.last)
        }
    }
}
