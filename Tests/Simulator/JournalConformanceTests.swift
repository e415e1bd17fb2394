import Support
import Testing

@testable import Simulator

/// The suite that the SQLite journal passes too.
@Suite struct JournalConformanceTests {
    @Test(arguments: JournalConformance.Case.allCases)
    func conforms(to one: JournalConformance.Case) throws {
        #expect(try JournalConformance.failures(of: one) { SimulatedJournal() } == [])
    }
}
