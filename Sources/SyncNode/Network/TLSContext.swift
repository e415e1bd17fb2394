internal import Base
internal import COpenSSL

/// What all TLS connections of a server share: identity, authority, and what is spoken.
// @unchecked: SSL_CTX counts its references atomically and is only read once it is set up.
final class TLSContext: @unchecked Sendable {
    let raw: OpaquePointer

    // SSL_OP_NO_RENEGOTIATION, _COMPRESSION and _TICKET: macros that Swift cannot import.
    private static let noRenegotiation = UInt64(1) << 30
    private static let noCompression = UInt64(1) << 17
    private static let noTickets = UInt64(1) << 14
    private static let serverPreference = UInt64(1) << 22
    /// With certificates of several kinds: a caller that can check ours of Ed25519 sees that.
    private static let signatures =
        "ed25519:ECDSA+SHA256:ECDSA+SHA384:RSA-PSS+SHA256:RSA-PSS+SHA384:RSA+SHA256"
    // SSL_CTRL_SET_SIGALGS_LIST: a macro's number that Swift does not import.
    private static let signaturesCommand: Int32 = 98
    /// Forward secrecy and authenticated encryption only, where a caller speaks TLS 1.2.
    private static let ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20"
    /// Names this program's sessions: none of another is resumed here.
    private static let sessionName = Array("syncnode".utf8)

    /// TLS 1.2 at least; 1.3 is preferred by both ends where they have it.
    init(server identity: TLSIdentity) throws(NetworkError) {
        guard let raw = SSL_CTX_new(TLS_server_method()) else {
            throw .exhausted(call: "SSL_CTX_new", code: 0)
        }
        self.raw = raw
        let code = SSL_CTX_ctrl(raw, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
        invariant(code == 1, "OpenSSL 3 knows TLS 1.2")
        // No renegotiation, no compression: each has been a way in, none is needed. A session is
        // resumed out of this process's own memory, so that no ticket carries a caller's
        // certificates, and none outlives the process.
        let options =
            Self.noRenegotiation | Self.noCompression | Self.noTickets | Self.serverPreference
        _ = SSL_CTX_set_options(raw, options)
        guard SSL_CTX_set_cipher_list(raw, Self.ciphers) == 1 else { throw bad("ciphers") }
        keepSessions()
        _ = SSL_CTX_ctrl(raw, SSL_CTRL_MODE, Int(SSL_MODE_RELEASE_BUFFERS), nil)
        for pair in [(identity.certificate, identity.key)] + identity.others {
            try use(certificate: pair.0)
            try use(key: pair.1)
        }
        if !identity.others.isEmpty {
            var list = Array(Self.signatures.utf8) + [0]
            guard SSL_CTX_ctrl(raw, Self.signaturesCommand, 0, &list) == 1 else {
                throw bad("signatures")
            }
        }
        if let authority = identity.authority { try believe(authority) }
        ERR_clear_error()
    }

    deinit { SSL_CTX_free(raw) }

    private func keepSessions() {
        _ = SSL_CTX_set_num_tickets(raw, 1)
        _ = SSL_CTX_ctrl(raw, SSL_CTRL_SET_SESS_CACHE_MODE, Int(SSL_SESS_CACHE_SERVER), nil)
        _ = SSL_CTX_ctrl(raw, SSL_CTRL_SET_SESS_CACHE_SIZE, Limits.sessionsMax, nil)
        _ = SSL_CTX_set_timeout(raw, Limits.sessionSeconds)
        let name = Self.sessionName
        let code = SSL_CTX_set_session_id_context(raw, name, UInt32(name.count))
        invariant(code == 1, "a session's name has its length")
    }

    private func use(certificate: TLSIdentity.Source) throws(NetworkError) {
        switch certificate {
        case .path(let path):
            guard SSL_CTX_use_certificate_chain_file(raw, path) == 1 else {
                throw bad("certificate \(path)")
            }
        case .bytes(let bytes):
            let chain = try Self.certificates(bytes, "certificate")
            for (index, certificate) in chain.enumerated() {
                let code =
                    index == 0
                    ? SSL_CTX_use_certificate(raw, certificate.raw)
                    : Int32(SSL_CTX_ctrl(raw, SSL_CTRL_CHAIN_CERT, 1, certificate.address))
                guard code == 1 else { throw bad("certificate") }
            }
        }
    }

    private func use(key: TLSIdentity.Source) throws(NetworkError) {
        switch key {
        case .path(let path):
            guard SSL_CTX_use_PrivateKey_file(raw, path, SSL_FILETYPE_PEM) == 1 else {
                throw bad("key \(path)")
            }
        case .bytes(let bytes):
            let key = Self.withMemory(bytes) { PEM_read_bio_PrivateKey($0, nil, nil, nil) }
            guard let key else { throw bad("key") }
            defer { EVP_PKEY_free(key) }
            guard SSL_CTX_use_PrivateKey(raw, key) == 1 else { throw bad("key") }
        }
        guard SSL_CTX_check_private_key(raw) == 1 else { throw bad("key and certificate differ") }
    }

    /// Callers may show a certificate; if they do, it must come from this authority.
    private func believe(_ authority: [UInt8]) throws(NetworkError) {
        guard let store = SSL_CTX_get_cert_store(raw) else { throw bad("authority") }
        for certificate in try Self.certificates(authority, "authority") {
            guard X509_STORE_add_cert(store, certificate.raw) == 1,
                SSL_CTX_add_client_CA(raw, certificate.raw) == 1
            else { throw bad("authority") }
        }
        SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nil)
    }

    private func bad(_ what: String) -> NetworkError {
        ERR_clear_error()
        return .badIdentity(what)
    }

    /// One certificate, released with its last user.
    private final class Certificate {
        let raw: OpaquePointer
        init(_ raw: OpaquePointer) { self.raw = raw }
        /// The form that the control call takes; it counts a reference of its own.
        var address: UnsafeMutableRawPointer { UnsafeMutableRawPointer(raw) }
        deinit { X509_free(raw) }
    }

    private static func certificates(
        _ pem: [UInt8], _ what: String
    ) throws(NetworkError) -> [Certificate] {
        var list: [Certificate] = []
        withMemory(pem) { bio in
            while let raw = PEM_read_bio_X509(bio, nil, nil, nil) { list.append(Certificate(raw)) }
        }
        ERR_clear_error()
        guard !list.isEmpty else { throw .badIdentity(what) }
        return list
    }

    /// Lends bytes as a BIO that lives as long as `body`.
    private static func withMemory<Result>(
        _ bytes: [UInt8], _ body: (OpaquePointer?) -> Result
    ) -> Result {
        bytes.withUnsafeBytes { buffer in
            // OpenSSL reads the array in place; the BIO is freed before the pointer ends.
            let bio = BIO_new_mem_buf(buffer.baseAddress, Int32(clamping: buffer.count))
            defer { BIO_free(bio) }
            return body(bio)
        }
    }
}
