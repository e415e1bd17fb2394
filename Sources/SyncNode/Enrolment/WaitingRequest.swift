package import Base

/// A node that asked to be let in without a code.
package struct WaitingRequest: Hashable, Sendable {
    /// How it stands.
    package enum State: String, Hashable, Sendable {
        case waiting, approved, refused
    }

    /// First 8 digits of the node's id: how people name it.
    package var id: String { String(node.hex.prefix(8)) }
    package let code: RegionCode
    package let name: String
    /// Names and addresses that it wants in its certificate.
    package let hosts: [String]
    package let node: Digest
    /// When it asked first.
    package let at: Instant
    package var state = State.waiting

    package init(code: RegionCode, name: String, hosts: [String], node: Digest, at: Instant) {
        self.code = code
        self.name = name
        self.hosts = hosts
        self.node = node
        self.at = at
    }

    func write(to writer: inout JSONWriter, isForPeople: Bool) {
        if isForPeople { writer.field("id", id) }
        writer.field("region", code.text)
        writer.field("name", name)
        writer.array("hosts") { array in
            for host in hosts { array.value(host) }
        }
        writer.field("node", node.hex)
        writer.field("at", at.millis)
        writer.field("state", state.rawValue)
    }

    init?(_ json: JSON) {
        guard let code = json["region"]?.text.flatMap(RegionCode.init(_:)),
            let name = json["name"]?.text,
            let node = json["node"]?.text.flatMap(Digest.init(stored:)),
            let at = json["at"]?.int,
            let state = json["state"]?.text.flatMap(State.init(rawValue:))
        else { return nil }
        self.init(
            code: code, name: name, hosts: (json["hosts"]?.array ?? []).compactMap(\.text),
            node: node, at: Instant(millis: at))
        self.state = state
    }
}

/// A certificate that this node issued.
package struct IssuedCertificate: Hashable, Sendable {
    package let code: RegionCode
    package let node: Digest
    package let hosts: [String]
    package let until: Instant
    /// Serial numbers of this one and of those before it, the newest last.
    package var serials: [[UInt8]]

    package init(
        code: RegionCode, node: Digest, hosts: [String], until: Instant, serials: [[UInt8]] = []
    ) {
        self.code = code
        self.node = node
        self.hosts = hosts
        self.until = until
        self.serials = serials
    }

    func write(to writer: inout JSONWriter) {
        writer.field("region", code.text)
        writer.field("node", node.hex)
        writer.array("hosts") { array in
            for host in hosts { array.value(host) }
        }
        writer.field("until", until.millis)
        writer.array("serials") { array in
            for serial in serials { array.value(Hex.encode(serial)) }
        }
    }

    init?(_ json: JSON) {
        guard let code = json["region"]?.text.flatMap(RegionCode.init(_:)),
            let node = json["node"]?.text.flatMap(Digest.init(stored:)),
            let until = json["until"]?.int
        else { return nil }
        self.init(
            code: code, node: node, hosts: (json["hosts"]?.array ?? []).compactMap(\.text),
            until: Instant(millis: until),
            serials: (json["serials"]?.array ?? []).compactMap { $0.text.flatMap(Hex.decode) })
    }
}

extension Instant {
    /// Whole days until another moment, below 0 once that is over.
    package func wholeDays(until end: Instant) -> Int64 {
        let left = end.millis - millis
        return left >= 0 ? left / 86_400_000 : -1 - (-left) / 86_400_000
    }
}
