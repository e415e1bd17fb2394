internal import Base
internal import CCurl

/// Whom a client believes and who it is, as libcurl wants it told.
struct ClientTrust: Sendable {
    var authority: [UInt8]?
    let identity: TLSIdentity?
    /// First 16 bytes of the SHA-256 of the anchor to believe where none is known yet: it must
    /// be among what the other end sends.
    var pin: [UInt8]?

    func apply(to easy: EasyHandle) {
        easy.set(CURLOPT_SSL_VERIFYPEER, 1)
        easy.set(CURLOPT_SSL_VERIFYHOST, 2)
        easy.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let authority {
            easy.set(CURLOPT_CAINFO_BLOB, blob: authority)
            // Debian's libcurl would look into the system's directory beside the list given.
            easy.setNone(CURLOPT_CAPATH)
        }
        guard let identity else { return }
        apply(identity.certificate, to: easy, CURLOPT_SSLCERT, CURLOPT_SSLCERT_BLOB)
        apply(identity.key, to: easy, CURLOPT_SSLKEY, CURLOPT_SSLKEY_BLOB)
    }

    private func apply(
        _ source: TLSIdentity.Source, to easy: EasyHandle, _ path: CURLoption, _ blob: CURLoption
    ) {
        switch source {
        case .path(let text): easy.set(path, text)
        case .bytes(let bytes): easy.set(blob, blob: bytes)
        }
    }
}
