internal import Base
internal import CLinux
internal import Glibc

/// Readings of the system's clocks for the deadlines of sockets.
enum MonotonicTime {
    /// Milliseconds that only grow; the zero means nothing.
    static func millis() -> Int64 { read(CLOCK_MONOTONIC) }

    /// The wall clock, for the Date header.
    static func wall() -> Instant { Instant(millis: read(CLOCK_REALTIME)) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        let code = clock_gettime(clock, &time)
        invariant(code == 0, "the clocks of Linux can always be read")
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
