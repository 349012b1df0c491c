import CCurl

/// Owns one libcurl easy handle, its header list and its error buffer.
///
/// `init` acquires, `deinit` frees; libcurl holds pointers to the list and the buffer until then. Lives on the
/// loop's thread only.
@safe
final class EasyHandle {
    let pointer: UnsafeMutableRawPointer
    private var list: UnsafeMutablePointer<curl_slist>?
    private let errorBuffer: UnsafeMutablePointer<CChar>

    init() throws(TransferFailure) {
        guard let made = unsafe curl_easy_init() else {
            throw TransferFailure(kind: .other, mayHaveBeenExecuted: false, detail: "no handle could be made")
        }
        unsafe pointer = made
        unsafe errorBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        unsafe list = nil
        try check(unsafe ccurl_setopt_error_buffer(pointer, errorBuffer))
    }

    deinit {
        unsafe curl_easy_cleanup(pointer)
        unsafe curl_slist_free_all(list)
        unsafe errorBuffer.deallocate()
    }

    /// For finding a transfer by the handle that libcurl reports.
    var key: UInt { unsafe UInt(bitPattern: pointer) }

    func set(_ option: LongOption, _ value: Int) throws(TransferFailure) {
        try check(unsafe ccurl_setopt_long(pointer, option.raw, value))
    }

    func set(_ option: SizeOption, _ value: Int64) throws(TransferFailure) {
        try check(unsafe ccurl_setopt_large(pointer, option.raw, curl_off_t(value)))
    }

    func set(_ option: TextOption, _ value: String) throws(TransferFailure) {
        try check(unsafe ccurl_setopt_text(pointer, option.raw, value))
    }

    func set(_ option: BytesOption, _ value: [UInt8]) throws(TransferFailure) {
        var bytes = value
        let code = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe ccurl_setopt_copied_blob(pointer, option.raw, buffer.baseAddress, buffer.count)
        }
        try check(code)
    }

    /// The body of the request; libcurl takes a copy.
    func setBody(_ bytes: [UInt8]) throws(TransferFailure) {
        try set(.bodySize, Int64(bytes.count))
        // An empty array may lend no address, and libcurl reads a null body as "ask a callback".
        let code = unsafe (bytes + [0]).withUnsafeBytes { buffer in
            unsafe ccurl_setopt_copied_body(pointer, buffer.baseAddress)
        }
        try check(code)
    }

    func setHeaders(_ lines: [[UInt8]]) throws(TransferFailure) {
        for line in lines {
            let longer = unsafe (line + [0]).withUnsafeBufferPointer { buffer in
                unsafe buffer.withMemoryRebound(to: CChar.self) { text in
                    unsafe curl_slist_append(list, text.baseAddress)
                }
            }
            guard let longer = unsafe longer else {
                throw TransferFailure(kind: .other, mayHaveBeenExecuted: false, detail: "out of memory")
            }
            unsafe list = longer
        }
        try check(unsafe ccurl_setopt_list(pointer, CURLOPT_HTTPHEADER, list))
    }

    /// The library's words for a failure: the detailed ones where it gave any.
    func words(for code: CURLcode) -> String {
        let detailed = unsafe String(cString: errorBuffer)
        return detailed.isEmpty ? unsafe String(cString: curl_easy_strerror(code)) : detailed
    }

    func longInfo(_ info: CURLINFO) -> Int {
        var value = 0
        return unsafe ccurl_getinfo_long(pointer, info, &value) == CURLE_OK ? value : 0
    }

    /// Who signed the server's certificate, such as `C = US, O = Microsoft Corporation`; nil unless
    /// ``LongOption/certificates`` was set and the connection was made by this call.
    var issuer: String? {
        var found: UnsafePointer<curl_certinfo>?
        guard unsafe ccurl_getinfo_certificates(pointer, &found) == CURLE_OK,
            let info = unsafe found?.pointee, unsafe info.num_of_certs > 0, let list = unsafe info.certinfo
        else { return nil }
        var line = unsafe list.pointee
        while let node = unsafe line {
            if let text = unsafe node.pointee.data.map({ unsafe String(cString: $0) }),
                text.hasPrefix("Issuer:")
            {
                return String(text.dropFirst("Issuer:".count))
            }
            unsafe line = node.pointee.next
        }
        return nil
    }

    func check(_ code: CURLcode) throws(TransferFailure) {
        guard code != CURLE_OK else { return }
        throw TransferFailure(
            kind: code == CURLE_URL_MALFORMAT ? .badAddress : .other,
            mayHaveBeenExecuted: false,
            detail: unsafe String(cString: curl_easy_strerror(code))
        )
    }
}

@available(*, unavailable)
extension EasyHandle: Sendable {}

/// An option that takes a number.
struct LongOption {
    let raw: CURLoption

    static let noSignal = LongOption(raw: CURLOPT_NOSIGNAL)
    static let quickExit = LongOption(raw: CURLOPT_QUICK_EXIT)
    static let connectTimeoutMs = LongOption(raw: CURLOPT_CONNECTTIMEOUT_MS)
    static let httpVersion = LongOption(raw: CURLOPT_HTTP_VERSION)
    static let tlsVersion = LongOption(raw: CURLOPT_SSLVERSION)
    static let verifyPeer = LongOption(raw: CURLOPT_SSL_VERIFYPEER)
    static let verifyHost = LongOption(raw: CURLOPT_SSL_VERIFYHOST)
    static let followRedirects = LongOption(raw: CURLOPT_FOLLOWLOCATION)
    static let freshConnection = LongOption(raw: CURLOPT_FRESH_CONNECT)
    static let suppressConnectHeaders = LongOption(raw: CURLOPT_SUPPRESS_CONNECT_HEADERS)
    static let netrc = LongOption(raw: CURLOPT_NETRC)
    static let get = LongOption(raw: CURLOPT_HTTPGET)
    static let post = LongOption(raw: CURLOPT_POST)
    static let slowestBytesASecond = LongOption(raw: CURLOPT_LOW_SPEED_LIMIT)
    static let slowSecondsMax = LongOption(raw: CURLOPT_LOW_SPEED_TIME)
    static let keepAlive = LongOption(raw: CURLOPT_TCP_KEEPALIVE)
    static let certificates = LongOption(raw: CURLOPT_CERTINFO)
    static let idleSecondsMax = LongOption(raw: CURLOPT_MAXAGE_CONN)
}

/// An option that takes a size in bytes.
struct SizeOption {
    let raw: CURLoption

    static let bodySize = SizeOption(raw: CURLOPT_POSTFIELDSIZE_LARGE)
}

/// An option that takes text; libcurl keeps a copy.
struct TextOption {
    let raw: CURLoption

    static let url = TextOption(raw: CURLOPT_URL)
    static let method = TextOption(raw: CURLOPT_CUSTOMREQUEST)
    static let protocols = TextOption(raw: CURLOPT_PROTOCOLS_STR)
    static let redirectProtocols = TextOption(raw: CURLOPT_REDIR_PROTOCOLS_STR)
    static let proxy = TextOption(raw: CURLOPT_PROXY)
    static let proxyExceptions = TextOption(raw: CURLOPT_NOPROXY)
    static let unixSocket = TextOption(raw: CURLOPT_UNIX_SOCKET_PATH)
}

/// An option that takes bytes; libcurl keeps a copy.
struct BytesOption {
    let raw: CURLoption

    static let trustedAuthorities = BytesOption(raw: CURLOPT_CAINFO_BLOB)
    static let proxyTrustedAuthorities = BytesOption(raw: CURLOPT_PROXY_CAINFO_BLOB)
}
