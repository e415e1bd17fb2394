import Base
import Change
import Kernel
import Replication

/// A link between two nodes: both machines, and the messages on their way.
struct SimulatedLink {
    let below: Int
    let above: Int
    /// The node below has another parent now: it goes on only until that one is given what the
    /// other alone may carry.
    var isLeaving = false
    /// Nothing crosses any more.
    var isOver = false
    var dialer: Dialer
    var answerer: Answerer
    /// Grows with each restart of the dialer's side: older answers are nobody's.
    var generation = 0
    /// The request of each lane that awaits its answer, and since which step.
    var awaited: [(id: Int, since: Int)?] = [nil, nil]
    /// Requests that the answerer holds back, by lane.
    var parked: [Int?] = [nil, nil]
    /// Until which step nothing crosses.
    var cutUntil = 0
    /// Bytes and changes that crossed.
    var bytes = 0
    var changes = 0

    init(below: SimulatedNode, above: SimulatedNode) {
        self.below = below.index
        self.above = above.index
        dialer = Self.dialer(below, above)
        answerer = Self.answerer(above)
    }

    static func dialer(_ below: SimulatedNode, _ above: SimulatedNode) -> Dialer {
        Dialer(
            key: below.key, region: below.region, storeEpoch: below.storeEpoch,
            expected: above.region)
    }

    static func answerer(_ above: SimulatedNode) -> Answerer {
        Answerer(key: above.key, region: above.region, storeEpoch: above.storeEpoch)
    }
}

/// A message on its way.
struct Envelope {
    let link: Int
    let generation: Int
    let id: Int
    let lane: Lane
    let isAnswer: Bool
    let bytes: [UInt8]
    /// The step at which it arrives.
    let due: Int
}
