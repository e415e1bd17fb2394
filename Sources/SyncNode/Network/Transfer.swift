internal import Base
internal import CCurl
internal import Crypto
internal import Glibc
internal import HTTP
internal import Synchronization

/// One request of the client on its way, and what has come back so far.
// @unchecked: everything but the flag is touched by the client's thread alone once it is started.
final class Transfer: @unchecked Sendable {
    let request: ClientRequest
    let isCancelled = Atomic<Bool>(false)
    private(set) var easy: EasyHandle?

    private var completion: (@Sendable (HTTPClient.Outcome) -> Void)?
    private var headBytes: [UInt8] = []
    private var headIsWhole = false
    private var head: HTTPResponse?
    private var body: [UInt8] = []
    private var fault: ClientError?

    init(_ request: ClientRequest) { self.request = request }

    /// Set once, before the start.
    func whenDone(_ completion: @escaping @Sendable (HTTPClient.Outcome) -> Void) {
        invariant(self.completion == nil, "a transfer is waited for once")
        self.completion = completion
    }

    func finish(_ outcome: HTTPClient.Outcome) {
        easy = nil
        let completion = self.completion
        self.completion = nil
        completion?(outcome)
    }

    // MARK: setting up

    /// - Returns: Whether libcurl took every option.
    func prepare(_ trust: ClientTrust, sessions: ClientSessions) -> Bool {
        guard isWellFormed, let easy = EasyHandle() else { return false }
        self.easy = easy
        easy.set(CURLOPT_URL, request.url)
        if ccurl_set_http_only(easy.raw) != CURLE_OK { return false }
        easy.set(CURLOPT_NOSIGNAL, 1)
        easy.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        easy.set(CURLOPT_FOLLOWLOCATION, 0)
        easy.set(CURLOPT_PROXY, "")
        easy.set(CURLOPT_NOPROXY, "*")
        easy.set(CURLOPT_TCP_KEEPALIVE, 1)
        easy.set(CURLOPT_CONNECTTIMEOUT_MS, Int(request.connectMillis))
        easy.set(CURLOPT_TIMEOUT_MS, Int(request.totalMillis))
        easy.set(CURLOPT_LOW_SPEED_LIMIT, Int(request.bytesPerSecondMin))
        easy.set(CURLOPT_LOW_SPEED_TIME, Int(request.stallSeconds))
        easy.set(large: CURLOPT_MAXFILESIZE_LARGE, Int64(request.responseBytesMax))
        var trust = trust
        if let other = request.authority { trust.authority = other }
        // libcurl resumes no session, and keeps no connection, under another authority.
        trust.apply(to: easy)
        if request.peerURN != nil || trust.pin != nil || request.pastSeconds != nil {
            easy.expect(urn: request.peerURN, pin: trust.pin, past: request.pastSeconds)
        }
        sessions.apply(to: easy)
        setMethod(easy)
        setLines(easy)
        // libcurl calls back only while this transfer is in the loop's table, which holds it.
        let me = Unmanaged.passUnretained(self).toOpaque()
        easy.set(CURLOPT_PRIVATE, pointer: me)
        easy.set(CURLOPT_WRITEDATA, pointer: me)
        easy.set(CURLOPT_HEADERDATA, pointer: me)
        easy.set(CURLOPT_WRITEFUNCTION, function: receiveBody)
        easy.set(CURLOPT_HEADERFUNCTION, function: receiveLine)
        return easy.failure == nil
    }

    /// The transfer behind a pointer that `prepare` gave to libcurl.
    static func from(_ pointer: UnsafeMutableRawPointer) -> Transfer {
        Unmanaged<Transfer>.fromOpaque(pointer).takeUnretainedValue()
    }

    /// A line end in a header would start another line; libcurl leaves that to its caller.
    private var isWellFormed: Bool {
        let isClean = { (text: String) in text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } }
        return isClean(request.url)
            && (request.url.hasPrefix("http://") || request.url.hasPrefix("https://"))
            && isClean(request.method) && !request.method.isEmpty
            && request.method.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
            && request.headers.allSatisfy {
                !$0.0.isEmpty && isClean($0.0) && isClean($0.1)
                    && !$0.0.utf8.contains(UInt8(ascii: ":"))
            }
    }

    private func setMethod(_ easy: EasyHandle) {
        if request.method == "HEAD" {
            easy.set(CURLOPT_NOBODY, 1)
            return
        }
        if request.body.isEmpty, request.method == "GET" {
            easy.set(CURLOPT_HTTPGET, 1)
            return
        }
        easy.set(CURLOPT_POST, 1)
        easy.set(body: request.body)
        easy.set(CURLOPT_CUSTOMREQUEST, request.method)
    }

    private func setLines(_ easy: EasyHandle) {
        // Without these libcurl would add a form's type, and wait a second for a 100.
        easy.add(line: "Expect:")
        if !request.headers.contains(where: { $0.0.lowercased() == "content-type" }) {
            easy.add(line: "Content-Type:")
        }
        for (name, value) in request.headers {
            easy.add(line: value.isEmpty ? "\(name);" : "\(name): \(value)")
        }
        easy.useLines()
    }

    // MARK: receiving

    /// One line of a head, or of a trailer.
    ///
    /// - Returns: Whether to go on.
    func received(line: [UInt8]) -> Bool {
        if headIsWhole {
            // After an interim head another one follows; lines after the final one are trailers.
            guard head == nil else { return true }
            headIsWhole = false
            headBytes = []
        }
        guard headBytes.count + line.count <= Limits.headBytesMax else { return fail(.malformed) }
        headBytes.append(contentsOf: line)
        guard line == [0x0d, 0x0a] || line == [0x0a] else { return true }
        headIsWhole = true
        var parser = ResponseParser()
        parser.isHead = true
        do throws(HTTPError) {
            var cursor = 0
            guard
                case .response(let response) = try parser.next(
                    headBytes, &cursor, headBytes.count)
            else { return fail(.malformed) }
            if response.status >= 200 { head = response }
            return true
        } catch {
            return fail(.malformed)
        }
    }

    /// A piece of the body.
    func received(body piece: UnsafeRawBufferPointer) -> Bool {
        guard body.count + piece.count <= request.responseBytesMax else { return fail(.tooLarge) }
        body.append(contentsOf: piece)
        return true
    }

    private func fail(_ error: ClientError) -> Bool {
        fault = fault ?? error
        return false
    }

    // MARK: the end

    /// What libcurl's verdict means.
    func outcome(_ code: CURLcode) -> HTTPClient.Outcome {
        if let fault { return .failure(fault) }
        guard code == CURLE_OK else { return .failure(error(code)) }
        guard let head else { return .failure(.malformed) }
        return .success(ClientResponse(status: head.status, headers: head.headers, body: body))
    }

    /// What was wrong with the other end's certificate, by name.
    private var refusal: String? {
        easy.flatMap { CertificateChain.Refusal(code: $0.verifyResult)?.rawValue }
    }

    private func error(_ code: CURLcode) -> ClientError {
        switch code {
        case CURLE_COULDNT_CONNECT:
            easy?.systemError == ECONNREFUSED ? .refused : .unreachable
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_INTERFACE_FAILED: .unreachable
        case CURLE_OPERATION_TIMEDOUT: .timeout
        case CURLE_FILESIZE_EXCEEDED: .tooLarge
        case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE: .lost
        case CURLE_URL_MALFORMAT, CURLE_BAD_FUNCTION_ARGUMENT: .badRequest
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ENGINE_NOTFOUND:
            .tls(refusal ?? curl_easy_strerror(code).map { String(cString: $0) } ?? "")
        default: .malformed
        }
    }
}

/// libcurl's call for each header line; a shorter count than given ends the transfer.
private func receiveLine(
    _ data: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
    _ me: UnsafeMutableRawPointer?
) -> Int {
    guard let data, let me else { return 0 }
    let line = UnsafeRawBufferPointer(start: data, count: size * count)
    return Transfer.from(me).received(line: Array(line)) ? line.count : 0
}

/// libcurl's call for each piece of the body.
private func receiveBody(
    _ data: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
    _ me: UnsafeMutableRawPointer?
) -> Int {
    guard let data, let me else { return 0 }
    let piece = UnsafeRawBufferPointer(start: data, count: size * count)
    return Transfer.from(me).received(body: piece) ? piece.count : 0
}
