internal import Base
internal import Synchronization

/// An HTTP/1.1 client over libcurl, with a thread of its own and connections that are kept.
///
/// No redirects, no proxy, no signals; certificates are always checked.
package final class HTTPClient: Sendable {
    /// What happened to one request.
    package typealias Outcome = Result<ClientResponse, ClientError>

    private let loop: ClientLoop

    /// - Parameters:
    ///   - authority: Certificates (PEM) that servers' certificates must come from; nil takes
    ///     those of the system. Given ones replace the system's.
    ///   - identity: The certificate to show where a server asks for one.
    ///   - pin: First 16 bytes of the SHA-256 of the anchor to believe, where its bytes are not
    ///     known yet.
    package init(
        authority: [UInt8]? = nil, identity: TLSIdentity? = nil, pin: [UInt8]? = nil
    ) throws(NetworkError) {
        invariant(pin.map { $0.count == 16 } ?? true, "a pin has 16 bytes")
        loop = try ClientLoop(
            ClientTrust(authority: authority, identity: identity, pin: pin))
    }

    /// Believes and shows something else from now on; connections that stand are kept.
    package func renew(authority: [UInt8]?, identity: TLSIdentity?) {
        loop.renew(ClientTrust(authority: authority, identity: identity))
    }

    /// Sends and waits without holding a thread. Cancelling the task ends the transfer.
    package func send(_ request: ClientRequest) async throws(ClientError) -> ClientResponse {
        let transfer = Transfer(request)
        let loop = self.loop
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                transfer.whenDone { continuation.resume(returning: $0) }
                loop.start(transfer)
            }
        } onCancel: {
            loop.cancel(transfer)
        }
        return try outcome.get()
    }

    /// Sends; `completion` is called once, on the client's thread, and must not block it.
    ///
    /// - Returns: A call that ends the transfer, from any thread; late calls do nothing.
    @discardableResult
    package func send(
        _ request: ClientRequest, completion: @escaping @Sendable (Outcome) -> Void
    ) -> @Sendable () -> Void {
        let transfer = Transfer(request)
        transfer.whenDone(completion)
        loop.start(transfer)
        return { [loop] in loop.cancel(transfer) }
    }

    /// Ends every transfer with `cancelled`; later requests end the same way.
    package func stop() { loop.stop() }

    deinit { loop.stop() }
}
