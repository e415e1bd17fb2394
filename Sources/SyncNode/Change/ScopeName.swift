package import Base
import Crypto

/// A place in the hierarchy, as the directory knows it: 8 opaque bytes, never reused. The
/// division code, the name and the parent are attributes that may change.
package struct RegionID: Hashable, Comparable, Sendable {
    package let rawValue: UInt64

    package init(_ rawValue: UInt64) { self.rawValue = rawValue }

    package static func < (left: RegionID, right: RegionID) -> Bool {
        left.rawValue < right.rawValue
    }

    /// 16 lower-case hexadecimal digits.
    package var hex: String { ScopeID(rawValue).hex }

    /// - Parameter hex: 16 hexadecimal digits; anything else gives nil.
    package init?(hex: String) {
        // The number reader would take a sign for a digit.
        guard hex.utf8.count == 16, hex.utf8.first != 0x2b, hex.utf8.first != 0x2d,
            let value = UInt64(hex, radix: 16)
        else { return nil }
        rawValue = value
    }
}

/// What a scope is for (PROTOCOL §3): its id is a hash of this, so anyone in its audience can
/// name it without asking.
package struct ScopeName: Hashable, Sendable {
    /// The eight families of scopes; the number is on the wire.
    package enum Family: UInt8, Sendable, CaseIterable {
        /// Children, certificates, seats, revocations of a region.
        case directory = 1
        /// Boot nonces and receipts of a region's node.
        case control = 2
        /// Items and overlays of a region.
        case catalog = 3
        /// Cases received at a station in a year.
        case cases = 4
        /// Cases moved by value between two counties in a year.
        case corridor = 5
        /// Custody headers of those moves, without personal data.
        case custody = 6
        /// Statistics of a county.
        case statistics = 7
        /// Accounts that work at a region's node, and its audit.
        case staff = 8
    }

    package let family: Family
    package let region: RegionID
    /// The other end of a corridor; zero elsewhere. Never below `region`.
    package let other: RegionID
    /// The calendar year of `cases`, `corridor` and `custody`; 0 elsewhere.
    package let year: UInt16

    private init(family: Family, region: RegionID, other: RegionID, year: UInt16) {
        self.family = family
        self.region = region
        self.other = other
        self.year = year
    }

    /// `dir/<region>`.
    package static func directory(_ region: RegionID) -> ScopeName {
        ScopeName(family: .directory, region: region, other: RegionID(0), year: 0)
    }

    /// `ctl/<region>`.
    package static func control(_ region: RegionID) -> ScopeName {
        ScopeName(family: .control, region: region, other: RegionID(0), year: 0)
    }

    /// `cat/<region>`.
    package static func catalog(_ region: RegionID) -> ScopeName {
        ScopeName(family: .catalog, region: region, other: RegionID(0), year: 0)
    }

    /// `stat/<county>`.
    package static func statistics(_ region: RegionID) -> ScopeName {
        ScopeName(family: .statistics, region: region, other: RegionID(0), year: 0)
    }

    /// `staff/<region>`.
    package static func staff(_ region: RegionID) -> ScopeName {
        ScopeName(family: .staff, region: region, other: RegionID(0), year: 0)
    }

    /// `case/<station>/<year>`.
    package static func cases(_ station: RegionID, year: UInt16) -> ScopeName {
        ScopeName(family: .cases, region: station, other: RegionID(0), year: year)
    }

    /// `corr/<county>-<county>/<year>`, in either order of the two.
    package static func corridor(_ one: RegionID, _ two: RegionID, year: UInt16) -> ScopeName {
        ScopeName(
            family: .corridor, region: Swift.min(one, two), other: Swift.max(one, two), year: year)
    }

    /// `cust/<county>-<county>/<year>`, in either order of the two.
    package static func custody(_ one: RegionID, _ two: RegionID, year: UInt16) -> ScopeName {
        ScopeName(
            family: .custody, region: Swift.min(one, two), other: Swift.max(one, two), year: year)
    }

    /// First 8 bytes of SHA-256 over the canonical bytes, whatever suite the members use: two
    /// nodes of different suites must give one scope one id.
    package var id: ScopeID {
        ScopeID(Hash.digest(encode(), suite: .sha256Ed25519).prefix8)
    }

    /// 20 bytes: version, family, region, other, year.
    package func encode() -> [UInt8] {
        var writer = ByteWriter(capacity: 20)
        writer.write(byte: 1)
        writer.write(byte: family.rawValue)
        writer.write(region.rawValue)
        writer.write(other.rawValue)
        writer.write(UInt64(year), count: 2)
        return writer.bytes
    }

    /// Reads the 20 bytes of `encode`. Throws on any deviation from the one form.
    package static func decode(from reader: inout ByteReader) throws(DecodeError) -> ScopeName {
        guard try reader.readByte("scope.version") == 1 else {
            throw reader.fail(.badVersion, "scope.version")
        }
        guard let family = Family(rawValue: try reader.readByte("scope.family")) else {
            throw reader.fail(.badValue, "scope.family")
        }
        let region = RegionID(try reader.readNumber(8, "scope.region"))
        let other = RegionID(try reader.readNumber(8, "scope.other"))
        let year = UInt16(try reader.readNumber(2, "scope.year"))
        let paired = family == .corridor || family == .custody
        let yearly = paired || family == .cases
        guard paired ? region < other : other == RegionID(0), yearly || year == 0 else {
            throw reader.fail(.notCanonical, "scope.other")
        }
        return ScopeName(family: family, region: region, other: other, year: year)
    }
}
