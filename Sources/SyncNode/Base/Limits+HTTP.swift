/// Bounds of one HTTP message. Larger is refused with the status named beside each.
extension Limits {
    /// Bytes of a request method. The longest registered one has 17.
    package static let methodBytesMax = 32
    /// Bytes of a request target (414): RFC 9112 §3 asks for at least 8,000.
    package static let targetBytesMax = 8 * 1024
    /// Bytes of a whole message head, request line included (431): one page of cookies and a token.
    package static let headBytesMax = 24 * 1024
    /// Bytes of one header line with its CRLF (431), as the common servers have it.
    package static let fieldBytesMax = 8190
    /// Header lines of one message (431): browsers send about 20.
    package static let fieldsMax = 64
    /// Items of a query string (400): a list page has a dozen filters.
    package static let queryItemsMax = 128
    /// Bytes of one chunk's size line with its extensions (400). Nobody uses extensions.
    package static let chunkLineBytesMax = 512
    /// Bytes of all extensions of one message (400): else each byte could carry a line of them.
    package static let chunkExtensionBytesMax = 4 * 1024
    /// Bytes of a body where a route says nothing of its own (413).
    package static let bodyBytesMax = messageBytesMax
}
