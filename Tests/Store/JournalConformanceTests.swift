import Base
import Support
import Testing

@testable import Store

/// The suite that the simulator's journal passes too.
@Suite struct JournalConformanceTests {
    @Test(arguments: JournalConformance.Case.allCases)
    func conforms(to one: JournalConformance.Case) throws {
        let folder = try TemporaryFolder()
        let failures = try JournalConformance.failures(of: one) {
            try SQLiteJournal(directory: folder.directory, machine: .zero)
        }
        #expect(failures == [])
    }
}
