internal import Base
internal import HTTP

/// Reading and writing through a cipher.
extension Connection {
    /// Deciphers what has just been read into the loop's scratch.
    func readSecure(_ count: Int) {
        guard let tls else { return }
        do throws(TLSSession.Broken) {
            try tls.feed(loop.scratch, count)
            while !isClosed {
                let wasEstablished = tls.isEstablished
                let plain = try tls.read(into: &loop.plain)
                // Before the first request is handled: it may have come with the handshake's end.
                if !wasEstablished, tls.isEstablished { notePeer(tls) }
                guard let plain else { break }
                if plain == 0 {
                    // The caller has said that it will write no more.
                    isEnding = isEnding || exchange == nil
                    break
                }
                received(plain: Array(loop.plain[..<plain]))
            }
        } catch {
            if !tls.isEstablished {
                loop.service.noteRefusal(tls.refusal?.rawValue ?? "handshake", peer)
            }
            // What OpenSSL has to say (an alert) still leaves; then it is over.
            var sent = 0
            _ = tls.output.send(to: socket.raw, sent: &sent)
            close()
        }
    }

    private func notePeer(_ tls: TLSSession) {
        guard let certificate = tls.peerCertificate else { return }
        peer = HTTPPeer(
            address: peer.address, port: peer.port, certificate: certificate,
            chain: tls.peerChain)
    }

    /// Encrypts what is queued, a piece at a time, and sends it.
    func sendSecure(_ sent: inout Int) -> OutputQueue.Progress {
        guard let tls else { return .broken }
        while true {
            let progress = tls.output.send(to: socket.raw, sent: &sent)
            guard progress == .emptied, tls.isEstablished, !output.isEmpty else {
                return progress
            }
            do throws(TLSSession.Broken) {
                try tls.write(output.take(Limits.readBytesMax))
            } catch {
                return .broken
            }
        }
    }
}
