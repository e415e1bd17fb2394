import Base
internal import Glibc

/// A mutex with one condition, whose deadlines are on the monotonic clock: what the threads of
/// a node that block wait at. Whoever uses it owns it between `lock` and `unlock`.
///
/// `@unchecked Sendable`: the system's own mutex and condition, at addresses that never move.
package final class Monitor: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>

    package init() {
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        var attributes = pthread_condattr_t()
        invariant(pthread_mutex_init(mutex, nil) == 0, "a mutex can be made")
        invariant(pthread_condattr_init(&attributes) == 0, "a condition's attributes can be made")
        invariant(
            pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0,
            "conditions can wait on the monotonic clock")
        invariant(pthread_cond_init(condition, &attributes) == 0, "a condition can be made")
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Waits until no other thread owns the monitor.
    package func lock() { pthread_mutex_lock(mutex) }

    /// Lets the next thread in.
    package func unlock() { pthread_mutex_unlock(mutex) }

    /// Lets go of the monitor until a signal, and owns it again. Also returns without one: the
    /// caller looks again.
    package func wait() { pthread_cond_wait(condition, mutex) }

    /// As `wait`, but no longer than to a deadline.
    /// - Returns: false once the deadline has passed.
    package func wait(until deadline: Deadline) -> Bool {
        var time = deadline.time
        return pthread_cond_timedwait(condition, mutex, &time) == 0
    }

    /// Wakes one thread that waits.
    package func signal() { pthread_cond_signal(condition) }

    /// Wakes every thread that waits.
    package func broadcast() { pthread_cond_broadcast(condition) }
}

extension Monitor {
    /// A moment on the monotonic clock.
    package struct Deadline: Sendable {
        let time: timespec

        /// So many microseconds from now. One system call.
        package init(afterMicros micros: Int) {
            invariant(micros >= 0, "a deadline lies ahead")
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            let nanos = time.tv_nsec + micros % 1_000_000 * 1000
            time.tv_sec += micros / 1_000_000 + nanos / 1_000_000_000
            time.tv_nsec = nanos % 1_000_000_000
            self.time = time
        }
    }
}
