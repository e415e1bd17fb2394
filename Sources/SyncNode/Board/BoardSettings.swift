import Base
package import Change
package import Civil
package import Domain

/// What the county set for its board, as a place has it.
package struct BoardSettings<Source: DocumentSource> {
    private let own: RegionID
    private let directory: Directory
    private let source: Source

    package init(own: RegionID, directory: Directory, source: Source) {
        self.own = own
        self.directory = directory
        self.source = source
    }

    /// What the nearest authority says of a thing; nil where none does.
    private func state(
        _ family: DefinitionState.Family, _ code: String
    ) throws(Source.Failure) -> DefinitionState? {
        for place in directory.ancestry(of: own) where directory.mayPublish(place) {
            let key = DefinitionState.key(family, code, in: ScopeName.catalog(place).id)
            if case .definition(let state)? = try source.content(key) { return state }
        }
        return nil
    }

    /// What holds of it; null for nothing. A setting's draft does not hold.
    func setting(_ family: DefinitionState.Family, _ code: String) throws(Source.Failure) -> JSON {
        guard let state = try state(family, code) else { return .null }
        return family == .setting ? state.approved : state.body
    }

    /// What of a setting waits for a second person; nil for nothing.
    func draft(of code: String) throws(Source.Failure) -> JSON? {
        let body = try state(.setting, code)?.body
        return body?["status"]?.text == "draft" ? body : nil
    }

    /// 亮灯阈值.
    func lightLimits() throws(Source.Failure) -> LightLimits {
        LightLimits(try setting(.setting, "lights")) ?? .seed
    }

    /// The light of one case on a day, as the list of lights has it; nil where none shows.
    ///
    /// - Throws: What the source throws.
    package func light(
        of state: CaseState, on today: CivilDate
    ) throws(Source.Failure) -> CaseClock.Light? {
        guard
            let clock = try CatalogQuery.clock(of: state, on: today, in: directory, from: source)
        else { return nil }
        let years = max(1, today.year - 1)...min(9999, today.year + 1)
        let calendar = try CatalogQuery.calendar(
            of: years, for: own, in: directory, from: source)
        return CaseLight(clock, calendar, try lightLimits()).shown(state)?.light
    }
}
