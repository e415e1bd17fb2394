import Base
import Board
import Change
import Domain

/// One entry of the file of the figures.
struct TallyKey: Hashable, Comparable {
    /// Own or with all places below; what happened or what is open.
    enum Band: Int64, Comparable {
        case own = 0
        case deep, ownOpen, deepOpen

        static func < (left: Band, right: Band) -> Bool { left.rawValue < right.rawValue }
    }

    let region: RegionID
    let band: Band
    /// A day since 1970; a month as `-(year × 12 + month − 1)`.
    let period: Int
    let counted: UInt8
    let key: String

    static func < (left: TallyKey, right: TallyKey) -> Bool {
        (left.region, left.band, left.period, left.counted, left.key)
            < (right.region, right.band, right.period, right.counted, right.key)
    }
}

/// What a document adds, and by what else it is found.
struct TallyPart {
    let region: RegionID
    let portion: Portion
    /// Of a case.
    var item: String?
    /// Whether it is not at its end, so that the catalog may still change its days.
    var isOpen = true
    /// Milliseconds since 1970 of its 收件.
    var received: Int64 = 0
    /// 待裁定, or 越权待追认.
    var waits = false
    /// Where its 收件 stands; nil while there is none, and of what another county received.
    var first: (chain: TallyChain, seq: UInt64)?
}

/// A chain by its scope and writer.
struct TallyChain: Hashable {
    let scope: ScopeID
    let actor: ActorID
}

/// How far a chain is known.
struct TallyMark: Hashable {
    /// Up to which number it was looked at, and up to which its county said that it has it.
    var seen: UInt64 = 0
    var signed: UInt64 = 0
    /// Milliseconds since 1970 of that word, by the county's clock; 0 for none.
    var met: Int64 = 0
}

/// A place whose documents are counted.
struct TallyPlace: Hashable {
    /// Itself and all above it, as the figures have them.
    var above: [RegionID]
    /// Milliseconds since 1970 of the newest change of its own, by its clock; 0 for none.
    var sign: Int64 = 0
    /// The same of the last word of its county that what it wrote has come, by the county's clock.
    var met: Int64 = 0
}
