internal import CCurl
internal import COpenSSL
internal import Glibc

/// One libcurl transfer handle with its header list; freed with its last user.
final class EasyHandle {
    let raw: UnsafeMutableRawPointer
    private var expectation = syncnode_expect("", nil, 0)
    private var lines: UnsafeMutablePointer<curl_slist>?
    /// The first option that libcurl refused.
    private(set) var failure: CURLcode?

    init?() {
        guard let raw = curl_easy_init() else { return nil }
        self.raw = raw
    }

    deinit {
        curl_easy_cleanup(raw)
        curl_slist_free_all(lines)
        syncnode_expect_no_more(expectation)
    }

    /// Beside the chain and the host's name: a URI among the names, and, where no anchor is
    /// known, how the SHA-256 begins of the one to believe. With `past`, seconds since 1970, no
    /// clock is asked: the certificates have to run until then at least.
    func expect(urn: String?, pin: [UInt8]?, past: Int64? = nil) {
        syncnode_expect_no_more(expectation)
        expectation = syncnode_expect(urn ?? "", pin, past ?? 0)
        guard expectation != nil else {
            failure = failure ?? CURLE_BAD_FUNCTION_ARGUMENT
            return
        }
        note(ccurl_on_context(raw, syncnode_on_context, expectation))
    }

    func set(_ option: CURLoption, _ value: Int) { note(ccurl_set_long(raw, option, value)) }

    func set(large option: CURLoption, _ value: Int64) {
        note(ccurl_set_off(raw, option, curl_off_t(value)))
    }

    /// Copied by libcurl.
    func set(_ option: CURLoption, _ text: String) { note(ccurl_set_str(raw, option, text)) }

    /// Back to nothing.
    func setNone(_ option: CURLoption) { note(ccurl_set_ptr(raw, option, nil)) }

    func set(_ option: CURLoption, pointer: UnsafeMutableRawPointer) {
        note(ccurl_set_ptr(raw, option, pointer))
    }

    func set(_ option: CURLoption, function: @escaping ccurl_data_fn) {
        note(ccurl_set_fn(raw, option, function))
    }

    func set(_ option: CURLoption, blob bytes: [UInt8]) {
        var copy = bytes
        copy.withUnsafeMutableBytes { buffer in
            // CURL_BLOB_COPY: libcurl takes its own copy within the call.
            var blob = curl_blob(
                data: buffer.baseAddress, len: buffer.count, flags: UInt32(CURL_BLOB_COPY))
            note(ccurl_set_ptr(raw, option, &blob))
        }
    }

    /// The body of the request, copied by libcurl; its length is set first.
    func set(body: [UInt8]) {
        set(large: CURLOPT_POSTFIELDSIZE_LARGE, Int64(body.count))
        body.withUnsafeBytes { buffer in
            // An empty array has no address, which libcurl would take for another kind of body.
            if let address = buffer.baseAddress, !body.isEmpty {
                note(ccurl_set_ptr(raw, CURLOPT_COPYPOSTFIELDS, address))
            } else {
                note(ccurl_set_str(raw, CURLOPT_COPYPOSTFIELDS, ""))
            }
        }
    }

    func add(line: String) {
        guard let longer = curl_slist_append(lines, line) else {
            failure = failure ?? CURLE_OUT_OF_MEMORY
            return
        }
        lines = longer
    }

    /// Hands the lines over; they must not grow afterwards.
    func useLines() { note(ccurl_set_ptr(raw, CURLOPT_HTTPHEADER, lines)) }

    /// What OpenSSL said of the other end's certificate; 0 where all was well.
    var verifyResult: Int32 {
        var code = 0
        guard ccurl_get_long(raw, CURLINFO_SSL_VERIFYRESULT, &code) == CURLE_OK else { return 0 }
        return Int32(truncatingIfNeeded: code)
    }

    /// The error of the system call that failed; 0 where none did.
    var systemError: Int32 {
        var code = 0
        guard ccurl_get_long(raw, CURLINFO_OS_ERRNO, &code) == CURLE_OK else { return 0 }
        return Int32(truncatingIfNeeded: code)
    }

    private func note(_ code: CURLcode) {
        if code != CURLE_OK { failure = failure ?? code }
    }
}
