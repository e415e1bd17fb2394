import Base
import Domain

/// A moment as people at a station read it.
struct StationTime {
    private let instant: Instant

    init(_ instant: Instant) { self.instant = instant }

    /// `2026-09-24T09:05:00+08:00`, with milliseconds where there are any.
    var rfc3339: String { instant.rfc3339 }

    /// `2026-09-24 09:05`.
    var minute: String {
        let text = rfc3339.utf8
        return date + " " + String(Substring(text.dropFirst(11).prefix(5)))
    }

    /// `2026-09-24`.
    var date: String { CivilDate(of: instant).text }
}
