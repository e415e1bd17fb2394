/// Why a text is not the JSON asked for. Carries the place, never the content.
package struct JSONError: Error, Hashable, Sendable {
    /// What was wrong, for a program.
    package enum Reason: String, Hashable, Sendable {
        /// The text ends inside a value.
        case truncated
        /// Bytes follow the value.
        case trailing
        /// A byte that cannot stand there.
        case badToken
        /// A number outside RFC 8259 §6.
        case badNumber
        /// An unknown escape, a control character or half of a surrogate pair in a text.
        case badText
        /// Bytes of a text that are not UTF-8.
        case badEncoding
        /// A fraction, an exponent, a negative zero, or an integer past `Limits.jsonIntegerMax`.
        case notStrict
        /// The same key twice in one object.
        case repeatedKey
        /// Nested deeper than `Limits.jsonDepthMax`.
        case depth
        /// Longer than `Limits.jsonBytesMax`.
        case size
        /// A member of another kind than the one asked for.
        case kind
    }

    package let reason: Reason
    /// Byte offset at which it was seen.
    package let offset: Int

    package init(_ reason: Reason, offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}
