import Base
import Change
import Document
import Region

/// Who has what: the head of a catalog, and each region's receipts of it.
extension CatalogFold {
    /// Moves the catalog's own document to a change of it.
    static func published<S: DocumentSource>(
        _ arrival: Arrival, at desk: Desk, from source: S
    ) throws(S.Failure) -> ContentWrite {
        let owner = arrival.scope.region
        let change = arrival.change
        var state = try receipts(of: owner, at: owner, from: source)
        state.advance(
            to: CatalogReceiptState.Head(
                actor: change.header.actor, seq: change.header.seq, hash: change.hash.prefix16))
        return try noted(state, at: desk, from: source)
    }

    /// Takes a region's receipt in; the local node's own settles what it owed.
    static func receipt<S: DocumentSource>(
        _ json: JSON, _ arrival: Arrival, at desk: Desk, from source: S
    ) throws(S.Failure) -> [ContentWrite] {
        guard arrival.scope.family == .control,
            let owner = json["region"]?.text.flatMap(RegionID.init(hex:)),
            let heads = CatalogReceiptState.Head.list(json["heads"]),
            owner != arrival.scope.region
        else { return [] }
        let region = arrival.scope.region
        var state = try receipts(of: owner, at: region, from: source)
        for head in heads { state.advance(to: head) }
        state.insert(
            CatalogReceiptState.Entry(
                dot: arrival.change.dot, time: arrival.change.header.time,
                heads: heads.map { Dot(actor: $0.actor, seq: $0.seq) }.sorted()))
        let write = ContentWrite(
            key: CatalogReceiptState.key(catalog: owner, region: region),
            content: .receipt(state))
        guard region == desk.region else { return [write] }
        var known = try receipts(of: owner, at: owner, from: source)
        known.owesReceipt = known.owesReceipt && !state.covers(known)
        let key = CatalogReceiptState.key(catalog: owner, region: owner)
        return known.heads.isEmpty
            ? [write] : [write, ContentWrite(key: key, content: .receipt(known))]
    }

    /// One region's document of one catalog; a new one where there is none.
    static func receipts<S: DocumentSource>(
        of owner: RegionID, at region: RegionID, from source: S
    ) throws(S.Failure) -> CatalogReceiptState {
        let key = CatalogReceiptState.key(catalog: owner, region: region)
        if case .receipt(let state)? = try source.content(key) { return state }
        return CatalogReceiptState(owner: owner, region: region)
    }

    /// Notes on the catalog's document whether the local node owes a receipt: it does for the
    /// catalog of its own county, whose node carries its control scope.
    private static func noted<S: DocumentSource>(
        _ state: CatalogReceiptState, at desk: Desk, from source: S
    ) throws(S.Failure) -> ContentWrite {
        var noted = state
        if state.owner != desk.region, desk.directory.county(of: desk.region) == state.owner {
            let own = try receipts(of: state.owner, at: desk.region, from: source)
            noted.owesReceipt = !own.covers(state)
        }
        let key = CatalogReceiptState.key(catalog: state.owner, region: state.owner)
        return ContentWrite(key: key, content: .receipt(noted))
    }
}
