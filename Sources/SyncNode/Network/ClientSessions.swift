internal import CCurl

/// The TLS sessions of one client, resumed where a connection is made anew: it spends one round
/// trip less. Touched by the client's thread alone.
final class ClientSessions {
    /// nil where memory is short: then each connection begins anew.
    private let raw = ccurl_share_sessions()

    deinit {
        if let raw { curl_share_cleanup(raw) }
    }

    func apply(to easy: EasyHandle) {
        if let raw { easy.set(CURLOPT_SHARE, pointer: raw) }
    }
}
