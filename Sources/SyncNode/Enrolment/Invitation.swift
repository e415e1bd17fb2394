package import Base

/// One place that one new node may take, within a time. The secret itself is not kept.
package struct Invitation: Hashable, Sendable {
    /// First 8 digits of the secret's digest: how people name it.
    package var id: String { String(digest.hex.prefix(8)) }
    package let code: RegionCode
    package let name: String
    /// Names and addresses at which the node will be dialled, as the parent's operator knows.
    package let hosts: [String]
    /// H(secret).
    package let digest: Digest
    package let until: Instant
    /// The place's node when this was written, which the new one is to replace; nil where there
    /// was none.
    package let replaces: Digest?
    /// Which node came in with it.
    package var usedBy: Digest?
    package var isWithdrawn = false

    package init(
        code: RegionCode, name: String, hosts: [String], digest: Digest, until: Instant,
        replaces: Digest?
    ) {
        self.replaces = replaces
        self.code = code
        self.name = name
        self.hosts = hosts
        self.digest = digest
        self.until = until
    }

    /// How it stands: `open`, `used`, `expired` or `withdrawn`.
    package func state(at now: Instant) -> String {
        if usedBy != nil { return "used" }
        if isWithdrawn { return "withdrawn" }
        return now < until ? "open" : "expired"
    }

    /// For the store, and with its state for people.
    func write(to writer: inout JSONWriter, at now: Instant?) {
        writer.field("region", code.text)
        writer.field("name", name)
        writer.array("hosts") { array in
            for host in hosts { array.value(host) }
        }
        if let now {
            writer.field("id", id)
            writer.field("state", state(at: now))
        } else {
            writer.field("digest", digest.hex)
            writer.field("withdrawn", isWithdrawn)
        }
        writer.field("until", until.millis)
        if let replaces { writer.field("replaces", replaces.hex) }
        if let usedBy { writer.field("usedBy", usedBy.hex) }
    }

    init?(_ json: JSON) {
        guard let code = json["region"]?.text.flatMap(RegionCode.init(_:)),
            let name = json["name"]?.text,
            let digest = json["digest"]?.text.flatMap(Digest.init(stored:)),
            let until = json["until"]?.int
        else { return nil }
        self.init(
            code: code, name: name, hosts: (json["hosts"]?.array ?? []).compactMap(\.text),
            digest: digest, until: Instant(millis: until),
            replaces: json["replaces"]?.text.flatMap(Digest.init(stored:)))
        usedBy = json["usedBy"]?.text.flatMap(Digest.init(stored:))
        isWithdrawn = json["withdrawn"]?.bool ?? false
    }
}

extension Digest {
    /// 64 hexadecimal digits; nil for anything else.
    init?(stored text: String) {
        guard let bytes = Hex.decode(text), bytes.count == 32 else { return nil }
        self.init(bytes: bytes)
    }
}
