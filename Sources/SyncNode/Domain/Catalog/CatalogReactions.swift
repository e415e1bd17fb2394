import Base

/// What the local seat owes the catalog of itself: receipts.
package enum CatalogReactions {
    /// The commands due for a document of the `receipt` collection; none once they are folded.
    package static func due<S: DocumentSource>(
        _ key: DocumentKey, at desk: Desk, from source: S
    ) throws(S.Failure) -> [CatalogCommand] { [] }
}
