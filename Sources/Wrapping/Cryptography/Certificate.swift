import COpenSSL
package import Vocabulary

/// Owns one `X509`.
///
/// `@unchecked Sendable`: changed only before anybody else sees it; reading is locked inside OpenSSL where it
/// fills its caches.
@safe
final class CertificateHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    /// Takes ownership: the certificate is freed with this object.
    @unsafe
    init(owned pointer: OpaquePointer) {
        unsafe self.pointer = pointer
    }

    deinit {
        unsafe X509_free(pointer)
    }
}

/// An X.509 certificate.
package final class Certificate: Sendable {
    let handle: CertificateHandle
    /// The certificate as it is hashed for a thumbprint.
    package let der: [UInt8]
    package let notBefore: Timestamp
    package let notAfter: Timestamp

    init(_ handle: CertificateHandle) throws(CryptographyError) {
        self.handle = handle
        der = try Certificate.encode(handle)
        notBefore = try unsafe Certificate.moment(X509_get0_notBefore(handle.pointer))
        notAfter = try unsafe Certificate.moment(X509_get0_notAfter(handle.pointer))
    }

    /// Reads the first certificate of a PEM text, which may hold a key and further certificates.
    package convenience init(pem: [UInt8]) throws(CryptographyError) {
        let buffer = try MemoryBuffer(pem)
        guard let made = unsafe copenssl_read_certificate(buffer.pointer) else {
            throw .noCertificate(detail: OpenSSLQueue.takeWords())
        }
        try self.init(unsafe CertificateHandle(owned: made))
    }

    /// The subject, such as `CN=bascule`.
    package var subject: String {
        guard let buffer = try? MemoryBuffer() else { return "" }
        let name = unsafe X509_get_subject_name(handle.pointer)
        _ = unsafe X509_NAME_print_ex(buffer.pointer, name, 0, copenssl_name_form())
        return String(decoding: buffer.bytes(), as: UTF8.self)
    }

    /// The SHA-256 thumbprint.
    package var thumbprint: [UInt8] { Digest.of(der) }

    /// Modulus and exponent, if the key is RSA.
    package var publicNumbers: RSAPublicNumbers? {
        publicKey.flatMap { RSAPublicNumbers($0) }
    }

    /// True if `signature` was made over `bytes` with the certificate's key.
    package func verify(_ signature: [UInt8], of bytes: [UInt8], _ scheme: SignatureScheme) -> Bool {
        guard let publicKey, publicKey.isRSA else { return false }
        return publicKey.verify(signature, of: bytes, scheme)
    }

    /// The certificate as PEM text.
    package func pem() -> [UInt8] {
        var lines = ["-----BEGIN CERTIFICATE-----"]
        var rest = Substring(Base64.encode(der))
        while !rest.isEmpty {
            lines.append(String(rest.prefix(64)))
            rest = rest.dropFirst(64)
        }
        lines.append("-----END CERTIFICATE-----\n")
        return Array(lines.joined(separator: "\n").utf8)
    }

    private var publicKey: KeyHandle? {
        guard let key = unsafe X509_get_pubkey(handle.pointer) else {
            ERR_clear_error()
            return nil
        }
        return unsafe KeyHandle(owned: key)
    }

    private static func encode(_ handle: CertificateHandle) throws(CryptographyError) -> [UInt8] {
        let count = unsafe i2d_X509(handle.pointer, nil)
        guard count > 0 else { throw .failed("encode a certificate") }
        var bytes = [UInt8](repeating: 0, count: Int(count))
        let written = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            // The function moves the pointer it is given to the end of what it wrote.
            var cursor = buffer.baseAddress
            return unsafe i2d_X509(handle.pointer, &cursor)
        }
        guard written == count else { throw .failed("encode a certificate") }
        return bytes
    }

    @unsafe
    private static func moment(_ time: UnsafePointer<ASN1_TIME>?) throws(CryptographyError) -> Timestamp {
        var seconds: Int64 = 0
        guard unsafe copenssl_seconds(time, &seconds) == 1 else {
            throw .failed("read a certificate's time")
        }
        return Timestamp(seconds: seconds)
    }
}
