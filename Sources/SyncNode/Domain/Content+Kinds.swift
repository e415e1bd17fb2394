package import Base
package import Document

/// A folded document of any kind.
package enum Content: Sendable {
    case item(ItemState)
    case overlay(OverlayState)
    case grant(GrantState)
    case calendar(CalendarState)
    case receipt(CatalogReceiptState)
    /// Held by reference: it is handed on for every change, and has a dozen fields.
    indirect case caseFile(CaseState)
    case handover(HandoverState)
    case parcel(ParcelState)
    case serial(SerialState)
    case holding(HoldingState)

    /// The document as the store keeps it.
    ///
    /// - Parameters:
    ///   - key: Its identity, of this content's own collection.
    ///   - scope: The scope whose changes made it.
    package func stored(key: DocumentKey, scope: ScopeID) -> StoredDocument {
        switch self {
        case .item(let state): state.stored(key: key, scope: scope)
        case .overlay(let state): state.stored(key: key, scope: scope)
        case .grant(let state): state.stored(key: key, scope: scope)
        case .calendar(let state): state.stored(key: key, scope: scope)
        case .receipt(let state): state.stored(key: key, scope: scope)
        case .caseFile(let state): state.stored(key: key)
        case .handover(let state): state.stored(key: key)
        case .parcel(let state): state.stored(key: key)
        case .serial(let state): state.stored(key: key)
        case .holding(let state): state.stored(key: key, scope: scope)
        }
    }

    /// - Throws: Where the stored state is not of its collection's form: the store is damaged.
    package static func decode(_ document: StoredDocument) throws(JSONError) -> Content {
        switch document.key.collection {
        case .item: .item(try ItemState(document))
        case .overlay: .overlay(try OverlayState(document))
        case .grant: .grant(try GrantState(document))
        case .calendar: .calendar(try CalendarState(document))
        case .receipt: .receipt(try CatalogReceiptState(document))
        case .caseFile: .caseFile(try CaseState(document))
        case .handover: .handover(try HandoverState(document))
        case .parcel: .parcel(try ParcelState(document))
        case .serial: .serial(try SerialState(document))
        case .holding: .holding(try HoldingState(document))
        }
    }
}
