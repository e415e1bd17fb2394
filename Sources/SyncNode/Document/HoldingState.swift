package import Base
package import Change

extension ChangeKind {
    /// 回执, in the node's control scope: what it durably holds of the scopes that it shares with
    /// its parent: {scopes: [{scope, heads}]}.
    package static let scopeReceipt = ChangeKind(rawValue: 0x0093)
}

/// What a region's node has said that it holds, over all its receipts: the durable truth behind
/// an acknowledgement (PROTOCOL §7.8). Never speaks of control scopes, so that no receipt is a
/// reason for another.
package struct HoldingState: Hashable, Sendable {
    /// The chains of one scope, each up to a number.
    package struct Scope: Hashable, Sendable {
        package let id: ScopeID
        /// Sorted by actor.
        package private(set) var heads: [CatalogReceiptState.Head]

        package init(id: ScopeID, heads: [CatalogReceiptState.Head]) {
            self.id = id
            self.heads = heads.sorted { $0.actor < $1.actor }
        }

        fileprivate mutating func advance(to head: CatalogReceiptState.Head) {
            guard let place = heads.firstIndex(where: { $0.actor >= head.actor }) else {
                heads.append(head)
                return
            }
            if heads[place].actor != head.actor {
                heads.insert(head, at: place)
            } else if (heads[place].seq, heads[place].hash) < (head.seq, head.hash) {
                // Of two contents under one number the larger stands, whichever came first.
                heads[place] = head
            }
        }

        fileprivate func seq(of actor: ActorID) -> Seq {
            heads.first { $0.actor == actor }?.seq ?? .none
        }
    }

    /// Who holds it.
    package let region: RegionID
    /// Sorted by id.
    package private(set) var scopes: [Scope] = []
    /// When it last said so; nil where it never did.
    package private(set) var time: HybridTime?

    package init(region: RegionID) { self.region = region }

    /// The document of one region's receipts.
    package static func key(of region: RegionID) -> DocumentKey {
        DocumentKey(
            collection: .holding,
            id: Digest16(high: ScopeName.control(region).id.rawValue, low: region.rawValue))
    }

    /// What a region said of one case scope, in that scope itself: whoever carries it hears it.
    package static func key(of region: RegionID, in scope: ScopeID) -> DocumentKey {
        DocumentKey(
            collection: .holding, id: Digest16(high: scope.rawValue, low: region.rawValue))
    }

    /// Takes a receipt in. Any order of the same receipts gives the same state.
    package mutating func take(_ receipt: [Scope], at time: HybridTime) {
        self.time = Swift.max(self.time ?? time, time)
        for scope in receipt {
            let place = scopes.firstIndex { $0.id >= scope.id } ?? scopes.count
            if place == scopes.count || scopes[place].id != scope.id {
                scopes.insert(Scope(id: scope.id, heads: []), at: place)
            }
            for head in scope.heads { scopes[place].advance(to: head) }
        }
    }

    /// Whether a change of a scope is there, as far as was said.
    package func covers(_ dot: Dot, in scope: ScopeID) -> Bool {
        guard let said = scopes.first(where: { $0.id == scope }) else { return false }
        return said.seq(of: dot.actor) >= dot.seq
    }

    /// How far a chain of a scope is there, as far as was said; 0 for nothing.
    package func seq(of actor: ActorID, in scope: ScopeID) -> UInt64 {
        scopes.first { $0.id == scope }?.seq(of: actor).rawValue ?? 0
    }

    /// Changes that a holder of these heads has and no receipt spoke of.
    package func behind(_ held: [Scope]) -> Int {
        held.reduce(0) { sum, scope in
            let said = scopes.first { $0.id == scope.id }
            return scope.heads.reduce(sum) { sum, head in
                let known = said?.seq(of: head.actor) ?? .none
                return sum + Int(head.seq.rawValue - Swift.min(known, head.seq).rawValue)
            }
        }
    }

    /// What the next receipt says: the heads that no earlier one has spoken of, as many as fit
    /// into a change; the rest waits for the one after.
    ///
    /// - Parameter held: What is durable here, without control scopes.
    package func next(_ held: [Scope]) -> [Scope] {
        var room = Limits.receiptHeadsMax
        var news: [Scope] = []
        for scope in held.sorted(by: { $0.id < $1.id }) where room > 0 {
            let said = scopes.first { $0.id == scope.id }
            let heads = scope.heads.filter { head in
                said?.heads.first { $0.actor == head.actor }.map { $0.seq < head.seq } ?? true
            }
            guard !heads.isEmpty else { continue }
            news.append(Scope(id: scope.id, heads: Array(heads.prefix(room))))
            room -= heads.count
        }
        return news
    }
}

// MARK: as bytes

extension HoldingState {
    /// The body of a receipt.
    ///
    /// - Parameter at: By the writer's clock; nil where the change's own time is enough.
    package static func body(_ scopes: [Scope], at: Instant? = nil) -> [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        writer.object { object in
            object.array("scopes") { write(scopes, to: &$0) }
            if let at { object.field("at", at.millis) }
        }
        return writer.bytes
    }

    /// The scopes of a receipt's body.
    ///
    /// - Returns: nil where it is not of its form.
    package static func read(_ json: JSON) -> [Scope]? {
        guard let list = json["scopes"]?.array, list.count <= Limits.linkScopesMax else {
            return nil
        }
        let scopes = list.compactMap { json -> Scope? in
            guard let id = json["scope"]?.text.flatMap(RegionID.init(hex:)),
                let heads = CatalogReceiptState.Head.list(json["heads"])
            else { return nil }
            return Scope(id: ScopeID(id.rawValue), heads: heads)
        }
        return scopes.count == list.count ? scopes : nil
    }

    private static func write(_ scopes: [Scope], to array: inout JSONWriter) {
        for scope in scopes {
            array.object { object in
                object.field("scope", scope.id.hex)
                object.array("heads") { heads in
                    for head in scope.heads { head.write(to: &heads) }
                }
            }
        }
    }

    /// The document that the store keeps; `init` reads it back.
    package func stored(key: DocumentKey, scope: ScopeID) -> StoredDocument {
        var writer = JSONWriter(capacity: 1024)
        writer.object { object in
            object.field("region", region.hex)
            object.field("millis", time?.millis ?? 0)
            object.field("counter", Int64(time?.counter ?? 0))
            object.array("scopes") { Self.write(scopes, to: &$0) }
        }
        return StoredDocument(
            key: key, scope: scope, label: region.hex, status: "held", time: time?.millis ?? 0,
            attention: false, search: "", state: writer.bytes)
    }

    /// - Throws: `kind`, or what the reader finds, where the state is not of its form.
    package init(_ stored: StoredDocument) throws(JSONError) {
        let json = try JSON(parsing: stored.state)
        guard let region = json["region"]?.text.flatMap(RegionID.init(hex:)),
            let millis = json["millis"]?.int, let counter = json["counter"]?.int,
            (0...0xffff).contains(counter), let scopes = Self.read(json)
        else { throw JSONError(.kind, offset: 0) }
        self.init(region: region)
        take(scopes, at: HybridTime(millis: millis, counter: UInt16(counter)))
    }
}
