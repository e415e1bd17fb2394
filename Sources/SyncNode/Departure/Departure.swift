package import Base
package import Change
package import Domain
package import Kernel

/// A node that is to go from its place: stolen, lost, broken or no longer needed. One machine,
/// with every incarnation that its region's directory knows of it.
package struct Departure: Sendable {
    /// Why nothing is to be done: a stable name, and a sentence for people.
    package struct Refusal: Error, Hashable, Sendable {
        /// As HTTP has it.
        package let status: UInt16
        package let rule: String
        package let title: String

        package init(_ status: UInt16, _ rule: String, _ title: String) {
            self.status = status
            self.rule = rule
            self.title = title
        }
    }

    package let region: RegionRecord
    /// H(enrolment public key).
    package let node: Digest
    /// Its incarnations that are not revoked yet, oldest first.
    package let keys: [IncarnationKey]

    /// - Parameters:
    ///   - code: The place.
    ///   - prefix: The first digits of the machine's id; nil for the one that sits now.
    ///   - own: The region that says so.
    /// - Throws: `region-unknown`, `not-above`, `region-without-seat`, `node-unknown`,
    ///   `node-ended`.
    package init(
        from code: RegionCode, node prefix: String?, by own: RegionID, in directory: Directory
    ) throws(Refusal) {
        let partner = directory.partners.first { $0.record.code == code }?.record
        guard let region = directory.region(code: code) ?? partner else {
            throw Refusal(404, "region-unknown", "没有这个区划")
        }
        guard directory.mayRevoke(own, region.id) else {
            throw Refusal(403, "not-above", "只有上级和上级的上级可以这样做")
        }
        var known = directory.seats(of: region.id).map { (node: $0.node, key: $0.key) }
        guard !known.isEmpty else {
            throw Refusal(409, "region-without-seat", "该地尚无节点")
        }
        let sitting = known[known.count - 1].node
        if let latest = directory.latestIncarnation(of: region.id) {
            known.append((latest.node, latest.key))
        }
        let wanted = prefix.map { prefix in known.last { $0.node.hex.hasPrefix(prefix) }?.node }
        guard let node = wanted ?? sitting else {
            throw Refusal(404, "node-unknown", "该地没有这个编号的机器")
        }
        var keys: [IncarnationKey] = []
        for one in known
        where one.node == node && !directory.isRevoked(one.key) && !keys.contains(one.key) {
            keys.append(one.key)
        }
        guard !keys.isEmpty else {
            throw Refusal(409, "node-ended", "这台机器已被吊销")
        }
        self.region = region
        self.node = node
        self.keys = keys
    }

    /// Where a chain is cut: at its head, or before. nil cuts it before its first change.
    package typealias CutFinder = (ScopeID, ChainHead) -> ChainHead?

    /// What to state: each incarnation counts up to what is held here now, or less of it.
    ///
    /// - Parameters:
    ///   - scopes: All that this node holds.
    ///   - cut: Where each chain is cut.
    package func revocations(
        _ reason: Revocation.Reason, holding scopes: [ScopeKnowledge],
        cut: CutFinder = { $1 }
    ) -> [Revocation] {
        keys.map { key in
            let cuts = scopes.compactMap { scope in
                scope.chain(key.actor(in: scope.id)).flatMap { cut(scope.id, $0.head) }.map {
                    Revocation.Cut(scope: scope.id, seq: $0.seq, hash: $0.hash.prefix16)
                }
            }
            invariant(cuts.count <= scopes.count, "a chain is cut once")
            return Revocation(key: key, reason: reason, cuts: cuts)
        }
    }
}
