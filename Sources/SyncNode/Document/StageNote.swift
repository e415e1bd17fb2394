package import Base
package import Change
package import Region

/// A place as a version that is tried out asks for it.
package struct StagePlace: Hashable, Sendable {
    package let region: RegionID
    package let level: Level

    package init(region: RegionID, level: Level) {
        self.region = region
        self.level = level
    }
}

extension Directory {
    /// A region as a staged version asks for it; nil where it is not known.
    package func stagePlace(_ region: RegionID) -> StagePlace? {
        self.region(region).map { StagePlace(region: region, level: $0.level) }
    }
}

/// One step by which a version reaches more places (分步发布), or goes no further (停止扩大).
package struct StageNote: Hashable, Sendable {
    /// Where the version counts from this step on.
    package enum Reach: Hashable, Sendable {
        /// Named stations.
        case regions([RegionID])
        /// Every place of that level and below: 镇级 is the towns with their villages.
        case level(Level)
        case everywhere
        /// Nowhere else: the version goes no further.
        case halt
    }

    /// The version, by its change.
    package let version: Dot
    package let reach: Reach
    package let reason: String
    /// When it was said, and from when it counts.
    package let stamp: Stamp

    package init(version: Dot, reach: Reach, reason: String, stamp: Stamp) {
        self.version = version
        self.reach = reach
        self.reason = reason
        self.stamp = stamp
    }

    /// Whether it lets the version count at a place; nil is the catalog's own region.
    func covers(_ place: StagePlace?) -> Bool {
        switch reach {
        case .halt: false
        case .everywhere: true
        case .regions(let regions): place.map { regions.contains($0.region) } ?? false
        case .level(let level): place.map { $0.level.isAtOrBelow(level) } ?? false
        }
    }
}

extension Level {
    fileprivate func isAtOrBelow(_ level: Level) -> Bool {
        Self.allCases.drop { $0 != level }.contains(self)
    }
}

// MARK: as JSON

extension StageNote {
    func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.field("dot", stamp.dot.text)
            object.field("version", version.text)
            object.field("reach", reach.word)
            if case .regions(let regions) = reach {
                object.array("regions") { array in
                    for region in regions { array.value(region.hex) }
                }
            }
            object.field("reason", reason)
            object.key("stamp")
            stamp.write(to: &object)
        }
    }

    init(json: JSON) throws(JSONError) {
        guard let dot = json["dot"]?.text.flatMap(Dot.init(text:)),
            let version = json["version"]?.text.flatMap(Dot.init(text:)),
            let reach = Reach(json), let stamp = json["stamp"]
        else { throw JSONError(.kind, offset: 0) }
        self.init(
            version: version, reach: reach, reason: json["reason"]?.text ?? "",
            stamp: try Stamp(stamp, of: dot))
    }
}

extension StageNote.Reach {
    /// `regions`, `all`, `halt`, or a level's name.
    package var word: String {
        switch self {
        case .regions: "regions"
        case .level(let level): level.rawValue
        case .everywhere: "all"
        case .halt: "halt"
        }
    }

    /// - Parameter json: An object with `reach` and, for `regions`, their ids; else nil.
    package init?(_ json: JSON) {
        switch json["reach"]?.text {
        case "all": self = .everywhere
        case "halt": self = .halt
        case "regions":
            let list = json["regions"]?.array ?? []
            let regions = list.compactMap { $0.text.flatMap(RegionID.init(hex:)) }
            guard !regions.isEmpty, regions.count == list.count,
                regions.count <= Limits.stageRegionsMax
            else { return nil }
            self = .regions(regions.sorted())
        case let word?:
            guard let level = Level(rawValue: word) else { return nil }
            self = .level(level)
        case nil: return nil
        }
    }
}
