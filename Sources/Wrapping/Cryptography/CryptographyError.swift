import Vocabulary

/// What OpenSSL could not do, with the library's own words; never with a key.
package enum CryptographyError: Explained, Equatable {
    case emptyKey
    /// No unencrypted private key in the PEM text.
    case noPrivateKey(detail: String)
    /// The key is of another kind than the operation takes.
    case notAnRSAKey
    /// No readable certificate in the PEM text.
    case noCertificate(detail: String)
    /// A name that cannot stand in a certificate.
    case unusableHost(String)
    case failed(operation: String, detail: String)

    package var code: String {
        switch self {
        case .emptyKey: "cryptography.empty-key"
        case .noPrivateKey: "cryptography.no-private-key"
        case .notAnRSAKey: "cryptography.not-an-rsa-key"
        case .noCertificate: "cryptography.no-certificate"
        case .unusableHost: "cryptography.unusable-host"
        case .failed: "cryptography.failed"
        }
    }

    package var message: String {
        switch self {
        case .emptyKey: "The key is empty."
        case .noPrivateKey(let detail): "No private key could be read from the PEM text (\(detail))."
        case .notAnRSAKey: "The private key is not an RSA key."
        case .noCertificate(let detail): "No certificate could be read from the PEM text (\(detail))."
        case .unusableHost(let name): "\"\(name)\" is no host name or address that a certificate can carry."
        case .failed(let operation, let detail): "OpenSSL could not \(operation) (\(detail))."
        }
    }

    package var fix: String {
        switch self {
        case .emptyKey: "Set the secret to the value that the sender uses."
        case .noPrivateKey:
            "Give a PEM file that holds \"BEGIN PRIVATE KEY\" or \"BEGIN RSA PRIVATE KEY\", without a passphrase."
        case .notAnRSAKey: "Use an RSA key of 2048 bits or more; Entra ID takes no other."
        case .noCertificate: "Give a PEM file that holds \"BEGIN CERTIFICATE\"."
        case .unusableHost: "Use a DNS name or an IP address."
        case .failed: "Check that the system's OpenSSL 3 is whole and offers its default provider."
        }
    }

    /// Takes the library's words from its queue and leaves the queue empty.
    static func failed(_ operation: String) -> CryptographyError {
        .failed(operation: operation, detail: OpenSSLQueue.takeWords())
    }
}
