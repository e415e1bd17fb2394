import Base
import Change
package import Document

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
