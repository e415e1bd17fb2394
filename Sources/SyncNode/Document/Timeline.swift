package import Base
package import Change

/// Where a statement of the catalog stands among the others, and from when it counts.
package struct Stamp: Hashable, Sendable {
    package let dot: Dot
    /// First 8 bytes of the change's hash: what a reference from another scope carries.
    package let hash: UInt64
    package let time: HybridTime
    /// Who acted, as in the change's header.
    package let author: UInt64
    /// The first moment at which it counts.
    package let from: Instant
    /// What its author had on screen. Sorted.
    package let supersedes: [Dot]

    package init(
        dot: Dot, hash: UInt64, time: HybridTime, author: UInt64, from: Instant,
        supersedes: [Dot]
    ) {
        self.dot = dot
        self.hash = hash
        self.time = time
        self.author = author
        self.from = from
        self.supersedes = supersedes
    }

    /// The stamp of a change whose word counts from `from` on.
    package init(_ change: Change, from: Instant) {
        self.init(
            dot: change.dot, hash: change.hash.prefix8, time: change.header.time,
            author: change.header.author, from: from, supersedes: change.header.supersedes)
    }
}

/// Statements about one thing, each with a date from which it counts and with those that it
/// replaces: kept for ever, and a function of their set (I22).
///
/// A later statement replaces an earlier one from its own date on, whatever date the earlier
/// one has: version 5 of today also stops version 4 of next week. Statements of which neither
/// replaces the other are contested: all are told (PROTOCOL §9).
package struct Timeline<Value: Sendable>: Sendable {
    /// One statement.
    package struct Entry: Sendable {
        package let stamp: Stamp
        package let value: Value

        package init(stamp: Stamp, value: Value) {
            self.stamp = stamp
            self.value = value
        }
    }

    /// By dot.
    package private(set) var entries: [Entry] = []

    package init() {}

    /// Takes a statement in; one that is known changes nothing.
    package mutating func insert(_ entry: Entry) {
        let place = position(of: entry.stamp.dot)
        guard place == entries.count || entries[place].stamp.dot != entry.stamp.dot else { return }
        entries.insert(entry, at: place)
        invariant(
            place == 0 || entries[place - 1].stamp.dot < entry.stamp.dot,
            "statements stand in the order of their dots")
    }

    /// The statement at a dot.
    package subscript(dot: Dot) -> Entry? {
        let place = position(of: dot)
        return place < entries.count && entries[place].stamp.dot == dot ? entries[place] : nil
    }

    /// What nothing replaces, whatever its date: what the next statement must replace. By dot.
    package var heads: [Entry] { entries.filter(unreplaced(among: entries)) }

    /// What counts at a moment: one entry where all agree, several where it is contested, none
    /// before the first. By dot. Cost: one pass over the entries and what they replace.
    package func standing(at instant: Instant) -> [Entry] {
        standing { $0.stamp.from <= instant }
    }

    /// What counts where some statements have begun and others have not. By dot.
    package func standing(_ hasBegun: (Entry) -> Bool) -> [Entry] {
        let begun = entries.filter(hasBegun)
        return begun.filter(unreplaced(among: begun))
    }

    /// Of contested statements the one that stations go by until the owner settles it: the
    /// latest by clock, then by dot. The same at every node.
    package static func latest(of entries: [Entry]) -> Entry? {
        entries.max { ($0.stamp.time, $0.stamp.dot) < ($1.stamp.time, $1.stamp.dot) }
    }

    private func unreplaced(among begun: [Entry]) -> (Entry) -> Bool {
        var replaced: Set<Dot> = []
        var open = begun.flatMap(\.stamp.supersedes)
        while let dot = open.popLast() {
            guard replaced.insert(dot).inserted else { continue }
            open += self[dot]?.stamp.supersedes ?? []
        }
        return { !replaced.contains($0.stamp.dot) }
    }

    private func position(of dot: Dot) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].stamp.dot < dot { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension Timeline.Entry: Equatable where Value: Equatable {}
extension Timeline: Equatable where Value: Equatable {}

// MARK: as JSON: an object, dot → {stamp, value}

extension Timeline {
    func write(
        to writer: inout JSONWriter, _ value: (Value, inout JSONWriter) -> Void
    ) {
        writer.object { object in
            for entry in entries {
                object.object(entry.stamp.dot.text) { inner in
                    inner.key("stamp")
                    entry.stamp.write(to: &inner)
                    inner.key("value")
                    value(entry.value, &inner)
                }
            }
        }
    }

    /// - Parameter value: Reads one value from its place in `bytes`.
    init(
        _ bytes: [UInt8], in range: Range<Int>,
        _ value: (Range<Int>) throws(JSONError) -> Value
    ) throws(JSONError) {
        var scanner = try JSONScanner(bytes, in: range)
        while let member = try scanner.next() {
            guard let dot = Dot(text: try scanner.key(member)) else {
                throw JSONError(.kind, offset: member.key.lowerBound)
            }
            var inner = try JSONScanner(bytes, in: member.value)
            guard let stamp = try inner.member("stamp"), let body = try inner.member("value")
            else { throw JSONError(.kind, offset: member.value.lowerBound) }
            insert(
                Entry(
                    stamp: try Stamp(try inner.json(stamp), of: dot), value: try value(body.value)))
        }
    }
}

extension Stamp {
    func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.field("hash", ScopeID(hash).hex)
            object.field("millis", time.millis)
            object.field("counter", Int64(time.counter))
            object.field("author", ScopeID(author).hex)
            object.field("from", from.millis)
            object.array("supersedes") { array in
                for dot in supersedes { array.value(dot.text) }
            }
        }
    }

    init(_ json: JSON, of dot: Dot) throws(JSONError) {
        guard let hash = json["hash"]?.text.flatMap(RegionID.init(hex:)),
            let author = json["author"]?.text.flatMap(RegionID.init(hex:)),
            let millis = json["millis"]?.int, let counter = json["counter"]?.int,
            (0...0xffff).contains(counter), let from = json["from"]?.int,
            let texts = json["supersedes"]?.array
        else { throw JSONError(.kind, offset: 0) }
        let dots = texts.compactMap { $0.text.flatMap(Dot.init(text:)) }
        guard dots.count == texts.count else { throw JSONError(.kind, offset: 0) }
        self.init(
            dot: dot, hash: hash.rawValue,
            time: HybridTime(millis: millis, counter: UInt16(counter)),
            author: author.rawValue, from: Instant(millis: from), supersedes: dots)
    }
}

extension Dot {
    /// `0123456789abcdef-12`: actor and seq.
    package var text: String { actor.hex + "-" + String(seq.rawValue) }

    /// - Parameter text: As `text` gives it; anything else gives nil.
    package init?(text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let actor = RegionID(hex: String(parts[0])),
            let seq = UInt64(parts[1]), seq <= Limits.seqMax
        else { return nil }
        self.init(actor: ActorID(actor.rawValue), seq: Seq(seq))
    }
}
