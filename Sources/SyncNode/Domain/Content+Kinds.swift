package import Base
import Change

// Placeholder of the dispatch until the rules land.

/// A folded document.
package enum Content: Sendable {
    case none

    /// Placeholder.
    package func stored(key: DocumentKey, scope: ScopeID) -> StoredDocument {
        StoredDocument(
            key: key, scope: scope, label: "", status: "", time: 0, attention: false, search: "",
            state: [])
    }

    /// Placeholder.
    package static func decode(_ stored: StoredDocument) throws(JSONError) -> Content { .none }
}

/// What a person or program wants.
package enum Command: Sendable { case none }

/// The rules.
package enum Rules {
    /// Placeholder.
    package static func decide<S: DocumentSource>(
        _ command: Command, at desk: Desk, from source: S
    ) throws(S.Failure) -> Decision { .write([], answer: []) }
}

/// The fold.
package enum Fold {
    /// Placeholder.
    package static func apply<S: DocumentSource>(
        _ arrival: Arrival, at desk: Desk, from source: S
    ) throws(S.Failure) -> [ContentWrite] { [] }
}

/// What the local seat owes.
package enum Reactions {
    /// Placeholder.
    package static func due<S: DocumentSource>(
        _ key: DocumentKey, at desk: Desk, from source: S
    ) throws(S.Failure) -> [Command] { [] }
}
