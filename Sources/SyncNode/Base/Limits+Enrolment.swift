/// Bounds of taking nodes in.
extension Limits {
    /// Hours for which an invitation may hold, and for which it does where nobody says: a
    /// month, and the three days in which somebody drives to the village.
    package static let inviteHoursMax = 31 * 24
    package static let inviteHours = 72
    /// Random bytes of an invitation: 80 bits, of which a guesser tries a few a second.
    package static let inviteSecretBytes = 10
    /// Bytes of the anchor's SHA-256 that a code carries: who would stand in for the parent has
    /// to find another certificate with the same.
    package static let invitePinBytes = 16
    /// Invitations kept: open ones, and closed ones until they are the oldest.
    package static let invitationsMax = 512
    /// Requests that wait for approval; beyond it nobody asks, lest strangers fill the store.
    package static let enrolmentRequestsMax = 64
    /// Certificates that are remembered as issued: every station of a county and its machines.
    package static let certificatesIssuedMax = 4096
    /// Serial numbers that are remembered of one node's certificates: a year's renewals and more.
    package static let certificateSerialsMax = 16
    /// Seconds for which a list of certificates that were taken back holds: a day.
    package static let revocationListSeconds: Int64 = 86_400
    /// Bytes of a place's name.
    package static let placeNameBytesMax = 256
    /// Bytes of the whole answer to a newcomer: certificates and the directory above it.
    package static let grantBytesMax = messageBytesMax
    /// Named refusals at the door that one line of the log tells together, in seconds.
    package static let refusalLogSeconds: Int64 = 10

    /// Milliseconds from an answer that says that the node starts anew to doing so.
    package static let restartMillis = 300

    // MARK: ends

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
