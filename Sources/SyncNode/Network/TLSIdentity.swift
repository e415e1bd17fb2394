/// Who this end is in a TLS connection, and whom it believes.
///
/// There is no way to leave the other end's certificate unchecked.
package struct TLSIdentity: Sendable {
    /// PEM text, in memory or in a file.
    package enum Source: Hashable, Sendable {
        case bytes([UInt8])
        case path(String)
    }

    /// The certificate, then the rest of its chain.
    package let certificate: Source
    package let key: Source
    /// Certificates (PEM) of the authority that callers' certificates must come from. With it a
    /// server asks for one: a wrong one ends the handshake, none is seen as none by the route.
    package let authority: [UInt8]?
    /// Further certificates, of other kinds of keys, each with its key: a server shows each
    /// caller the first that the caller can check.
    package var others: [(certificate: Source, key: Source)] = []

    package init(certificate: Source, key: Source, authority: [UInt8]? = nil) {
        self.certificate = certificate
        self.key = key
        self.authority = authority
    }
}
