import Threads

/// Work that blocks, on a thread of its own, awaited by a task.
enum Blocking {
    static func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            let thread = WorkerThread { continuation.resume(returning: body()) }
            thread.detach()
        }
    }
}
