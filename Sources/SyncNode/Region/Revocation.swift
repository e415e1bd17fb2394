package import Base
package import Change

/// The end of an incarnation, stated by a region above it: up to a number in each scope it is
/// believed, beyond it nothing counts (PROTOCOL I25).
package struct Revocation: Hashable, Sendable {
    /// Why it ended.
    package enum Reason: String, Hashable, Sendable, CaseIterable {
        case stolen, lost, replaced, retired
    }

    /// The last change of one chain that counts.
    package struct Cut: Hashable, Sendable {
        package let scope: ScopeID
        package let seq: Seq
        /// First 16 bytes of that change's hash: another branch under the same numbers is
        /// beyond the cut.
        package let hash: Digest16

        package init(scope: ScopeID, seq: Seq, hash: Digest16) {
            self.scope = scope
            self.seq = seq
            self.hash = hash
        }
    }

    package let key: IncarnationKey
    package let reason: Reason
    /// By scope. A scope that is not named is cut before its first change, where whoever states
    /// this carries it.
    package let cuts: [Cut]

    package init(key: IncarnationKey, reason: Reason, cuts: [Cut]) {
        self.key = key
        self.reason = reason
        self.cuts = cuts.sorted { ($0.scope, $0.seq, $0.hash) < ($1.scope, $1.seq, $1.hash) }
    }
}

/// Changes beyond a cut that count all the same, one by one.
package struct Adoption: Hashable, Sendable {
    package let key: IncarnationKey
    /// First 16 bytes of each change's hash, sorted.
    package let hashes: [Digest16]

    package init(key: IncarnationKey, hashes: [Digest16]) {
        self.key = key
        self.hashes = hashes.sorted()
    }
}

// MARK: as bytes

extension Revocation {
    func write(to writer: inout JSONWriter) {
        writer.field("key", key.text)
        writer.field("reason", reason.rawValue)
        writer.array("cuts") { array in
            for cut in cuts {
                array.object { object in
                    object.field("scope", cut.scope.hex)
                    object.field("seq", Int64(cut.seq.rawValue))
                    object.field("hash", cut.hash.hex)
                }
            }
        }
    }

    /// nil where a cut is not of its form: half a revocation would cut elsewhere than was meant.
    init?(_ json: JSON) {
        guard let key = json["key"]?.text.flatMap(IncarnationKey.init(text:)) else { return nil }
        let list = json["cuts"]?.array ?? []
        let cuts = list.compactMap(Cut.init)
        guard cuts.count == list.count, cuts.count <= Limits.revocationCutsMax else { return nil }
        // A later version may know further reasons; the cut holds for any.
        let reason = json["reason"]?.text.flatMap(Reason.init(rawValue:)) ?? .lost
        self.init(key: key, reason: reason, cuts: cuts)
    }
}

extension Revocation.Cut {
    fileprivate init?(_ json: JSON) {
        guard let scope = json["scope"]?.text.flatMap(RegionID.init(hex:)),
            let seq = json["seq"]?.int.flatMap(UInt64.init(exactly:)), seq <= Limits.seqMax,
            let hash = json["hash"]?.text.flatMap(Digest16.init(hex:))
        else { return nil }
        self.init(scope: ScopeID(scope.rawValue), seq: Seq(seq), hash: hash)
    }
}

extension Adoption {
    func write(to writer: inout JSONWriter) {
        writer.field("key", key.text)
        writer.array("hashes") { array in
            for hash in hashes { array.value(hash.hex) }
        }
    }

    init?(_ json: JSON) {
        guard let key = json["key"]?.text.flatMap(IncarnationKey.init(text:)),
            let list = json["hashes"]?.array, list.count <= Limits.adoptedChangesMax
        else { return nil }
        let hashes = list.compactMap { $0.text.flatMap(Digest16.init(hex:)) }
        guard hashes.count == list.count else { return nil }
        self.init(key: key, hashes: hashes)
    }
}
