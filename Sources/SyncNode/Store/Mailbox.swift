import Base
import Glibc

/// A bounded queue between many producers and one consuming thread, which takes whole batches:
/// the heart of group commit. A batch closes at a count or after a short delay.
///
/// `@unchecked Sendable`: everything mutable is reached under the mutex only.
package final class Mailbox<Element: Sendable>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let filled: UnsafeMutablePointer<pthread_cond_t>
    private let capacity: Int
    private var elements: [Element] = []
    private var isClosed = false

    /// - Parameter capacity: Elements that may wait; beyond it `push` refuses.
    package init(capacity: Int) {
        self.capacity = capacity
        mutex = .allocate(capacity: 1)
        filled = .allocate(capacity: 1)
        var attributes = pthread_condattr_t()
        invariant(pthread_mutex_init(mutex, nil) == 0, "a mutex can be made")
        invariant(pthread_condattr_init(&attributes) == 0, "a condition's attributes can be made")
        invariant(
            pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0,
            "conditions can wait on the monotonic clock")
        invariant(pthread_cond_init(filled, &attributes) == 0, "a condition can be made")
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(filled)
        pthread_mutex_destroy(mutex)
        filled.deallocate()
        mutex.deallocate()
    }

    /// - Returns: false where the queue is full or closed: the caller refuses with Retry-After.
    package func push(_ element: Element) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard !isClosed, elements.count < capacity else { return false }
        elements.append(element)
        pthread_cond_signal(filled)
        return true
    }

    /// Nothing is taken in any more; what waits is still given out.
    package func close() {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        isClosed = true
        pthread_cond_broadcast(filled)
    }

    /// Waits for elements and takes up to `count` of them. Where fewer than `expected` wait, it
    /// gives the others up to `delayMicros` to come.
    /// - Returns: Empty once closed and drained.
    package func take(upTo count: Int, expecting expected: Int, delayMicros: Int) -> [Element] {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while elements.isEmpty, !isClosed { pthread_cond_wait(filled, mutex) }
        if elements.count < min(expected, count), !isClosed {
            var deadline = Self.deadline(afterMicros: delayMicros)
            while elements.count < min(expected, count), !isClosed {
                if pthread_cond_timedwait(filled, mutex, &deadline) != 0 { break }
            }
        }
        guard elements.count > count else {
            let batch = elements
            elements = []
            elements.reserveCapacity(batch.count)
            return batch
        }
        let batch = Array(elements[0..<count])
        elements.removeFirst(count)
        return batch
    }

    /// One element, if any waits.
    package func takeNow() -> Element? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return elements.popLast()
    }

    private static func deadline(afterMicros micros: Int) -> timespec {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        time.tv_nsec += micros * 1000
        time.tv_sec += time.tv_nsec / 1_000_000_000
        time.tv_nsec %= 1_000_000_000
        return time
    }
}

/// A thread of its own for work that blocks: SQLite's writer, never the cooperative pool.
///
/// `@unchecked Sendable`: the handle is set once, before the thread is known to anyone.
package final class WorkerThread: @unchecked Sendable {
    private var handle = pthread_t()
    private let body: @Sendable () -> Void

    /// Starts at once.
    package init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
        let context = Unmanaged.passRetained(self).toOpaque()
        let status = pthread_create(
            &handle, nil,
            { context in
                if let context {
                    let worker = Unmanaged<WorkerThread>.fromOpaque(context).takeRetainedValue()
                    worker.body()
                }
                return nil
            }, context)
        invariant(status == 0, "a thread can be started")
    }

    /// Waits until the body has returned. Once only.
    package func join() {
        invariant(pthread_join(handle, nil) == 0, "a thread is joined once")
    }

    /// Lets the thread end by itself: nobody joins it.
    package func detach() {
        invariant(pthread_detach(handle) == 0, "a thread is detached once")
    }
}
