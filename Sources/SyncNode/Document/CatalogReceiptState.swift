package import Base
package import Change

/// How far one region has a county's catalog (到达): the heads of the catalog's chains that the
/// region's node holds, and when it first said so.
///
/// The catalog's own region has such a document too: it holds what there is to have, and owes
/// the local node's receipt while that is behind.
package struct CatalogReceiptState: Hashable, Sendable {
    /// A chain of the catalog up to a number.
    package struct Head: Hashable, Sendable {
        package let actor: ActorID
        package let seq: Seq
        package let hash: Digest16

        package init(actor: ActorID, seq: Seq, hash: Digest16) {
            self.actor = actor
            self.seq = seq
            self.hash = hash
        }
    }

    /// One receipt.
    package struct Entry: Hashable, Sendable {
        package let dot: Dot
        package let time: HybridTime
        /// Sorted by actor.
        package let heads: [Dot]

        package init(dot: Dot, time: HybridTime, heads: [Dot]) {
            self.dot = dot
            self.time = time
            self.heads = heads
        }
    }

    /// When a region had something.
    package enum Reach: Hashable, Sendable {
        /// 待达.
        case waiting
        /// 已达: the time of the first receipt that covers it; `isExact` false where older
        /// receipts are no longer kept.
        case reached(since: Instant, isExact: Bool)
    }

    /// The catalog's region.
    package let owner: RegionID
    /// Who has it.
    package let region: RegionID
    /// The furthest of each chain. Sorted by actor.
    package private(set) var heads: [Head] = []
    /// The latest `Limits.catalogReceiptsKeptMax` receipts, oldest first.
    package private(set) var entries: [Entry] = []
    /// The sum of the fingerprints of all versions' uniform elements (十同): of a catalog's own
    /// document, what is here; of a region's, what it said of its own in its latest receipt.
    package var uniform: UInt64 = 0
    /// Whether the local node owes a receipt for it: a hint for the reaction, local, no part of
    /// the folded state.
    package var owesReceipt = false

    package init(owner: RegionID, region: RegionID) {
        self.owner = owner
        self.region = region
    }

    /// The document of one region's receipts of one catalog.
    package static func key(catalog owner: RegionID, region: RegionID) -> DocumentKey {
        DocumentKey(
            collection: .receipt,
            id: Digest16(high: ScopeName.catalog(owner).id.rawValue, low: region.rawValue))
    }

    /// Moves a chain of the catalog up to a head; never back.
    package mutating func advance(to head: Head) {
        guard let place = heads.firstIndex(where: { $0.actor >= head.actor }) else {
            heads.append(head)
            return
        }
        if heads[place].actor != head.actor {
            heads.insert(head, at: place)
        } else if heads[place].seq < head.seq {
            heads[place] = head
        }
    }

    /// Takes a receipt in; one that is known changes nothing.
    package mutating func insert(_ entry: Entry) {
        guard !entries.contains(where: { $0.dot == entry.dot }) else { return }
        let place = entries.firstIndex { ($0.time, $0.dot) > (entry.time, entry.dot) }
        entries.insert(entry, at: place ?? entries.count)
        if entries.count > Limits.catalogReceiptsKeptMax { entries.removeFirst() }
        invariant(entries.count <= Limits.catalogReceiptsKeptMax, "receipts are bounded")
    }

    /// Whether a change of the catalog is there.
    package func covers(_ dot: Dot) -> Bool {
        heads.contains { $0.actor == dot.actor && $0.seq >= dot.seq }
    }

    /// Whether everything is there that another holds.
    package func covers(_ other: CatalogReceiptState) -> Bool {
        other.heads.allSatisfy { covers(Dot(actor: $0.actor, seq: $0.seq)) }
    }

    /// 十同: whether a region that holds all there is holds the same; nil while it lacks some.
    package func agrees(with owner: CatalogReceiptState) -> Bool? {
        guard covers(owner), owner.covers(self) else { return nil }
        return uniform == owner.uniform
    }

    /// When a change of the catalog was first known to be there.
    package func reach(_ dot: Dot) -> Reach {
        guard covers(dot) else { return .waiting }
        let first = entries.firstIndex { entry in
            entry.heads.contains { $0.actor == dot.actor && $0.seq >= dot.seq }
        }
        guard let first else { return .reached(since: lastContact, isExact: false) }
        let isExact = first > 0 || entries.count < Limits.catalogReceiptsKeptMax
        return .reached(since: entries[first].time.instant, isExact: isExact)
    }

    /// The time of its last receipt; the beginning of time where there is none.
    package var lastContact: Instant { entries.last?.time.instant ?? Instant(millis: 0) }
}

// MARK: as a document

extension CatalogReceiptState {
    /// The document that the store keeps; `init` reads it back.
    package func stored(key: DocumentKey, scope: ScopeID) -> StoredDocument {
        var writer = JSONWriter(capacity: 1024)
        writer.object { object in
            object.field("owner", owner.hex)
            object.field("region", region.hex)
            object.field("uniform", hex: uniform)
            object.array("heads") { array in
                for head in heads { head.write(to: &array) }
            }
            object.array("receipts") { array in
                for entry in entries { entry.write(to: &array) }
            }
        }
        return StoredDocument(
            key: key, scope: scope, label: owner.hex,
            status: owner == region ? "published" : "received",
            time: lastContact.millis, attention: owesReceipt, search: "", state: writer.bytes)
    }

    /// - Throws: `kind`, or what the reader finds, where the state is not of its form.
    package init(_ stored: StoredDocument) throws(JSONError) {
        let json = try JSON(parsing: stored.state)
        guard let owner = json["owner"]?.text.flatMap(RegionID.init(hex:)),
            let region = json["region"]?.text.flatMap(RegionID.init(hex:)),
            let heads = Head.list(json["heads"]), let receipts = json["receipts"]?.array
        else { throw JSONError(.kind, offset: 0) }
        self.init(owner: owner, region: region)
        self.heads = heads
        uniform = json["uniform"]?.text.flatMap(RegionID.init(hex:))?.rawValue ?? 0
        entries = receipts.compactMap(Entry.init(json:))
        guard entries.count == receipts.count else { throw JSONError(.kind, offset: 0) }
        owesReceipt = stored.attention
    }
}

extension CatalogReceiptState.Head {
    /// {actor, seq, hash}.
    package func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.field("actor", actor.hex)
            object.field("seq", Int64(seq.rawValue))
            object.field("hash", hash.hex)
        }
    }

    /// Heads from an array of what `write` gives.
    ///
    /// - Returns: nil where one is not of its form or there are more than a scope can have.
    package static func list(_ json: JSON?) -> [CatalogReceiptState.Head]? {
        guard let list = json?.array, list.count <= Limits.vectorEntriesMax else { return nil }
        let heads = list.compactMap { json -> CatalogReceiptState.Head? in
            guard let actor = json["actor"]?.text.flatMap(RegionID.init(hex:)),
                let seq = json["seq"]?.int, seq > 0, seq <= Int64(Limits.seqMax),
                let hash = json["hash"]?.text.flatMap(Digest16.init(hex:))
            else { return nil }
            return CatalogReceiptState.Head(
                actor: ActorID(actor.rawValue), seq: Seq(UInt64(seq)), hash: hash)
        }
        return heads.count == list.count ? heads : nil
    }
}

extension CatalogReceiptState.Entry {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.field("dot", dot.text)
            object.field("millis", time.millis)
            object.field("counter", Int64(time.counter))
            object.array("heads") { array in
                for head in heads { array.value(head.text) }
            }
        }
    }

    fileprivate init?(json: JSON) {
        guard let dot = json["dot"]?.text.flatMap(Dot.init(text:)),
            let millis = json["millis"]?.int, let counter = json["counter"]?.int,
            (0...0xffff).contains(counter), let texts = json["heads"]?.array
        else { return nil }
        let heads = texts.compactMap { $0.text.flatMap(Dot.init(text:)) }
        guard heads.count == texts.count else { return nil }
        self.init(
            dot: dot, time: HybridTime(millis: millis, counter: UInt16(counter)), heads: heads)
    }
}
