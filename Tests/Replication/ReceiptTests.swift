import Base
import Change
import Replication
import Testing

/// A receipt on demand: asked for once, by either end, and then quiet.
@Suite struct ReceiptTests {
    private func pair() throws -> Wire {
        let wire = Wire(Village(0), Village(1))
        wire.below.write(.control(wire.below.region))
        try wire.sync()
        return wire
    }

    private func expectQuiet(_ wire: Wire) throws {
        wire.reset()
        try wire.sync()
        #expect(wire.requests == 1 && wire.bytesUp <= 80 && wire.bytesDown <= 80)
        #expect(wire.changesUp == 0 && wire.changesDown == 0)
        #expect(wire.below.leaves == wire.above.leaves)
    }

    /// The answer to a parked poll asks, and the receipt goes up at once.
    @Test func theAnswererAsksThroughAPoll() throws {
        let wire = try pair()
        try wire.poll()
        #expect(try !wire.wake())
        wire.answerer.demandReceipt()
        wire.reset()
        #expect(try wire.wake())
        #expect(wire.below.receipts == 1 && wire.above.receipts == 0)
        #expect(wire.changesUp == 1 && wire.changesDown == 0)
        try wire.poll()
        #expect(try !wire.wake())
        try expectQuiet(wire)
        #expect(wire.below.receipts == 1)
    }

    @Test func theDialerAsksToo() throws {
        let wire = try pair()
        wire.dialer.demandReceipt()
        try wire.sync()
        #expect(wire.above.receipts == 1 && wire.below.receipts == 0)
        try expectQuiet(wire)
    }
}
