import Vocabulary

/// What keeps the hook listener from starting, or a new certificate from being used.
package enum AcceptingError: Explained, Equatable {
    /// A certificate or key file that cannot be read; the reason is the system's.
    case unreadableFile(path: String, reason: String)
    /// A file that holds no PEM certificate.
    case badCertificate(path: String)
    /// A file that holds no PEM private key without a passphrase.
    case badKey(path: String)
    /// Certificate and key do not belong together, or TLS refuses them.
    case unusablePair(certificate: String, key: String)
    /// Neither an address nor an address with a prefix length.
    case badAddressRange(text: String)

    package var code: String {
        switch self {
        case .unreadableFile: "accepting.unreadable-file"
        case .badCertificate: "accepting.bad-certificate"
        case .badKey: "accepting.bad-key"
        case .unusablePair: "accepting.unusable-pair"
        case .badAddressRange: "accepting.bad-address-range"
        }
    }

    package var message: String {
        switch self {
        case .unreadableFile(let path, let reason): "The file \(path) cannot be read: \(reason)."
        case .badCertificate(let path): "The file \(path) holds no certificate in PEM form."
        case .badKey(let path): "The file \(path) holds no private key in PEM form without a passphrase."
        case .unusablePair(let certificate, let key):
            "The certificate in \(certificate) and the key in \(key) cannot be used together."
        case .badAddressRange(let text):
            "\"\(text)\" is neither an IP address nor a range such as 10.0.0.0/8."
        }
    }

    package var fix: String {
        switch self {
        case .unreadableFile: "Check the path and that the bridge's user may read it."
        case .badCertificate: "Name the PEM file with the server's certificate first and its chain after it."
        case .badKey: "Name the PEM file of the certificate's private key, without a passphrase."
        case .unusablePair: "Name the key that the certificate was issued for."
        case .badAddressRange: "Write an address, or an address, a slash and a prefix length."
        }
    }
}
