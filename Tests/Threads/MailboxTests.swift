import Support
import Synchronization
import Testing

@testable import Threads

/// The queue of the one writer.
@Suite struct MailboxTests {
    @Test func isBoundedAndGivesOutInOrder() {
        let mailbox = Mailbox<Int>(capacity: 3)
        #expect((1...4).map { mailbox.push($0) } == [true, true, true, false])
        #expect(mailbox.take(upTo: 2, expecting: 1, delayMicros: 0) == [1, 2])
        #expect(mailbox.push(5))
        #expect(mailbox.take(upTo: 9, expecting: 1, delayMicros: 0) == [3, 5])
    }

    @Test func aBatchClosesBeforeItWeighsTooMuch() {
        let mailbox = Mailbox<Int>(capacity: 9)
        for weight in [3, 4, 4, 20, 1] { #expect(mailbox.push(weight)) }
        func batch() -> [Int] {
            mailbox.take(upTo: 9, expecting: 1, delayMicros: 0, weightMax: 10) { $0 }
        }
        #expect(batch() == [3, 4])
        #expect(batch() == [4])
        #expect(batch() == [20], "one element at least")
        #expect(batch() == [1])
    }

    @Test func whatWaitsAtTheEndIsStillGivenOut() {
        let mailbox = Mailbox<Int>(capacity: 3)
        #expect(mailbox.push(1))
        mailbox.close()
        #expect(!mailbox.push(2))
        #expect(mailbox.hasNext(withinMicros: 0))
        #expect(mailbox.take(upTo: 9, expecting: 9, delayMicros: 60_000_000) == [1])
        #expect(!mailbox.hasNext(withinMicros: 60_000_000), "nothing can come")
        #expect(mailbox.take(upTo: 9, expecting: 9, delayMicros: 60_000_000) == [])
    }

    @Test func knowsWhetherMoreIsAtHand() {
        let mailbox = Mailbox<Int>(capacity: 3)
        #expect(!mailbox.hasNext(withinMicros: 100))
        #expect(mailbox.push(1))
        #expect(mailbox.hasNext(withinMicros: 0))
    }

    /// A consumer that waits is woken by the element, not by its deadline.
    @Test func anElementWakesTheConsumer() {
        let mailbox = Mailbox<Int>(capacity: 3)
        let woken = Mutex<[Bool]>([])
        let consumer = WorkerThread {
            let has = mailbox.hasNext(withinMicros: 600_000_000)
            woken.withLock { $0.append(has) }
        }
        #expect(mailbox.push(7))
        consumer.join()
        #expect(woken.withLock { $0 } == [true])
    }

    /// Many producers: nothing is lost, nothing comes twice, each one's order is kept.
    @Test func manyProducersLoseNothing() {
        let mailbox = Mailbox<Int>(capacity: 100_000)
        let producers = (0..<4).map { number in
            WorkerThread {
                for index in 0..<1000 where !mailbox.push(number * 1000 + index) {
                    Issue.record("refused")
                }
            }
        }
        var taken: [Int] = []
        while taken.count < 4000 {
            taken += mailbox.take(upTo: 64, expecting: 1, delayMicros: 0)
        }
        for producer in producers { producer.join() }
        for number in 0..<4 {
            let own = taken.filter { $0 / 1000 == number }
            #expect(own == Array(number * 1000..<number * 1000 + 1000))
        }
    }

    @Test("several put in at once are found together, or none where there is no room for all")
    func pushesSeveralAtOnce() {
        let mailbox = Mailbox<Int>(capacity: 4)
        #expect(mailbox.push(all: [1, 2, 3]))
        #expect(!mailbox.push(all: [4, 5]))
        #expect(mailbox.take(upTo: 8, expecting: 1, delayMicros: 0) == [1, 2, 3])
        #expect(mailbox.push(all: []))
        mailbox.close()
        #expect(!mailbox.push(all: [6]))
        #expect(mailbox.take(upTo: 8, expecting: 1, delayMicros: 0).isEmpty)
    }
}
