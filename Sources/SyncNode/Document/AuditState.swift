package import Base
package import Change

/// One line of the audit: who did what, about what, where and when. It stands in a change, so
/// that chain, signature and sentinel hold it (PROTOCOL §4, §6); this is what lists show.
package struct AuditState: Hashable, Sendable {
    /// What was done: an act's name, `login`, `login.failed`, …
    package var act: String
    /// Who, by login; empty where only the author's number is known.
    package var login: String
    /// First 8 bytes of H(account id); 0 where nobody was known.
    package var author: UInt64
    /// What it is about: a case's number or id, an item's code, a login.
    package var about: String
    /// `done`, or the rule that refused.
    package var outcome: String
    /// Why, as the person said.
    package var reason: String
    /// The address that asked; `console` for the command line.
    package var from: String
    /// The region whose node wrote it.
    package var region: RegionID
    /// Business time in milliseconds since 1970, where it was stated.
    package var business: Int64?
    /// When it was recorded, by the node's clock, in milliseconds since 1970.
    package var recorded: Int64

    package init(act: String, region: RegionID, author: UInt64 = 0, recorded: Int64 = 0) {
        self.act = act
        self.region = region
        self.author = author
        self.recorded = recorded
        login = ""
        about = ""
        outcome = "done"
        reason = ""
        from = ""
    }

    /// The body of the change that says it.
    package var body: [UInt8] {
        var writer = JSONWriter()
        writer.object { write(to: &$0) }
        return writer.bytes
    }

    private func write(to object: inout JSONWriter) {
        object.field("act", act)
        if !login.isEmpty { object.field("login", login) }
        if author != 0 { object.field("author", hex: author) }
        if !about.isEmpty { object.field("about", about) }
        object.field("outcome", outcome)
        if !reason.isEmpty { object.field("reason", reason) }
        if !from.isEmpty { object.field("from", from) }
        if let business { object.field("at", business) }
    }

    /// - Parameter json: As `body` writes it; nil without an act.
    package init?(_ json: JSON, region: RegionID, recorded: Int64) {
        guard let act = json["act"]?.text else { return nil }
        self.init(act: act, region: region, recorded: recorded)
        login = json["login"]?.text ?? ""
        author = json["author"]?.text.flatMap(RegionID.init(hex:))?.rawValue ?? 0
        about = json["about"]?.text ?? ""
        outcome = json["outcome"]?.text ?? "done"
        reason = json["reason"]?.text ?? ""
        from = json["from"]?.text ?? ""
        business = json["at"]?.int
    }

    /// The document that the store keeps; `init` reads it back.
    package func stored(key: DocumentKey, scope: ScopeID) -> StoredDocument {
        var writer = JSONWriter(capacity: 256)
        writer.object { object in
            object.field("recorded", recorded)
            object.field("region", region.hex)
            write(to: &object)
        }
        return StoredDocument(
            key: key, scope: scope, label: login, status: act, time: recorded,
            attention: false, search: "", state: writer.bytes)
    }

    /// - Throws: `kind`, or what the reader finds, where the state is not of its form.
    package init(_ stored: StoredDocument) throws(JSONError) {
        let json = try JSON(parsing: stored.state)
        guard let region = json["region"]?.text.flatMap(RegionID.init(hex:)),
            let recorded = json["recorded"]?.int,
            let state = AuditState(json, region: region, recorded: recorded)
        else { throw JSONError(.kind, offset: 0) }
        self = state
    }
}
