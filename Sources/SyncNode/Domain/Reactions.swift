package import Document

/// What the local seat owes without being asked: gateways pass on, sign, tell.
package enum Reactions {
    /// - Parameter key: A document whose `attention` is set.
    /// - Returns: Commands to decide as the node itself, in order. Nothing where this node has
    ///   no seat, or once their changes are folded.
    package static func due<S: DocumentSource>(
        _ key: DocumentKey, at desk: Desk, from source: S
    ) throws(S.Failure) -> [Command] {
        guard desk.isSeated else { return [] }
        switch key.collection {
        case .caseFile, .handover, .parcel:
            return try CaseReactions.due(key, at: desk, from: source)
        case .receipt:
            return try CatalogReactions.due(key, at: desk, from: source).map { .catalog($0) }
        case .item, .overlay, .grant, .calendar, .serial, .holding, .account, .audit, .draft,
            .keyring:
            return []
        }
    }
}

/// What the local seat owes the catalog of itself: receipts.
package enum CatalogReactions {
    /// The commands due for a document of the `receipt` collection; none once they are folded.
    /// One receipt covers all that is there, however many changes that took.
    ///
    /// - Throws: What the source throws.
    package static func due<S: DocumentSource>(
        _ key: DocumentKey, at desk: Desk, from source: S
    ) throws(S.Failure) -> [CatalogCommand] {
        guard key.collection == .receipt, desk.isSeated,
            case .receipt(let state)? = try source.content(key), state.owner == state.region,
            state.owesReceipt
        else { return [] }
        return [.receipt(catalog: state.owner)]
    }
}
