import CCurl
import Foundation

/// Turns libcurl's result codes into our kinds.
///
/// Whether the request may have been executed is not read from the code but from whether libcurl had come to
/// the point where it sends: the same code comes before and after it.
enum FailureReading {
    static func kind(of code: CURLcode, requestWasStarted: Bool, proxyStatus: Int) -> TransferFailure.Kind {
        if !requestWasStarted, proxyStatus != 0, !(200...299).contains(proxyStatus) { return .proxy }
        return switch code {
        case CURLE_UNSUPPORTED_PROTOCOL: requestWasStarted ? .protocolError : .badAddress
        case CURLE_URL_MALFORMAT: .badAddress
        case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY: .proxy
        case CURLE_COULDNT_RESOLVE_HOST: .resolve
        case CURLE_COULDNT_CONNECT: .connect
        case CURLE_OPERATION_TIMEDOUT: .timeout
        case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE:
            requestWasStarted ? .reset : .connect
        case CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
            .protocolError
        case CURLE_FILESIZE_EXCEEDED: .tooLarge
        case CURLE_ABORTED_BY_CALLBACK: .notPermitted
        default: isAboutTLS(code) ? (requestWasStarted ? .reset : .tls) : .other
        }
    }

    private static func isAboutTLS(_ code: CURLcode) -> Bool {
        [
            CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ENGINE_NOTFOUND,
            CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_USE_SSL_FAILED,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_SHUTDOWN_FAILED, CURLE_SSL_CRL_BADFILE,
            CURLE_SSL_ISSUER_ERROR, CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS,
        ].contains(code)
    }

    /// The library's words as far as they may be shown: without any part of the address but its host,
    /// printable, at most 200 characters.
    static func shown(_ words: String, address: String) -> String {
        var text = words
        if let scheme = address.range(of: "://") {
            let rest = address[scheme.upperBound...]
            let pathStart = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
            for part in [address, String(rest[pathStart...])] where part.count > 1 {
                text = text.replacing(part, with: "…")
            }
        }
        let printable = text.map { $0.isNewline || $0.unicodeScalars.contains { $0.value < 0x20 } ? " " : $0 }
        return String(printable.prefix(200))
    }
}
