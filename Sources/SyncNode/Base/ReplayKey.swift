/// What a caller sends to have one command done once, however often its request arrives
/// (`Idempotency-Key`, draft-ietf-httpapi-idempotency-key-header).
package struct ReplayKey: Hashable, Sendable {
    /// The caller's own key: 1 to 64 visible ASCII characters.
    package let text: String
    /// The mark of what was asked under it; the same key for something else is a mistake.
    package let request: StateTag

    package init(_ text: String, request: StateTag) {
        self.text = text
        self.request = request
    }
}
