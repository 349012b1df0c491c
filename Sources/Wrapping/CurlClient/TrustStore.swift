import CCurl
import Foundation

/// The CA certificates that servers and proxies are checked against.
///
/// Without an added file libcurl's own default store is used, which it caches. With one, the system's bundle
/// and the file are handed over together as bytes, because libcurl would read the file *instead*.
struct TrustStore: Sendable {
    /// PEM of everything that is trusted; nil leaves libcurl's default.
    let pem: [UInt8]?

    init(addedFile: String?) throws(CurlSetupError) {
        guard let addedFile else {
            pem = nil
            return
        }
        let added: Data
        do {
            added = try Data(contentsOf: URL(filePath: addedFile))
        } catch {
            throw .trustUnreadable(path: addedFile, reason: (error as NSError).localizedDescription)
        }
        guard String(decoding: added, as: UTF8.self).contains("-----BEGIN CERTIFICATE-----") else {
            throw .trustWithoutCertificate(path: addedFile)
        }
        pem = Self.systemBundle() + [0x0A] + Array(added)
    }

    /// The bundle that this libcurl was built to use; empty where there is none, so that only the added file
    /// is trusted.
    private static func systemBundle() -> [UInt8] {
        guard let easy = unsafe curl_easy_init() else { return [] }
        defer { unsafe curl_easy_cleanup(easy) }
        var path: UnsafePointer<CChar>?
        guard unsafe ccurl_getinfo_text(easy, CURLINFO_CAINFO, &path) == CURLE_OK, let path = unsafe path,
            let bundle = try? Data(contentsOf: URL(filePath: unsafe String(cString: path)))
        else { return [] }
        return Array(bundle)
    }
}
