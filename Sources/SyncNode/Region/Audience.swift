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
                || isListening(region, to: place)
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

    /// Whether a region's node may have stored a scope before a place was moved: it gives what it
    /// has to those who carry it now, and is told how much of that they hold.
    package func mayHaveCarried(_ region: RegionID, _ scope: ScopeName) -> Bool {
        let isAbove = everAbove(scope.region).contains(region)
        switch scope.family {
        case .directory, .catalog: return isAbove || everAbove(region).contains(scope.region)
        case .control, .cases, .staff, .statistics: return isAbove
        case .corridor, .custody: return isAbove || everAbove(scope.other).contains(region)
        }
    }

    /// Whether a region's node may give what a scope names: it stores that scope, or did.
    package func mayGive(_ region: RegionID, _ scope: ScopeName) -> Bool {
        carries(region, scope) || mayHaveCarried(region, scope)
    }

    /// Whether a scope's place is known to be elsewhere than where a region's node would carry
    /// it. Of a place that is not known, as after a rollback, nothing is said.
    package func isElsewhere(_ scope: ScopeName, for region: RegionID) -> Bool {
        self.region(scope.region) != nil && self.region(region) != nil && !carries(region, scope)
    }

    /// A place whose parent's word for it came behind that parent's end has no place any more. It
    /// goes on listening where it was: whoever comes after may give it its place back.
    private func isListening(_ region: RegionID, to place: RegionID) -> Bool {
        guard !lapsed.isEmpty, self.region(region) == nil, let parents = lapsed[region] else {
            return false
        }
        // any order: one is enough.
        return region == place || parents.contains { isWithin($0, place) }
    }

    private func isNear(_ region: RegionID, above place: RegionID, steps: Int) -> Bool {
        ancestry(of: place).dropFirst().prefix(steps).contains(region)
    }

    private func isAtOrBelowCounty(_ region: RegionID) -> Bool {
        guard let level = self.region(region)?.level else { return false }
        return level == .county || level == .town || level == .village
    }
}
