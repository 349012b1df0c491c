import COpenSSL

/// How an RSA signature is made; both hash with SHA-256.
package enum SignatureScheme: Sendable, Hashable {
    /// PKCS #1 v1.5, as JSON web tokens call it.
    case rs256
    /// PSS with MGF1-SHA256 and 32 bytes of salt.
    case ps256
}

/// Owns one `EVP_PKEY`.
///
/// `@unchecked Sendable`: the key is never changed after it was made, and OpenSSL allows its use by several
/// threads then.
@safe
final class KeyHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    /// Takes ownership: the key is freed with this object.
    @unsafe
    init(owned pointer: OpaquePointer) {
        unsafe self.pointer = pointer
    }

    deinit {
        unsafe EVP_PKEY_free(pointer)
    }

    var isRSA: Bool { unsafe EVP_PKEY_is_a(pointer, "RSA") == 1 }

    /// The length of the key.
    var bits: Int { Int(unsafe EVP_PKEY_get_bits(pointer)) }

    /// A number of the key, big-endian without leading zeros; nil if the key has none of that name.
    func number(_ name: String) -> [UInt8]? {
        var number: OpaquePointer?
        guard unsafe EVP_PKEY_get_bn_param(pointer, name, &number) == 1 else {
            ERR_clear_error()
            return nil
        }
        defer { unsafe BN_free(number) }
        var bytes = [UInt8](repeating: 0, count: Int((unsafe BN_num_bits(number) + 7) / 8))
        _ = unsafe bytes.withUnsafeMutableBufferPointer { unsafe BN_bn2bin(number, $0.baseAddress) }
        return bytes
    }

    /// The raw public half of an Ed25519 key; nil for other keys.
    var rawPublicKey: [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 32)
        var count = bytes.count
        let code = unsafe bytes.withUnsafeMutableBufferPointer {
            unsafe EVP_PKEY_get_raw_public_key(pointer, $0.baseAddress, &count)
        }
        guard code == 1, count == 32 else {
            ERR_clear_error()
            return nil
        }
        return bytes
    }

    func verify(_ signature: [UInt8], of message: [UInt8], _ scheme: SignatureScheme?) -> Bool {
        defer { ERR_clear_error() }
        guard let context = unsafe EVP_MD_CTX_new() else { return false }
        defer { unsafe EVP_MD_CTX_free(context) }
        var keyContext: OpaquePointer?
        let hash = unsafe scheme == nil ? nil : FetchedDigest.sha256.pointer
        guard unsafe EVP_DigestVerifyInit(context, &keyContext, hash, nil, pointer) == 1 else { return false }
        if scheme == .ps256, unsafe copenssl_use_pss(keyContext) != 1 { return false }
        let code = unsafe signature.withUnsafeBufferPointer { signatureBuffer in
            unsafe message.withUnsafeBufferPointer { messageBuffer in
                unsafe EVP_DigestVerify(
                    context,
                    signatureBuffer.baseAddress,
                    signatureBuffer.count,
                    messageBuffer.baseAddress,
                    messageBuffer.count
                )
            }
        }
        return code == 1
    }

    /// Signs; no scheme means Ed25519, which takes no hash.
    func sign(_ message: [UInt8], _ scheme: SignatureScheme?) throws(CryptographyError) -> [UInt8] {
        guard let context = unsafe EVP_MD_CTX_new() else { throw .failed("make a signing context") }
        defer { unsafe EVP_MD_CTX_free(context) }
        var keyContext: OpaquePointer?
        let hash = unsafe scheme == nil ? nil : FetchedDigest.sha256.pointer
        guard unsafe EVP_DigestSignInit(context, &keyContext, hash, nil, pointer) == 1 else {
            throw .failed("begin a signature")
        }
        if scheme == .ps256, unsafe copenssl_use_pss(keyContext) != 1 { throw .failed("use PSS") }
        var signature = [UInt8](repeating: 0, count: max(Int(unsafe EVP_PKEY_get_size(pointer)), 64))
        var count = signature.count
        let code = unsafe signature.withUnsafeMutableBufferPointer { signatureBuffer in
            unsafe message.withUnsafeBufferPointer { messageBuffer in
                unsafe EVP_DigestSign(
                    context,
                    signatureBuffer.baseAddress,
                    &count,
                    messageBuffer.baseAddress,
                    messageBuffer.count
                )
            }
        }
        guard code == 1 else { throw .failed("sign") }
        return Array(signature.prefix(count))
    }
}
