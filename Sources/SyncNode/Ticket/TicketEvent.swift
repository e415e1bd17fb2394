package import Base
package import Change

/// One thing that was done with a ticket, as its change says it.
package struct TicketEvent: Hashable, Sendable {
    /// First 16 bytes of the change's hash.
    package let hash: Digest16
    package let time: HybridTime
    /// First 8 bytes of H(account id); 0 for the node itself.
    package let author: UInt64
    /// Where it was written; nil where the directory does not know.
    package let region: RegionID?
    /// nil of the event that opened it.
    package let act: TicketAct?
    /// The change's body.
    package let body: JSON
    /// Whether it counts: false where the state forbade it, or another place had the ticket.
    package internal(set) var counts = false

    /// - Parameter body: As the change has it; nil gives nil, and so does an act that is not
    ///   known.
    package init?(_ change: Change, _ body: JSON, region: RegionID?) {
        if change.kind == .ticketStep {
            guard let act = body["act"]?.text.flatMap(TicketAct.init(rawValue:)) else {
                return nil
            }
            self.act = act
        } else {
            act = nil
        }
        hash = change.hash.prefix16
        time = change.header.time
        author = change.header.author
        self.region = region
        self.body = body
    }

    /// Business time where it was stated, else the author's clock.
    package var moment: Instant { Instant(millis: body["at"]?.int ?? time.millis) }
    /// What a judgement or a review came to.
    package var isGood: Bool { body["outcome"]?.text != "no" }
    /// Free text; empty where none was written.
    package var note: String { body["note"]?.text ?? body["text"]?.text ?? "" }
    /// The place to which it was handed.
    package var target: RegionID? { body["to"]?.text.flatMap(RegionID.init(hex:)) }

    /// By clock, then hash: the same at every node.
    func precedes(_ other: TicketEvent) -> Bool {
        (time, hash) < (other.time, other.hash)
    }

    func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.field("hash", hex: hash)
            object.field("time", hex: time.rawValue)
            object.field("author", hex: author)
            if let region { object.field("region", region.hex) }
            if let act { object.field("act", act.rawValue) }
            object.field("counts", counts)
            object.field("body", body)
        }
    }

    init(json: JSON) throws(JSONError) {
        guard let hash = json["hash"]?.text.flatMap(Digest16.init(hex:)),
            let time = json["time"]?.text.flatMap(RegionID.init(hex:)),
            let author = json["author"]?.text.flatMap(RegionID.init(hex:)),
            let body = json["body"], let counts = json["counts"]?.bool
        else { throw JSONError(.kind, offset: 0) }
        self.hash = hash
        self.time = HybridTime(rawValue: time.rawValue)
        self.author = author.rawValue
        region = json["region"]?.text.flatMap(RegionID.init(hex:))
        act = json["act"]?.text.flatMap(TicketAct.init(rawValue:))
        self.body = body
        self.counts = counts
    }
}
