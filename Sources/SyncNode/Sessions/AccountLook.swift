package import Domain

/// What the store says of an account.
package enum AccountLook: Sendable {
    case found(AccountState)
    case absent
    /// The store cannot be read just now: that says nothing of the account.
    case unreadable

    /// nil where it is absent or cannot be read.
    package var account: AccountState? {
        if case .found(let account) = self { return account }
        return nil
    }
}
