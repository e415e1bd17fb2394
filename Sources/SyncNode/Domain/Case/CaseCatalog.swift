import Base
import Change
import Document
import Region

/// What a case asks of the catalog: which version is pinned, and how far a place may go.
enum CaseCatalog {
    /// The version of an item that counts at a place at a moment; nil where there is none, or
    /// the item is cancelled. A suspended item is taken in: whether it goes on is decided later
    /// (待裁定), never by the station.
    static func effectiveVersion<S: DocumentSource>(
        of code: String, at region: RegionID, on moment: Instant, in directory: Directory,
        from source: S
    ) throws(S.Failure) -> Int? {
        guard let item = try item(code, at: region, in: directory, from: source),
            item.standing(at: moment) != .cancelled
        else { return nil }
        return item.version(at: moment)?.value.number
    }

    /// What the place was granted: by name, else for its level by a region above it. The nearest
    /// statement counts.
    static func sinkMode<S: DocumentSource>(
        of code: String, at region: RegionID, on moment: Instant, in directory: Directory,
        from source: S
    ) throws(S.Failure) -> SinkMode? {
        guard let item = try item(code, at: region, in: directory, from: source) else {
            return nil
        }
        let catalog = ScopeName.catalog(item.authority).id
        if let own = try grant(code, region, nil, in: catalog, from: source) {
            return own.mode(at: moment)
        }
        guard let level = directory.region(region)?.level else { return nil }
        for place in directory.ancestry(of: region) {
            if let broad = try grant(code, place, level, in: catalog, from: source) {
                return broad.mode(at: moment)
            }
        }
        return nil
    }

    /// The item as the nearest catalog above a place has it.
    private static func item<S: DocumentSource>(
        _ code: String, at region: RegionID, in directory: Directory, from source: S
    ) throws(S.Failure) -> ItemState? {
        for place in directory.ancestry(of: region) {
            let scope = ScopeName.catalog(place).id
            let key = DocumentKey(collection: .item, id: ItemState.id(of: code, in: scope))
            if case .item(let item) = try source.content(key) { return item }
        }
        return nil
    }

    private static func grant<S: DocumentSource>(
        _ code: String, _ region: RegionID, _ level: Level?, in catalog: ScopeID, from source: S
    ) throws(S.Failure) -> GrantState? {
        let id = GrantState.id(of: code, for: region, level: level, in: catalog)
        guard
            case .grant(let grant) = try source.content(
                DocumentKey(collection: .grant, id: id))
        else { return nil }
        return grant
    }
}
