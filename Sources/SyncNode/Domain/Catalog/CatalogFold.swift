import Base
import Change

/// The fold of the catalog: changes into items, overlays, grants, calendars and receipts.
package enum CatalogFold {
    /// Whether a change is one of the catalog: of its scope, or a receipt of it.
    package static func handles(_ arrival: Arrival) -> Bool {
        arrival.scope.family == .catalog || arrival.change.kind == .catalogReceipt
    }

    /// Folds one change. The state that it gives is a function of the set of changes.
    package static func apply<S: DocumentSource>(
        _ arrival: Arrival, at desk: Desk, from source: S
    ) throws(S.Failure) -> [ContentWrite] { [] }
}
