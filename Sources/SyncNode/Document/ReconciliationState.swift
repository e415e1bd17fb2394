package import Base
package import Change

extension ChangeKind {
    /// 对账, in a node's control scope, once a day: one digest for each scope that it shares with its
    /// parent, and the heads that it is of: {day, scopes: [{scope, digest, heads}]}.
    package static let reconcileStatement = ChangeKind(rawValue: 0x0095)
    /// The parent's answer, in the same scope: the digest of the same heads as it holds them:
    /// {day, statement, scopes: [{scope, theirs, mine}]}. Both have signed.
    package static let reconcileAnswer = ChangeKind(rawValue: 0x0096)
}

/// The last 对账 between a region's node and its parent.
package struct ReconciliationState: Hashable, Sendable {
    /// What one side said, by its change.
    package struct Word: Hashable, Sendable {
        package let hash: Digest16
        /// The author's hybrid clock.
        package let time: HybridTime
        /// The body as it was written: JSON.
        package let body: [UInt8]

        package init(hash: Digest16, time: HybridTime, body: [UInt8]) {
            self.hash = hash
            self.time = time
            self.body = body
        }

        fileprivate func precedes(_ other: Word) -> Bool {
            (time, hash) < (other.time, other.hash)
        }
    }

    package let region: RegionID
    package private(set) var statement: Word?
    package private(set) var answer: Word?

    package init(region: RegionID) { self.region = region }

    /// The document of one region's.
    package static func key(of region: RegionID) -> DocumentKey {
        DocumentKey(
            collection: .reconciliation,
            id: Digest16(high: ScopeName.control(region).id.rawValue, low: region.rawValue))
    }

    /// Takes a word in: the latest stands, in whatever order they come.
    package mutating func take(_ word: Word, isAnswer: Bool) {
        if isAnswer {
            if answer.map({ $0.precedes(word) }) ?? true { answer = word }
        } else if statement.map({ $0.precedes(word) }) ?? true {
            statement = word
        }
    }

    /// The day of a word: `2026-11-21`.
    package static func day(of body: [UInt8]) -> String? { json(body)?["day"]?.text }

    /// Whether the parent has answered the last statement.
    package var isAnswered: Bool {
        guard let statement, let answer else { return false }
        return Self.json(answer.body)?["statement"]?.text == statement.hash.hex
    }

    /// Scopes of an answer whose digests differ, and how many it has.
    package static func differing(in body: [UInt8]) -> (differing: [String], count: Int) {
        let scopes = json(body)?["scopes"]?.array ?? []
        let differing = scopes.filter { scope in
            scope["mine"]?.text == nil || scope["mine"]?.text != scope["theirs"]?.text
        }
        return (differing.compactMap { $0["scope"]?.text }, scopes.count)
    }

    private static func json(_ body: [UInt8]) -> JSON? {
        do throws(JSONError) {
            return try JSON(parsing: body)
        } catch {
            return nil
        }
    }

    /// The document that the store keeps; `init` reads it back.
    package func stored(key: DocumentKey, scope: ScopeID) -> StoredDocument {
        var writer = JSONWriter(capacity: 1024)
        writer.object { object in
            object.field("region", region.hex)
            for (name, word) in [("statement", statement), ("answer", answer)] {
                guard let word else { continue }
                object.object(name) { entry in
                    entry.field("hash", hex: word.hash)
                    entry.field("millis", word.time.millis)
                    entry.field("counter", Int64(word.time.counter))
                    entry.field("body", stored: word.body)
                }
            }
        }
        return StoredDocument(
            key: key, scope: scope, label: region.hex, status: isAnswered ? "answered" : "open",
            time: statement?.time.millis ?? 0, attention: false, search: "", state: writer.bytes)
    }

    /// - Throws: `kind`, or what the reader finds, where the state is not of its form.
    package init(_ stored: StoredDocument) throws(JSONError) {
        let json = try JSON(parsing: stored.state)
        guard let region = json["region"]?.text.flatMap(RegionID.init(hex:)) else {
            throw JSONError(.kind, offset: 0)
        }
        self.init(region: region)
        statement = Self.word(json["statement"])
        answer = Self.word(json["answer"])
    }

    private static func word(_ json: JSON?) -> Word? {
        guard let json, let hash = json["hash"]?.text.flatMap(Digest16.init(hex:)),
            let millis = json["millis"]?.int,
            let counter = json["counter"]?.int.flatMap(UInt16.init(exactly:)),
            let body = json["body"]
        else { return nil }
        return Word(
            hash: hash, time: HybridTime(millis: millis, counter: counter), body: body.bytes)
    }
}
