package import Base

/// A refusal by rule: an outcome, not an error. The caller is told rule, field and reason.
package struct RuleRefusal: Hashable, Sendable {
    /// Stable name, part of the problem type: `case-not-held`, `item-not-granted`, …
    package let rule: String
    /// One Chinese sentence for the clerk.
    package let title: String
    /// The field of the command that broke it, where there is one.
    package let field: String?
    /// What kind of refusal it is; the API maps it to a status.
    package let category: Category
    /// Of a stale one: what the caller saw, and what there is.
    package var tags: Tags?

    /// Two states of one document.
    package struct Tags: Hashable, Sendable {
        package let seen: StateTag
        package let current: StateTag

        package init(seen: StateTag, current: StateTag) {
            self.seen = seen
            self.current = current
        }
    }

    /// What kind of refusal it is.
    package enum Category: String, Hashable, Sendable {
        /// 422: the command itself is not well formed.
        case invalid
        /// 404: what it names is not here.
        case missing
        /// 409: the state does not allow it.
        case conflict
        /// 412: what the caller saw is stale.
        case stale
        /// 403: this place or person may not.
        case forbidden
    }

    package init(
        _ rule: String, _ title: String, field: String? = nil, category: Category = .conflict
    ) {
        self.rule = rule
        self.title = title
        self.field = field
        self.category = category
    }
}

extension RuleRefusal: Error {}

extension RuleRefusal {
    /// A command that is not well formed, with the field that is not.
    package static func invalid(_ field: String, _ title: String) -> RuleRefusal {
        RuleRefusal("command-invalid", title, field: field, category: .invalid)
    }
}
