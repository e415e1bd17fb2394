import Region

/// What a change does to documents: the one way in which state comes about.
package enum Fold {
    /// Folds one admitted change.
    ///
    /// - Parameter desk: Gives the directory. The folded state depends on the set of changes and
    ///   on the directory alone (I22); only `attention` asks where it is folded.
    /// - Returns: The documents that are different now.
    package static func apply<S: DocumentSource>(
        _ arrival: Arrival, at desk: Desk, from source: S, under custody: CustodyRules = .standard
    ) throws(S.Failure) -> [ContentWrite] {
        if CatalogFold.handles(arrival) {
            return try CatalogFold.apply(arrival, at: desk, from: source)
        }
        switch arrival.scope.family {
        case .cases:
            return try CaseFold.apply(arrival, at: desk, from: source, under: custody)
        case .custody, .corridor:
            return try CaseReactions.marked(
                try HandoverFold.apply(arrival, at: desk, from: source), at: desk, from: source)
        case .directory, .control, .catalog, .statistics: return []
        }
    }
}
