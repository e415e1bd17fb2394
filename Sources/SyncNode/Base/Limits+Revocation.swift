extension Limits {
    /// Scopes that one revocation cuts: what fits into one change's body. A county has 1,104.
    package static let revocationCutsMax = 2_000

    /// Changes that one adoption names.
    package static let adoptedChangesMax = 1_000

    /// How often the directory is read anew until it and the revocations in it agree: once a tier,
    /// once more to see it. Only regions that were stated to lie above each other need more.
    package static let revocationPassesMax = 8

    /// Changes, cases and places that a list of what a cut touches names; the rest is counted.
    package static let departureRowsMax = 500
}
