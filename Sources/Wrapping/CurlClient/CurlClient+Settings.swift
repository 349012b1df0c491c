package import Vocabulary

extension CurlClient {
    /// What holds for every call of one client.
    package struct Settings: Sendable {
        /// A PEM file of CA certificates that are trusted beside the system's.
        ///
        /// Default none.
        package var trustFile: String?
        /// Default none: environment variables such as `https_proxy` are ignored.
        package var proxy: Proxy?
        /// Name look-up, connection and TLS handshake together.
        ///
        /// Default 10 s.
        package var connectTimeout: Duration
        /// Connections open at a time, idle ones included; further calls wait for one.
        ///
        /// Default 128.
        package var connectionsMax: Int
        /// Connections kept open for the next call; each holds the trusted certificates, a megabyte and more.
        ///
        /// Default 16.
        package var idleConnectionsMax: Int
        /// Calls under way and waiting at a time; further calls fail at once.
        ///
        /// Default 1,024.
        package var transfersMax: Int
        /// All header lines of one answer together.
        ///
        /// Default 64 KiB.
        package var headerBytesMax: Int
        /// True permits http to 127.0.0.0/8, ::1 and localhost.
        ///
        /// Default true.
        package var permitsPlainLoopback: Bool

        package init(
            trustFile: String? = nil,
            proxy: Proxy? = nil,
            connectTimeout: Duration = .seconds(10),
            connectionsMax: Int = 128,
            idleConnectionsMax: Int = 16,
            transfersMax: Int = 1_024,
            headerBytesMax: Int = 64 << 10,
            permitsPlainLoopback: Bool = true
        ) {
            self.trustFile = trustFile
            self.proxy = proxy
            self.connectTimeout = connectTimeout
            self.connectionsMax = connectionsMax
            self.idleConnectionsMax = idleConnectionsMax
            self.transfersMax = transfersMax
            self.headerBytesMax = headerBytesMax
            self.permitsPlainLoopback = permitsPlainLoopback
        }
    }

    /// A proxy for https calls; calls to loopback addresses never use it.
    package struct Proxy: Sendable {
        /// `http://`, `https://` or `socks5h://`, with a user name and password if it wants them.
        package var url: Secret
        /// Hosts that are called directly; a domain stands for all hosts in it, with or without a leading dot.
        package var exceptions: [String]

        package init(url: Secret, exceptions: [String] = []) {
            self.url = url
            self.exceptions = exceptions
        }

        /// Whether calls to a host go through it.
        ///
        /// Decided here and not by libcurl's `no_proxy`, because the rule for connected addresses must know.
        func isFor(host: String) -> Bool {
            !exceptions.contains { exception in
                let name = exception.lowercased().drop { $0 == "." }
                return !name.isEmpty && (host == name || host.hasSuffix("." + name))
            }
        }

        /// Refuses an address that libcurl cannot use as a proxy.
        func check() throws(CurlSetupError) {
            let scheme = url.withText { text in
                (try? Address(text))?.scheme
            }
            guard let scheme, ["http", "https", "socks5h"].contains(scheme) else {
                throw .proxyNotUsable
            }
        }
    }
}

/// Why a client could not be made.
package enum CurlSetupError: Explained, Equatable {
    case trustUnreadable(path: String, reason: String)
    case trustWithoutCertificate(path: String)
    case proxyNotUsable
    case library(String)

    package var code: String {
        switch self {
        case .trustUnreadable: "transfer.trust-unreadable"
        case .trustWithoutCertificate: "transfer.trust-empty"
        case .proxyNotUsable: "transfer.proxy-not-usable"
        case .library: "transfer.library"
        }
    }

    package var message: String {
        switch self {
        case .trustUnreadable(let path, let reason): "The trust file \(path) was not read: \(reason)."
        case .trustWithoutCertificate(let path): "The trust file \(path) holds no PEM certificate."
        case .proxyNotUsable: "The proxy's address cannot be used."
        case .library(let reason): "libcurl could not be started: \(reason)."
        }
    }

    package var fix: String {
        switch self {
        case .trustUnreadable: "Correct the path under `trust` or make the file readable for the bridge."
        case .trustWithoutCertificate: "Put CA certificates into it, each between BEGIN and END CERTIFICATE."
        case .proxyNotUsable: "Write it as http://HOST:PORT, https://HOST:PORT or socks5h://HOST:PORT."
        case .library: "Check the installed libcurl and the machine's memory and open files."
        }
    }
}
