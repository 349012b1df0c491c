import COpenSSL
package import Vocabulary

/// What a PKCS #12 file (`.pfx`, `.p12`) holds: a private key, its certificate and further ones.
package struct PKCS12: Sendable {
    package let key: PrivateKey
    package let certificate: Certificate
    /// What else the file holds, in no promised order.
    package let others: [Certificate]

    /// Larger files are refused.
    package static let bytesMax = 256 << 10
    /// More certificates besides the first are refused.
    package static let othersMax = 16
    /// More rounds of the integrity check are refused: they cost time and prove nothing.
    package static let roundsMax: Int64 = 5_000_000

    /// True if `bytes` begin as DER does and no text can: a PEM file is a text.
    package static func looksLike(_ bytes: [UInt8]) -> Bool {
        // A second byte of 0x80 to 0x84 is the form of a length; in UTF-8 it cannot follow 0x30.
        bytes.count > 2 && bytes[0] == 0x30 && (0x80...0x84).contains(bytes[1])
    }

    /// Reads a whole file.
    ///
    /// - Parameters:
    ///   - file: Its bytes, at most ``bytesMax``.
    ///   - password: As UTF-8 text; nil for a file without one.
    /// - Throws: ``CryptographyError``: the file is none, is damaged, the password is wrong, the key or the
    ///   certificate is missing, or it is encrypted in a way that OpenSSL 3 gave up.
    package init(_ file: Secret, password: Secret?) throws(CryptographyError) {
        let parsed = try file.withBytes { bytes throws(CryptographyError) in
            guard bytes.count <= Self.bytesMax else { throw .largePKCS12(bytesMax: Self.bytesMax) }
            return try Self.parse(bytes, password: password)
        }
        guard let key = parsed.key else { throw .keylessPKCS12 }
        guard let certificate = parsed.certificate else { throw .bareKeyPKCS12 }
        self.key = key
        self.certificate = certificate
        others = parsed.others
    }

    private typealias Parts = (key: PrivateKey?, certificate: Certificate?, others: [Certificate])

    private static func parse(_ bytes: [UInt8], password: Secret?) throws(CryptographyError) -> Parts {
        let buffer = try MemoryBuffer(bytes)
        guard let file = unsafe d2i_PKCS12_bio(buffer.pointer, nil) else {
            throw .noPKCS12(detail: OpenSSLQueue.takeWords())
        }
        defer { unsafe PKCS12_free(file) }
        var rounds: Int64 = 0
        // OpenSSL 3.0 opens none without it, later ones do: here it is the same with all.
        guard unsafe copenssl_pkcs12_mac_rounds(file, &rounds) == 1 else {
            throw .noPKCS12(detail: "it carries no check of its integrity")
        }
        guard rounds <= roundsMax else { throw .noPKCS12(detail: "its check takes \(rounds) rounds") }
        var key: OpaquePointer?
        var certificate: OpaquePointer?
        var others: OpaquePointer?
        let code = unsafe withPassword(password) { text in
            unsafe PKCS12_parse(file, text, &key, &certificate, &others)
        }
        defer { unsafe copenssl_certificates_free(others) }
        // The first two are ours from here on, the stack is taken apart below.
        let keyHandle = unsafe key.map { unsafe KeyHandle(owned: $0) }
        let certificateHandle = unsafe certificate.map { unsafe CertificateHandle(owned: $0) }
        guard code == 1 else { throw failure(hasPassword: password != nil) }
        ERR_clear_error()
        guard unsafe copenssl_certificates_count(others) <= othersMax else {
            throw .noPKCS12(detail: "it holds more than \(othersMax) further certificates")
        }
        var further: [Certificate] = []
        while let next = unsafe copenssl_certificates_pop(others) {
            further.append(try Certificate(unsafe CertificateHandle(owned: next)))
        }
        return (
            keyHandle.map { PrivateKey($0) },
            try certificateHandle.map { handle throws(CryptographyError) in try Certificate(handle) },
            further
        )
    }

    /// Lends the password as C text; without one OpenSSL tries none and then the empty one.
    private static func withPassword(
        _ password: Secret?,
        _ use: (UnsafePointer<CChar>?) -> Int32
    ) -> Int32 {
        guard let password else { return use(nil) }
        return password.withBytes { bytes in
            var text = bytes.map { CChar(bitPattern: $0) } + [0]
            defer {
                unsafe text.withUnsafeMutableBytes { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
            }
            return unsafe text.withUnsafeBufferPointer { unsafe use($0.baseAddress) }
        }
    }

    /// Reads the whole queue: what decides may lie below the last error.
    private static func failure(hasPassword: Bool) -> CryptographyError {
        var isLegacy = false
        var isWrongPassword = false
        let last = ERR_peek_last_error()
        while true {
            let error = ERR_get_error()
            guard error != 0 else { break }
            if copenssl_is_unsupported(error) == 1 { isLegacy = true }
            if copenssl_is_wrong_password(error) == 1 { isWrongPassword = true }
        }
        if isLegacy { return .legacyPKCS12 }
        if isWrongPassword { return .lockedPKCS12(hasPassword: hasPassword) }
        return .noPKCS12(detail: OpenSSLQueue.words(of: last))
    }
}

extension PKCS12 {
    /// Writes a file, AES-256 and SHA-256; for trying things out.
    ///
    /// - Parameters:
    ///   - key: What the certificate is about.
    ///   - certificate: The application's.
    ///   - others: The authorities above it.
    ///   - password: At least one byte.
    /// - Returns: The file's bytes.
    /// - Throws: ``CryptographyError`` with the library's words.
    package static func make(
        key: PrivateKey,
        certificate: Certificate,
        others: [Certificate] = [],
        password: Secret
    ) throws(CryptographyError) -> Secret {
        let stack = unsafe copenssl_certificates()
        defer { unsafe copenssl_certificates_free(stack) }
        for other in others {
            guard unsafe copenssl_certificates_push(stack, other.handle.pointer) == 1 else {
                throw .failed("collect certificates")
            }
        }
        var made: OpaquePointer?
        _ = unsafe withPassword(password) { text in
            unsafe made = PKCS12_create(
                text,
                nil,
                key.handle.pointer,
                certificate.handle.pointer,
                stack,
                0,
                0,
                0,
                0,
                0
            )
            return 0
        }
        guard let file = unsafe made else { throw .failed("make a PKCS #12 file") }
        defer { unsafe PKCS12_free(file) }
        let buffer = try MemoryBuffer()
        guard unsafe i2d_PKCS12_bio(buffer.pointer, file) == 1 else { throw .failed("write a PKCS #12 file") }
        return Secret(buffer.bytes())
    }
}
