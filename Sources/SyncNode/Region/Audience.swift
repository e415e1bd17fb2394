package import Change

/// Which scopes a region's node stores (PROTOCOL §3): a pure function of the scope's name and
/// the directory.
extension Directory {
    /// Whether a region's node stores a scope.
    package func carries(_ region: RegionID, _ scope: ScopeName) -> Bool {
        let place = scope.region
        switch scope.family {
        case .directory:
            return isWithin(region, place) || isNear(region, above: place, steps: 2)
        case .control:
            return region == place || isNear(region, above: place, steps: 2)
        case .catalog:
            return isWithin(region, place)
                || (isWithin(place, region) && isAtOrBelowCounty(region))
        case .cases, .staff:
            return isWithin(place, region) && isAtOrBelowCounty(region)
        case .corridor:
            return region == place || region == scope.other
        case .custody:
            return region == place || region == scope.other
                || (isWithin(place, region) && isWithin(scope.other, region))
        case .statistics:
            return isWithin(place, region)
        }
    }

    private func isNear(_ region: RegionID, above place: RegionID, steps: Int) -> Bool {
        ancestry(of: place).dropFirst().prefix(steps).contains(region)
    }

    private func isAtOrBelowCounty(_ region: RegionID) -> Bool {
        guard let level = self.region(region)?.level else { return false }
        return level == .county || level == .town || level == .village
    }
}
