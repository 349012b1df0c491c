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
    /// Bytes that are no PKCS #12 file, or a damaged one.
    case noPKCS12(detail: String)
    case largePKCS12(bytesMax: Int)
    /// The password does not open it; nil was tried as no password and as an empty one.
    case lockedPKCS12(hasPassword: Bool)
    /// Encrypted with RC2 or another algorithm that only OpenSSL's legacy provider has.
    case legacyPKCS12
    /// A PKCS #12 file without a private key.
    case keylessPKCS12
    /// A PKCS #12 file without the certificate of its key.
    case bareKeyPKCS12
    case failed(operation: String, detail: String)

    package var code: String {
        switch self {
        case .emptyKey: "cryptography.empty-key"
        case .noPrivateKey: "cryptography.no-private-key"
        case .notAnRSAKey: "cryptography.not-an-rsa-key"
        case .noCertificate: "cryptography.no-certificate"
        case .unusableHost: "cryptography.unusable-host"
        case .noPKCS12: "cryptography.no-pkcs12"
        case .largePKCS12: "cryptography.large-pkcs12"
        case .lockedPKCS12: "cryptography.locked-pkcs12"
        case .legacyPKCS12: "cryptography.legacy-pkcs12"
        case .keylessPKCS12: "cryptography.keyless-pkcs12"
        case .bareKeyPKCS12: "cryptography.bare-key-pkcs12"
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
        case .noPKCS12(let detail): "The bytes are no whole PKCS #12 file (\(detail))."
        case .largePKCS12(let bytesMax): "The PKCS #12 file is larger than \(bytesMax >> 10) KiB."
        case .lockedPKCS12(hasPassword: true): "The password does not open the PKCS #12 file."
        case .lockedPKCS12(hasPassword: false): "The PKCS #12 file has a password, and none is given."
        case .legacyPKCS12:
            "The PKCS #12 file is encrypted with RC2 or another algorithm that OpenSSL 3 gave up."
        case .keylessPKCS12: "The PKCS #12 file holds no private key."
        case .bareKeyPKCS12: "The PKCS #12 file holds no certificate for its key."
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
        case .noPKCS12: "Export the certificate again, as .pfx with its private key."
        case .largePKCS12: "Export the certificate alone, with its key and the authorities above it."
        case .lockedPKCS12(hasPassword: true): "Give the password that the file was exported with."
        case .lockedPKCS12(hasPassword: false):
            "Give it as `password: { file: PATH }` beside the certificate's file."
        case .legacyPKCS12:
            """
            Convert it: `openssl pkcs12 -legacy -in old.pfx -nodes -out app.pem`, then use app.pem or \
            `openssl pkcs12 -export -in app.pem -out new.pfx`.
            """
        case .keylessPKCS12: "Export it with the private key."
        case .bareKeyPKCS12: "Export the private key together with its certificate."
        case .failed: "Check that the system's OpenSSL 3 is whole and offers its default provider."
        }
    }

    /// Takes the library's words from its queue and leaves the queue empty.
    static func failed(_ operation: String) -> CryptographyError {
        .failed(operation: operation, detail: OpenSSLQueue.takeWords())
    }
}
