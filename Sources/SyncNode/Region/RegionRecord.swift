package import Base
package import Change
package import Civil

/// The tiers of the hierarchy; the number is the depth from the province.
package enum Level: String, Hashable, Sendable, CaseIterable {
    case province, city, county, town, village
}

/// One place as the directory tells it.
package struct RegionRecord: Hashable, Sendable {
    package let id: RegionID
    /// 12-digit division code.
    package let code: RegionCode
    package let name: String
    package let level: Level
    /// nil for the root of a tree.
    package let parent: RegionID?

    package init(
        id: RegionID, code: RegionCode, name: String, level: Level, parent: RegionID?
    ) {
        self.id = id
        self.code = code
        self.name = name
        self.level = level
        self.parent = parent
    }
}

/// Who may decide for a region: one incarnation at a time (PROTOCOL §2).
package struct SeatRecord: Hashable, Sendable {
    package let region: RegionID
    /// Grows by one with each grant.
    package let epoch: UInt64
    /// The incarnation's public key: suite number and bytes.
    package let key: IncarnationKey
    /// H(enrolment public key) of its node.
    package let node: Digest
    /// Hash of the change that granted it.
    package let grant: Digest

    package init(
        region: RegionID, epoch: UInt64, key: IncarnationKey, node: Digest, grant: Digest
    ) {
        self.region = region
        self.epoch = epoch
        self.key = key
        self.node = node
        self.grant = grant
    }
}

extension DivisionCode {
    /// Which level a code stands for: its zeros say it. nil where a level is left out on the
    /// way, as in a village without a town, or the province is none.
    package static func level(of code: RegionCode) -> Level? {
        let value = code.rawValue
        let parts = [
            value / 10_000_000_000, value / 100_000_000 % 100, value / 1_000_000 % 100,
            value / 1_000 % 1_000, value % 1_000,
        ]
        guard provinces.contains(Int(parts[0])) else { return nil }
        let depth = parts.lastIndex { $0 > 0 } ?? 0
        guard parts[...depth].allSatisfy({ $0 > 0 }) else { return nil }
        return Level.allCases[depth]
    }
}
