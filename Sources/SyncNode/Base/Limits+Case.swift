extension Limits {
    /// Chains named in one cut of a case: its writers are the tiers above it, and their
    /// earlier incarnations.
    package static let caseCutPointsMax = 64
    /// Events of one case: beyond it a command is refused, and a clerk opens another case.
    package static let caseEventsMax = 2000
    /// Characters of a text that a clerk writes into a case.
    package static let caseTextCharactersMax = 2000
    /// Materials of one application.
    package static let caseMaterialsMax = 100
}
