/// A bounded queue between many producers and one consuming thread, which takes whole batches:
/// the heart of group commit. A batch closes at a count or after a short delay.
///
/// `@unchecked Sendable`: everything mutable is reached inside the monitor only.
package final class Mailbox<Element: Sendable>: @unchecked Sendable {
    private let monitor = Monitor()
    private let capacity: Int
    private var elements: [Element] = []
    private var isClosed = false

    /// - Parameter capacity: Elements that may wait; beyond it `push` refuses.
    package init(capacity: Int) { self.capacity = capacity }

    /// - Returns: false where the queue is full or closed: the caller refuses with Retry-After.
    package func push(_ element: Element) -> Bool {
        monitor.lock()
        defer { monitor.unlock() }
        guard !isClosed, elements.count < capacity else { return false }
        elements.append(element)
        monitor.signal()
        return true
    }

    /// Puts several in at once, so that the consumer finds them all together: all or none.
    ///
    /// - Returns: false where the queue has no room for all of them, or is closed.
    package func push(all several: [Element]) -> Bool {
        monitor.lock()
        defer { monitor.unlock() }
        guard !isClosed, elements.count + several.count <= capacity else { return false }
        elements.append(contentsOf: several)
        if !several.isEmpty { monitor.signal() }
        return true
    }

    /// Whether anything is taken in still.
    package var isOpen: Bool {
        monitor.lock()
        defer { monitor.unlock() }
        return !isClosed
    }

    /// Nothing is taken in any more; what waits is still given out.
    package func close() {
        monitor.lock()
        defer { monitor.unlock() }
        isClosed = true
        monitor.broadcast()
    }

    /// Waits for elements and takes up to `count` of them. Where fewer than `expected` wait, it
    /// gives the others up to `delayMicros` to come.
    ///
    /// - Parameters:
    ///   - weight: Of one element; the batch closes before it would weigh more than `weightMax`,
    ///     but has one element at least.
    /// - Returns: Empty once closed and drained.
    package func take(
        upTo count: Int, expecting expected: Int, delayMicros: Int,
        weightMax: Int = .max, weight: (Element) -> Int = { _ in 0 }
    ) -> [Element] {
        monitor.lock()
        defer { monitor.unlock() }
        while elements.isEmpty, !isClosed { monitor.wait() }
        if elements.count < min(expected, count), !isClosed {
            let deadline = Monitor.Deadline(afterMicros: delayMicros)
            while elements.count < min(expected, count), !isClosed {
                if !monitor.wait(until: deadline) { break }
            }
        }
        let count = fitting(count, weightMax, weight)
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

    /// How many of the first `count` elements weigh no more than `weightMax` together.
    private func fitting(_ count: Int, _ weightMax: Int, _ weight: (Element) -> Int) -> Int {
        var sum = 0
        for (index, element) in elements.prefix(count).enumerated() {
            sum += weight(element)
            if sum > weightMax { return max(1, index) }
        }
        return count
    }

    /// Gives the next element some time to come: whether the consumer has run out of work.
    ///
    /// - Returns: Whether one waits now; at once where one does, or where none can come.
    package func hasNext(withinMicros micros: Int) -> Bool {
        monitor.lock()
        defer { monitor.unlock() }
        if elements.isEmpty, !isClosed {
            let deadline = Monitor.Deadline(afterMicros: micros)
            while elements.isEmpty, !isClosed {
                if !monitor.wait(until: deadline) { break }
            }
        }
        return !elements.isEmpty
    }
}
