import CCurl

/// The parts of a URL, read by the parser that libcurl connects with, so that both mean the same host.
struct Address {
    let scheme: String
    /// Lower case, without the brackets of an IPv6 literal; numeric forms such as `0x7f.1` are normalised.
    let host: String
    let port: Int
    let hasUserInfo: Bool
    /// The whole address as libcurl writes it.
    let url: String

    /// Says what is wrong without repeating the address, which may be a credential.
    struct Malformed: Error {
        let reason: String
    }

    init(_ text: String) throws(Malformed) {
        guard !text.utf8.contains(0) else { throw Malformed(reason: "it contains a NUL") }
        guard let parts = unsafe curl_url() else { throw Malformed(reason: "out of memory") }
        defer { unsafe curl_url_cleanup(parts) }
        let code = unsafe curl_url_set(parts, CURLUPART_URL, text, UInt32(CURLU_NON_SUPPORT_SCHEME))
        guard code == CURLUE_OK else {
            throw Malformed(reason: unsafe String(cString: curl_url_strerror(code)))
        }
        func part(_ which: CURLUPart, _ flags: Int32 = 0) -> String? {
            var found: UnsafeMutablePointer<CChar>?
            guard unsafe curl_url_get(parts, which, &found, UInt32(flags)) == CURLUE_OK,
                let found = unsafe found
            else { return nil }
            defer { unsafe curl_free(found) }
            return unsafe String(cString: found)
        }
        guard let scheme = part(CURLUPART_SCHEME)?.lowercased(),
            var host = part(CURLUPART_HOST)?.lowercased(),
            let url = part(CURLUPART_URL)
        else { throw Malformed(reason: "it names no scheme or no host") }
        if host.first == "[" && host.last == "]" { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty else { throw Malformed(reason: "it names no host") }
        self.scheme = scheme
        self.host = host
        self.url = url
        port = part(CURLUPART_PORT, CURLU_DEFAULT_PORT).flatMap(Int.init) ?? 0
        hasUserInfo = part(CURLUPART_USER) != nil || part(CURLUPART_PASSWORD) != nil
    }

    /// True if the host is written as a loopback address or as `localhost`.
    var namesLoopback: Bool {
        host == "localhost" || NetworkAddress(host)?.isLoopback == true
    }

    /// True if the host is written as a loopback or link-local address or as `localhost`.
    var namesLocal: Bool {
        namesLoopback || NetworkAddress(host)?.isLinkLocal == true
    }
}
