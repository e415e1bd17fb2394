package import Base
package import Change
package import Domain
package import Kernel

/// A place that gets another parent, with its node and all that it holds.
package struct Move: Sendable {
    package let region: RegionRecord
    /// nil where it had none that is known.
    package let from: RegionRecord?
    package let to: RegionRecord

    /// - Parameter own: The region that says so: it stands above both parents, or is the new one.
    /// - Throws: `region-unknown`, `not-above`, `move-target`.
    package init(
        of code: RegionCode, to target: RegionCode, by own: RegionID, in directory: Directory
    ) throws(Departure.Refusal) {
        guard let region = directory.region(code: code), let to = directory.region(code: target)
        else {
            throw Departure.Refusal(404, "region-unknown", "没有这个区划")
        }
        guard directory.mayRevoke(own, region.id), directory.isWithin(to.id, own) else {
            throw Departure.Refusal(403, "not-above", "只有上级和上级的上级可以这样做")
        }
        let depths = [to.level, region.level].compactMap(Level.allCases.firstIndex(of:))
        guard depths[0] < depths[1], region.parent != to.id,
            !directory.isWithin(to.id, region.id)
        else {
            throw Departure.Refusal(409, "move-target", "新上级的层级须高于该地，且不是现在的上级")
        }
        self.region = region
        from = region.parent.flatMap { directory.region($0) }
        self.to = to
    }

    /// What to state.
    ///
    /// - Parameter own: Who states it.
    package func entries(by own: RegionID, in directory: Directory) -> [DirectoryEntry] {
        directory.restatement(of: region.id, under: to.id, by: own)
    }

    /// Scopes of the place and of all below it that the old parent gives up and the new one gets.
    package func scopes(
        among all: [ScopeKnowledge], in directory: Directory
    ) -> [ScopeKnowledge] {
        guard let from else { return [] }
        return all.filter { scope in
            directory.isWithin(scope.name.region, region.id)
                && directory.carries(from.id, scope.name)
        }
    }
}
