internal import Base
internal import COpenSSL
internal import Crypto

/// The cipher of one connection: bytes go in and come out, the socket stays with its owner.
///
/// Memory BIOs keep OpenSSL away from the descriptor, so every send has our flags (MSG_NOSIGNAL).
final class TLSSession {
    /// The other end broke the protocol or showed a certificate that is not believed.
    struct Broken: Error {}

    private let raw: OpaquePointer
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer
    /// Cipher bytes on their way to the socket.
    var output = OutputQueue()

    /// The server's side; nil where memory is short.
    init?(_ context: TLSContext) {
        guard let raw = SSL_new(context.raw) else { return nil }
        guard let incoming = BIO_new(BIO_s_mem()), let outgoing = BIO_new(BIO_s_mem()) else {
            SSL_free(raw)
            return nil
        }
        // The session owns both from here on and frees them with itself.
        SSL_set_bio(raw, incoming, outgoing)
        SSL_set_accept_state(raw)
        self.raw = raw
        self.incoming = incoming
        self.outgoing = outgoing
    }

    deinit { SSL_free(raw) }

    var isEstablished: Bool { SSL_is_init_finished(raw) == 1 }

    var hasOutput: Bool { !output.isEmpty }

    /// The caller's certificate in DER, verified by the handshake; nil where it showed none.
    var peerCertificate: [UInt8]? {
        guard let certificate = SSL_get1_peer_certificate(raw) else { return nil }
        defer { X509_free(certificate) }
        guard SSL_get_verify_result(raw) == Int(X509_V_OK) else { return nil }
        let count = i2d_X509(certificate, nil)
        guard count > 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(count))
        bytes.withUnsafeMutableBufferPointer { buffer in
            // i2d moves the pointer it is given; the array is as long as it said before.
            var cursor = buffer.baseAddress
            _ = i2d_X509(certificate, &cursor)
        }
        return bytes
    }

    /// All certificates that the caller sent, its own first, in PEM; nil where it showed none.
    var peerChain: [UInt8]? {
        guard let bio = BIO_new(BIO_s_mem()) else { return nil }
        defer { BIO_free(bio) }
        guard syncnode_ssl_chain(raw, bio) == 1 else { return nil }
        var bytes = [UInt8](repeating: 0, count: BIO_ctrl_pending(bio))
        let count = BIO_read(bio, &bytes, Int32(clamping: bytes.count))
        return count == Int32(clamping: bytes.count) ? bytes : nil
    }

    /// Why the caller's certificate was refused; nil where it was not the certificate.
    var refusal: CertificateChain.Refusal? {
        CertificateChain.Refusal(code: Int32(clamping: SSL_get_verify_result(raw)))
    }

    /// Takes cipher bytes from the socket.
    func feed(_ bytes: [UInt8], _ count: Int) throws(Broken) {
        let taken = bytes.withUnsafeBytes { buffer in
            // Copied by OpenSSL within the call.
            BIO_write(incoming, buffer.baseAddress, Int32(count))
        }
        guard taken == Int32(count) else { throw Broken() }
    }

    /// Plain bytes, as far as there are whole records; nil where more must come first.
    ///
    /// Also carries the handshake on: what it has to say goes to `output`.
    func read(into plain: inout [UInt8]) throws(Broken) -> Int? {
        ERR_clear_error()
        let count = plain.withUnsafeMutableBytes { buffer in
            // The pointer lives as long as the call.
            SSL_read(raw, buffer.baseAddress, Int32(buffer.count))
        }
        let code = count > 0 ? SSL_ERROR_NONE : SSL_get_error(raw, count)
        moveOutput()
        switch code {
        case SSL_ERROR_NONE: return Int(count)
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return nil
        case SSL_ERROR_ZERO_RETURN: return 0
        default: throw Broken()
        }
    }

    /// Encrypts; the result goes to `output`. Only once the handshake is done.
    func write(_ bytes: [UInt8]) throws(Broken) {
        invariant(isEstablished && !bytes.isEmpty, "plain bytes are written after the handshake")
        ERR_clear_error()
        let count = bytes.withUnsafeBytes { buffer in
            // A memory BIO takes everything, so a write is whole or broken.
            SSL_write(raw, buffer.baseAddress, Int32(buffer.count))
        }
        guard count == Int32(bytes.count) else { throw Broken() }
        moveOutput()
    }

    /// Says that nothing more will be written.
    func shutDown() {
        guard isEstablished else { return }
        ERR_clear_error()
        // 0 means that the other end has not answered yet, which nobody waits for.
        _ = SSL_shutdown(raw)
        moveOutput()
    }

    private func moveOutput() {
        while true {
            let pending = BIO_ctrl_pending(outgoing)
            guard pending > 0 else { return }
            var bytes = [UInt8](repeating: 0, count: pending)
            let count = bytes.withUnsafeMutableBytes { buffer in
                // The pointer lives as long as the call; the array is as long as what waits.
                BIO_read(outgoing, buffer.baseAddress, Int32(buffer.count))
            }
            invariant(count == Int32(pending), "a memory BIO gives what it holds")
            output.append(bytes)
        }
    }
}
