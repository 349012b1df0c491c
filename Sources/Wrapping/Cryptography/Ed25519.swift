import COpenSSL
package import Vocabulary

/// The public half of an Ed25519 key pair (RFC 8032), checked by OpenSSL, which is strict about the scalar.
package struct Ed25519PublicKey: Sendable {
    private let handle: KeyHandle

    /// Nil unless there are exactly 32 bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        let key = unsafe bytes.withUnsafeBufferPointer {
            unsafe copenssl_ed25519_public($0.baseAddress, $0.count)
        }
        guard let key = unsafe key else {
            ERR_clear_error()
            return nil
        }
        handle = unsafe KeyHandle(owned: key)
    }

    /// True if `signature` (64 bytes) is this key's over `message`.
    package func verify(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        signature.count == 64 && handle.verify(signature, of: message, nil)
    }
}

/// The private half of an Ed25519 key pair.
package struct Ed25519PrivateKey: Sendable {
    private let handle: KeyHandle

    /// Takes a seed of exactly 32 bytes.
    package init(seed: Secret) throws(CryptographyError) {
        let key = unsafe seed.withBytes { bytes in
            unsafe bytes.withUnsafeBufferPointer {
                unsafe copenssl_ed25519_private($0.baseAddress, $0.count)
            }
        }
        guard let key = unsafe key else { throw .failed("take an Ed25519 key") }
        handle = unsafe KeyHandle(owned: key)
    }

    /// The 32 bytes of the public half.
    package func publicKey() throws(CryptographyError) -> [UInt8] {
        guard let bytes = handle.rawPublicKey else { throw .failed("give the public half of an Ed25519 key") }
        return bytes
    }

    package func sign(_ message: [UInt8]) throws(CryptographyError) -> [UInt8] {
        try handle.sign(message, nil)
    }
}
