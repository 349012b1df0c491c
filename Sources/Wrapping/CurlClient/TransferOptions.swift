import CCurl
import Vocabulary

/// Sets every option of a call on a handle.
///
/// What is not set here is libcurl's default.
struct TransferOptions: Sendable {
    let settings: CurlClient.Settings
    let trust: TrustStore

    func apply(to easy: EasyHandle, for call: PreparedCall) throws(TransferFailure) {
        try applyGuards(to: easy, for: call)
        try applyConnection(to: easy, for: call)
        try applyRequest(to: easy, call)
    }

    /// What must hold whatever the call asks for.
    private func applyGuards(to easy: EasyHandle, for call: PreparedCall) throws(TransferFailure) {
        // No signals: the process is not ours alone. SIGPIPE is blocked on the loop's thread instead.
        try easy.set(.noSignal, 1)
        // A removed transfer must not wait for a name look-up that hangs: it would hold up all others.
        try easy.set(.quickExit, 1)
        try easy.set(.protocols, call.usesTLS ? "https" : "http")
        try easy.set(.redirectProtocols, "https")
        try easy.set(.followRedirects, 0)
        try easy.set(.netrc, 0)
        try easy.set(.verifyPeer, 1)
        try easy.set(.verifyHost, 2)
        try easy.set(.tlsVersion, Int(CURL_SSLVERSION_TLSv1_2))
        try easy.set(.suppressConnectHeaders, 1)
        if let pem = trust.pem {
            try easy.set(.trustedAuthorities, pem)
            try easy.set(.proxyTrustedAuthorities, pem)
        }
    }

    private func applyConnection(to easy: EasyHandle, for call: PreparedCall) throws(TransferFailure) {
        try call.url.withText { url throws(TransferFailure) in try easy.set(.url, url) }
        try easy.set(.connectTimeoutMs, Int(max(1, settings.connectTimeout.wholeMilliseconds)))
        try easy.set(.httpVersion, Int(call.usesTLS ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1))
        try easy.set(.keepAlive, 1)
        // Younger than the idle limit of the load balancers in front of the services we call.
        try easy.set(.idleSecondsMax, 60)
        // libcurl sends a request again by itself when a *reused* connection dies before a byte of answer.
        // On a connection of its own that rule never applies. An address rule also needs a connection whose
        // address was looked at. The connection may be used by idempotent calls afterwards.
        let needsOwnConnection = !call.request.isIdempotent || call.mustBePublic
        try easy.set(.freshConnection, needsOwnConnection ? 1 : 0)
        // An empty text, unlike none, keeps libcurl from asking the environment.
        if let proxy = call.proxy {
            try proxy.withText { url throws(TransferFailure) in try easy.set(.proxy, url) }
        } else {
            try easy.set(.proxy, "")
        }
        try easy.set(.proxyExceptions, "")
        if call.request.namesIssuer { try easy.set(.certificates, 1) }
        if let path = call.request.unixSocket { try easy.set(.unixSocket, path) }
        if let stall = call.request.stallMax {
            try easy.set(.slowestBytesASecond, 1_000)
            try easy.set(.slowSecondsMax, Int(max(1, stall.wholeMilliseconds / 1_000)))
        }
    }

    private func applyRequest(to easy: EasyHandle, _ call: PreparedCall) throws(TransferFailure) {
        let request = call.request
        if request.method == .get && request.body == nil {
            try easy.set(.get, 1)
        } else {
            try easy.set(.post, 1)
            let body = request.body?.withBytes { $0 } ?? []
            try easy.setBody(body)
            if request.method != .post { try easy.set(.method, request.method.rawValue) }
        }
        try easy.setHeaders(call.headerLines.map { line in line.withBytes { $0 } })
    }
}
