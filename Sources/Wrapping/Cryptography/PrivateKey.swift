import COpenSSL
package import Vocabulary

/// A private key; what it is never shows in its description.
package final class PrivateKey: Sendable {
    let handle: KeyHandle

    init(_ handle: KeyHandle) {
        self.handle = handle
    }

    /// Reads the first unencrypted private key of a PEM text, which may hold certificates as well.
    package init(pem: Secret) throws(CryptographyError) {
        handle = try pem.withBytes { bytes throws(CryptographyError) in
            let buffer = try MemoryBuffer(bytes)
            guard let key = unsafe copenssl_read_private_key(buffer.pointer) else {
                throw CryptographyError.noPrivateKey(detail: OpenSSLQueue.takeWords())
            }
            return unsafe KeyHandle(owned: key)
        }
    }

    /// Makes a new RSA key of at least 2048 bits, which takes a good part of a second.
    package static func makeRSA(bits: Int = 2048) throws(CryptographyError) -> PrivateKey {
        guard let key = unsafe copenssl_make_rsa(max(bits, 2048)) else { throw .failed("make an RSA key") }
        return unsafe PrivateKey(KeyHandle(owned: key))
    }

    /// True if the key is RSA, the only kind that ``sign(_:_:)`` takes.
    package var isRSA: Bool { handle.isRSA }

    /// The public half.
    package var publicNumbers: RSAPublicNumbers? { RSAPublicNumbers(handle) }

    /// Signs `bytes`, which are hashed first.
    package func sign(_ bytes: [UInt8], _ scheme: SignatureScheme) throws(CryptographyError) -> [UInt8] {
        guard isRSA else { throw .notAnRSAKey }
        return try handle.sign(bytes, scheme)
    }

    /// True if the certificate is about this key.
    package func matches(_ certificate: Certificate) -> Bool {
        defer { ERR_clear_error() }
        return unsafe X509_check_private_key(certificate.handle.pointer, handle.pointer) == 1
    }

    /// The key as PKCS #8 PEM text, unencrypted.
    package func pem() -> Secret {
        guard let buffer = try? MemoryBuffer(),
            unsafe PEM_write_bio_PKCS8PrivateKey(buffer.pointer, handle.pointer, nil, nil, 0, nil, nil) == 1
        else { preconditionFailure("OpenSSL is out of memory") }
        return Secret(buffer.bytes())
    }
}

/// Modulus and exponent of an RSA key, big-endian, as a JSON web key set gives them.
package struct RSAPublicNumbers: Sendable, Hashable {
    package let modulus: [UInt8]
    package let exponent: [UInt8]

    init?(_ handle: KeyHandle) {
        guard let modulus = handle.number("n"), let exponent = handle.number("e") else { return nil }
        self.modulus = modulus
        self.exponent = exponent
    }
}
