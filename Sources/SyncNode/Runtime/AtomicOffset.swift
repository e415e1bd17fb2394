import Synchronization

/// A number that many threads read and one sometimes sets.
final class AtomicOffset: Sendable {
    private let value = Atomic<Int64>(0)

    var millis: Int64 {
        get { value.load(ordering: .relaxed) }
        set { value.store(newValue, ordering: .relaxed) }
    }
}
