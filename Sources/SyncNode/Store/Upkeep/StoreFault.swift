import Base

/// One thing in a store that is not as it must be.
package struct StoreFault: Hashable, Sendable {
    /// What kind of thing; the names are those of `verify --json`.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Stored bytes that are no change, or one of another chain.
        case bytes
        /// A change whose `previous` is not the hash of the one before it (I2).
        case link
        /// A number that is missing in a chain, or a row of no chain (I1, I2).
        case gap
        /// A payload that is not the one its header binds.
        case payload
        /// A dependency that had not arrived, or has another hash (I3, I4).
        case dependency
        /// A signature that does not hold, or an own head without one.
        case signature
        /// A chain's row that does not say what its changes do.
        case vector
        /// A document that is not what the log folds to (I22).
        case document
        /// An attachment that does not have its digest.
        case blob
    }

    package let kind: Kind
    /// Scope and chain, document or file.
    package let place: String
    /// One English sentence.
    package let what: String

    package init(_ kind: Kind, _ place: String, _ what: String) {
        self.kind = kind
        self.place = place
        self.what = what
    }
}

/// What a check of a whole store found.
package struct StoreFindings: Hashable, Sendable {
    package var changes = 0
    package var signatures = 0
    package var documents = 0
    package var blobs = 0
    /// At most `Limits.faultsMax`, in the order in which they were met.
    package private(set) var faults: [StoreFault] = []

    package init() {}

    /// Adds a fault; beyond the bound it is passed over.
    package mutating func add(_ fault: StoreFault) {
        if faults.count < Limits.faultsMax { faults.append(fault) }
    }

    /// The JSON document of `verify --json`.
    package var json: [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.object { object in
            object.field("changes", changes)
            object.field("signatures", signatures)
            object.field("documents", documents)
            object.field("blobs", blobs)
            object.array("faults") { array in
                for fault in faults {
                    array.object { entry in
                        entry.field("kind", fault.kind.rawValue)
                        entry.field("place", fault.place)
                        entry.field("what", fault.what)
                    }
                }
            }
        }
        return writer.bytes
    }
}
