package import Base
package import Change

extension ChangeKind {
    /// A key of a case scope, wrapped for nodes of its audience, in that scope:
    /// {key, generation, wraps: [{to, box}]}.
    package static let scopeKey = ChangeKind(rawValue: 0x0019)
}

/// One key of a case scope, as its audience holds it: wrapped, once for each node. The key's
/// number is taken from the key itself, so whoever opens a wrap knows that it is the right one.
package struct KeyringState: Hashable, Sendable {
    /// The key under one node's.
    package struct Wrap: Hashable, Sendable, Comparable {
        /// First 8 bytes of the hash of the node's key.
        package let to: UInt64
        /// In the text that `Base64` gives.
        package let box: String

        package init(to: UInt64, box: String) {
            self.to = to
            self.box = box
        }

        package static func < (left: Wrap, right: Wrap) -> Bool {
            (left.to, left.box) < (right.to, right.box)
        }
    }

    package let scope: ScopeID
    package let number: UInt64
    /// The greatest is sealed with.
    package private(set) var generation: Int
    /// Sorted.
    package private(set) var wraps: [Wrap] = []

    package init(scope: ScopeID, number: UInt64, generation: Int = 0) {
        self.scope = scope
        self.number = number
        self.generation = generation
    }

    /// The document of one key.
    package static func key(scope: ScopeID, key: UInt64) -> DocumentKey {
        DocumentKey(collection: .keyring, id: Digest16(high: scope.rawValue, low: key))
    }

    /// What all keys of one scope are found by.
    package static func label(of scope: ScopeID) -> String { scope.hex }

    /// Takes what a change says in; in any order the same comes of it. A writer that puts wrong
    /// wraps beside a right one cannot push it out: several are kept for one node.
    package mutating func take(_ wraps: [Wrap], generation: Int) {
        self.generation = max(self.generation, generation)
        let all = Set(self.wraps + wraps).sorted()
        var kept: [Wrap] = []
        for wrap in all {
            let same = kept.reversed().prefix { $0.to == wrap.to }.count
            if same < Limits.keyWrapsPerNodeMax { kept.append(wrap) }
        }
        self.wraps = Array(kept.prefix(Limits.keyWrapsMax))
    }

    /// The body of the change that says so much.
    package static func body(
        number: UInt64, generation: Int, wraps: [Wrap]
    ) -> [UInt8] {
        var writer = JSONWriter(capacity: 64 + wraps.count * 192)
        writer.object { object in
            object.field("key", hex: number)
            object.field("generation", generation)
            write(wraps, to: &object)
        }
        return writer.bytes
    }

    private static func write(_ wraps: [Wrap], to object: inout JSONWriter) {
        object.array("wraps") { array in
            for wrap in wraps {
                array.object { entry in
                    entry.field("to", hex: wrap.to)
                    entry.field("box", wrap.box)
                }
            }
        }
    }

    /// What a change's body says; nil where it is not of its form.
    package static func read(
        _ json: JSON
    ) -> (number: UInt64, generation: Int, wraps: [Wrap])? {
        guard let number = json["key"]?.text.flatMap(RegionID.init(hex:))?.rawValue,
            let generation = json["generation"]?.int,
            (0...Limits.keyGenerationMax).contains(generation),
            let list = json["wraps"]?.array, list.count <= Limits.keyWrapsMax
        else { return nil }
        var wraps: [Wrap] = []
        for entry in list {
            guard let to = entry["to"]?.text.flatMap(RegionID.init(hex:))?.rawValue,
                let box = entry["box"]?.text, box.utf8.count <= Limits.envelopeTextBytesMax
            else { return nil }
            wraps.append(Wrap(to: to, box: box))
        }
        return (number, Int(generation), wraps)
    }

    /// The document that the store keeps; `init` reads it back.
    package func stored(key: DocumentKey) -> StoredDocument {
        var writer = JSONWriter(capacity: 128 + wraps.count * 192)
        writer.object { object in
            object.field("scope", scope.hex)
            object.field("key", hex: number)
            object.field("generation", generation)
            Self.write(wraps, to: &object)
        }
        return StoredDocument(
            key: key, scope: scope, label: Self.label(of: scope), status: "", time: 0,
            attention: false, search: "", state: writer.bytes)
    }

    /// - Throws: `kind`, or what the reader finds, where the state is not of its form.
    package init(_ stored: StoredDocument) throws(JSONError) {
        guard let said = Self.read(try JSON(parsing: stored.state)) else {
            throw JSONError(.kind, offset: 0)
        }
        self.init(scope: stored.scope, number: said.number, generation: said.generation)
        wraps = said.wraps
    }
}
