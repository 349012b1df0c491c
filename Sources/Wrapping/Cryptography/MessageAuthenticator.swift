import COpenSSL
package import Vocabulary

/// HMAC with one key (RFC 2104).
///
/// The key is prepared once; each code starts from a copy of that state, so that a code costs no look-up and no
/// key schedule.
package struct MessageAuthenticator: Sendable {
    private let keyed: KeyedContext
    private let length: Int

    /// - Throws: ``CryptographyError/emptyKey``: an empty key would let anybody sign.
    package init(_ algorithm: DigestAlgorithm = .sha256, key: Secret) throws(CryptographyError) {
        keyed = try KeyedContext(algorithm, key: key)
        length = algorithm.length
    }

    /// The code of all parts, one after the other, without anything between them.
    package func code(for parts: [[UInt8]]) -> [UInt8] {
        guard let context = unsafe EVP_MAC_CTX_dup(keyed.pointer) else {
            preconditionFailure("OpenSSL is out of memory")
        }
        defer { unsafe EVP_MAC_CTX_free(context) }
        for part in parts {
            let code = unsafe part.withUnsafeBufferPointer {
                unsafe EVP_MAC_update(context, $0.baseAddress, $0.count)
            }
            precondition(code == 1, "OpenSSL cannot go on with a code")
        }
        var result = [UInt8](repeating: 0, count: length)
        var written = 0
        let code = unsafe result.withUnsafeMutableBufferPointer {
            unsafe EVP_MAC_final(context, $0.baseAddress, &written, $0.count)
        }
        precondition(code == 1 && written == length, "OpenSSL cannot end a code")
        return result
    }
}

/// Compares in a time that depends on the lengths only; false for different lengths.
package func isEqualInConstantTime(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    guard !left.isEmpty else { return true }
    let difference = unsafe left.withUnsafeBytes { leftBuffer in
        unsafe right.withUnsafeBytes { rightBuffer in
            unsafe CRYPTO_memcmp(leftBuffer.baseAddress, rightBuffer.baseAddress, leftBuffer.count)
        }
    }
    return difference == 0
}

/// Bytes from OpenSSL's generator, fit for keys.
package func randomBytes(_ count: Int) -> [UInt8] {
    guard count > 0 else { return [] }
    var bytes = [UInt8](repeating: 0, count: count)
    let code = unsafe bytes.withUnsafeMutableBufferPointer {
        unsafe RAND_bytes($0.baseAddress, Int32($0.count))
    }
    precondition(code == 1, "OpenSSL has no randomness")
    return bytes
}

/// The HMAC implementation, fetched once and kept for the life of the process.
///
/// `@unchecked Sendable`: OpenSSL's fetched methods are immutable and counted atomically.
@safe
private final class FetchedMAC: @unchecked Sendable {
    static let hmac = FetchedMAC()

    let pointer: OpaquePointer

    private init() {
        guard let made = unsafe EVP_MAC_fetch(nil, "HMAC", nil) else {
            preconditionFailure("OpenSSL has no HMAC: \(OpenSSLQueue.takeWords())")
        }
        unsafe pointer = made
    }

    deinit {
        unsafe EVP_MAC_free(pointer)
    }
}

/// Owns an `EVP_MAC_CTX` that holds a key and has seen no message.
///
/// `@unchecked Sendable`: after the initialiser it is only copied, which reads it and counts references
/// atomically.
@safe
private final class KeyedContext: @unchecked Sendable {
    let pointer: OpaquePointer

    init(_ algorithm: DigestAlgorithm, key: Secret) throws(CryptographyError) {
        guard let made = unsafe EVP_MAC_CTX_new(FetchedMAC.hmac.pointer) else {
            throw .failed("make a message authentication context")
        }
        unsafe pointer = made
        let isEmpty = key.withBytes(\.isEmpty)
        guard !isEmpty else { throw .emptyKey }
        let code = key.withBytes { bytes in
            unsafe bytes.withUnsafeBufferPointer {
                unsafe copenssl_mac_init(made, algorithm.openSSLName, $0.baseAddress, $0.count)
            }
        }
        guard code == 1 else { throw .failed("take the key of a message authentication code") }
    }

    deinit {
        unsafe EVP_MAC_CTX_free(pointer)
    }
}
