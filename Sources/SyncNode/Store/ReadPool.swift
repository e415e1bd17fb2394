import Base
package import Kernel
import Synchronization

/// A bounded number of reading connections. A borrower has one to itself for the length of a
/// closure; where all are lent out it waits a moment for the next.
///
/// `@unchecked Sendable`: readers are reached under the mutex, and one borrower has each.
package final class ReadPool: @unchecked Sendable {
    private let directory: StoreDirectory
    private let idle: Mailbox<Loan>
    private let made: Mutex<Int>
    private let count: Int

    /// A reader on its way from one borrower to the next.
    ///
    /// `@unchecked Sendable`: whoever holds the loan is the only one who uses the reader.
    private final class Loan: @unchecked Sendable {
        let reader: SnapshotReader

        init(_ reader: SnapshotReader) { self.reader = reader }
    }

    /// - Parameter count: Connections at most; each is opened when it is first needed.
    package init(
        directory: StoreDirectory, count: Int = Limits.storeReadersMax
    ) throws(JournalError) {
        self.directory = directory
        self.count = count
        idle = Mailbox(capacity: count)
        made = Mutex(1)
        _ = idle.push(Loan(try SnapshotReader(directory)))
    }

    /// Lends a reader. Blocks while all are lent out: reads are short.
    package func read<Result>(
        _ body: (SnapshotReader) throws(JournalError) -> Result
    ) throws(JournalError) -> Result {
        let loan = try borrow()
        defer { _ = idle.push(loan) }
        return try body(loan.reader)
    }

    private func borrow() throws(JournalError) -> Loan {
        if let loan = idle.takeNow() { return loan }
        let mayMake = made.withLock { made in
            guard made < count else { return false }
            made += 1
            return true
        }
        if mayMake { return Loan(try SnapshotReader(directory)) }
        guard let loan = idle.take(upTo: 1, expecting: 1, delayMicros: 0).first else {
            throw .failed("the readers are closed")
        }
        return loan
    }
}
