package import Base
package import Change
package import Crypto
package import Domain

/// What a node is, as its own store keeps it: written by `init`, read by `serve`.
package struct NodeSettings: Hashable, Sendable {
    package var region: RegionRecord
    package var suite: Suite
    /// The pinned seat of the tree's root.
    package var root: SeatRecord
    /// Where the parent listens; nil for a root.
    package var parentURL: String?
    /// Neighbours that this node dials: region and URL.
    package var dialed: [Neighbour] = []

    /// A corridor partner that this node dials.
    package struct Neighbour: Hashable, Sendable {
        package let region: RegionID
        package let url: String

        package init(region: RegionID, url: String) {
            self.region = region
            self.url = url
        }
    }

    /// Counties of other trees with which a corridor was agreed.
    package var trusted: [Trust] = []

    /// The root of all trust of a corridor partner's tree: believed of that partner alone.
    package struct Trust: Hashable, Sendable {
        package let region: RegionID
        /// Its certificate, PEM.
        package let anchor: [UInt8]

        package init(region: RegionID, anchor: [UInt8]) {
            self.region = region
            self.anchor = anchor
        }
    }

    /// The name of the store's value that keeps them.
    package static let valueName = "settings"

    /// The bytes that the store keeps.
    package var encoded: [UInt8] {
        var writer = JSONWriter()
        writer.object { object in
            object.object("region") { Self.write(region, to: &$0) }
            object.field("suite", Int64(suite.rawValue))
            object.object("root") { Self.write(root, to: &$0) }
            if let parentURL { object.field("parentURL", parentURL) }
            object.array("dialed") { array in
                for neighbour in dialed {
                    array.object { object in
                        object.field("region", neighbour.region.hex)
                        object.field("url", neighbour.url)
                    }
                }
            }
            object.array("trusted") { array in
                for trust in trusted {
                    array.object { object in
                        object.field("region", trust.region.hex)
                        object.field("anchor", String(decoding: trust.anchor, as: UTF8.self))
                    }
                }
            }
        }
        return writer.bytes
    }

    /// nil where the bytes are not of the form that `encoded` gives.
    package init?(_ bytes: [UInt8]) {
        guard let json = Self.json(bytes), let region = json["region"].flatMap(Self.region),
            let number = json["suite"]?.int.flatMap({ UInt8(exactly: $0) }),
            let suite = Suite(rawValue: number), let root = json["root"].flatMap(Self.seat)
        else { return nil }
        self.region = region
        self.suite = suite
        self.root = root
        parentURL = json["parentURL"]?.text
        dialed = (json["dialed"]?.array ?? []).compactMap { entry in
            guard let region = entry["region"]?.text.flatMap(RegionID.init(hex:)),
                let url = entry["url"]?.text
            else { return nil }
            return Neighbour(region: region, url: url)
        }
        trusted = (json["trusted"]?.array ?? []).compactMap { entry in
            guard let region = entry["region"]?.text.flatMap(RegionID.init(hex:)),
                let anchor = entry["anchor"]?.text
            else { return nil }
            return Trust(region: region, anchor: Array(anchor.utf8))
        }
    }

    package init(
        region: RegionRecord, suite: Suite, root: SeatRecord, parentURL: String?
    ) {
        self.region = region
        self.suite = suite
        self.root = root
        self.parentURL = parentURL
    }

    /// Strict JSON; nil where the bytes are none.
    package static func json(_ bytes: [UInt8]) -> JSON? {
        do throws(JSONError) {
            return try JSON(parsing: bytes)
        } catch {
            return nil
        }
    }

    /// Writes a region as settings, grants and identities carry it.
    package static func write(_ region: RegionRecord, to writer: inout JSONWriter) {
        writer.field("id", region.id.hex)
        writer.field("code", region.code.text)
        writer.field("name", region.name)
        writer.field("level", region.level.rawValue)
        if let parent = region.parent { writer.field("parent", parent.hex) }
    }

    /// Reads what `write` wrote; nil for anything else.
    package static func region(_ json: JSON) -> RegionRecord? {
        guard let id = json["id"]?.text.flatMap(RegionID.init(hex:)),
            let code = json["code"]?.text.flatMap(RegionCode.init(_:)),
            let name = json["name"]?.text,
            let level = json["level"]?.text.flatMap(Level.init(rawValue:))
        else { return nil }
        let parent = json["parent"]?.text.flatMap(RegionID.init(hex:))
        return RegionRecord(id: id, code: code, name: name, level: level, parent: parent)
    }

    /// Writes a seat.
    package static func write(_ seat: SeatRecord, to writer: inout JSONWriter) {
        writer.field("region", seat.region.hex)
        writer.field("epoch", Int64(seat.epoch))
        writer.field("key", seat.key.text)
        writer.field("node", seat.node.hex)
    }

    /// Reads what `write` wrote; nil for anything else.
    package static func seat(_ json: JSON) -> SeatRecord? {
        guard let region = json["region"]?.text.flatMap(RegionID.init(hex:)),
            let epoch = json["epoch"]?.int, epoch > 0,
            let key = json["key"]?.text.flatMap(IncarnationKey.init(text:)),
            let node = json["node"]?.text.flatMap(Hex.decode), node.count == 32
        else { return nil }
        return SeatRecord(
            region: region, epoch: UInt64(epoch), key: key, node: Digest(bytes: node),
            grant: .zero)
    }
}

extension Level {
    /// The tier that a division code stands for: by its trailing zeros.
    package init(of code: RegionCode) {
        let number = code.rawValue
        if number % 10_000_000_000 == 0 {
            self = .province
        } else if number % 100_000_000 == 0 {
            self = .city
        } else if number % 1_000_000 == 0 {
            self = .county
        } else if number % 1000 == 0 {
            self = .town
        } else {
            self = .village
        }
    }
}
