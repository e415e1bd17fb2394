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
    /// Bytes of a place's name.
    package static let placeNameBytesMax = 256
    /// Bytes of the whole answer to a newcomer: certificates and the directory above it.
    package static let grantBytesMax = messageBytesMax
    /// Named refusals at the door that one line of the log tells together, in seconds.
    package static let refusalLogSeconds: Int64 = 10
}
