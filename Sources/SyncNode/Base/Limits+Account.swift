/// Bounds of accounts, sessions and the audit.
extension Limits {
    /// Characters of a login name: letters, digits, dot, dash.
    package static let loginCharactersMax = 32
    /// Characters of a person's name.
    package static let personCharactersMax = 60
    /// Bytes of a password: a sentence. Longer ones would make hashing a way to burn time.
    package static let passwordBytesMax = 128
    /// Characters of a password at least (GB/T 22239 asks for 8).
    package static let passwordCharactersMin = 8
    /// log2 of scrypt's cost: 32 MiB and about 0.1 s a check.
    package static let passwordCostLog2 = 15
    /// log2 of the highest cost that a stored password may ask for.
    package static let passwordCostLog2Max = 16
    /// Random bytes of a password's salt.
    package static let saltBytes = 16
    /// Roles of one account.
    package static let rolesMax = 6
    /// Nodes at which one account works.
    package static let accountRegionsMax = 32
    /// Random bytes of a session's token.
    package static let sessionTokenBytes = 32
    /// Sessions of one node: ten times the desks of a county.
    package static let staffSessionsMax = 4096
    /// Sessions of one account: a desk, a phone, a program; the oldest gives way.
    package static let sessionsOfAccountMax = 8
    /// A session without a request for this long has ended: a clerk who left the desk.
    package static let sessionIdleMillis: Int64 = 30 * 60 * 1000
    /// A session is this old at most: one working day.
    package static let sessionAgeMillis: Int64 = 12 * 60 * 60 * 1000
    /// Wrong passwords of one name before the delay begins.
    package static let wrongPasswordsFree = 5
    /// Wrong passwords from one address before the delay begins: a whole office behind one.
    package static let wrongPasswordsOfAddressFree = 50
    /// First and longest delay after a wrong password; each wrong one doubles it.
    package static let lockMillisMin: Int64 = 1000
    package static let lockMillisMax: Int64 = 15 * 60 * 1000
    /// A name or an address is forgotten this long after its last wrong password.
    package static let lockMemoryMillis: Int64 = 24 * 60 * 60 * 1000
    /// Names and addresses that are remembered; the one that was wrong longest ago gives way.
    package static let lockEntriesMax = 8192
    /// Passwords that wait to be checked: beyond them a caller is told to come again.
    package static let passwordsWaitingMax = 64
    /// Seconds of one step of a one-time code (RFC 6238).
    package static let codeStepSeconds: Int64 = 30
    /// Bytes of a one-time code's secret.
    package static let codeSecretBytes = 20
    /// Characters of a sealed secret.
    package static let sealedCodeBytesMax = 1024
    /// A new secret waits this long for its first code.
    package static let codeShownMillis: Int64 = 10 * 60 * 1000
    /// Characters of the reason for which a full value is shown.
    package static let reasonCharactersMax = 200
    /// Pages of the audit that one question reads in search of one person.
    package static let auditPagesRead = 10
}
