import COpenSSL

/// The public half of an RSA key, made of the two numbers that a JSON web key gives.
package struct RSAPublicKey: Sendable {
    private static let bitsMin = 2048
    /// A larger key costs a machine more than it proves.
    private static let bitsMax = 8192

    private let handle: KeyHandle

    /// Takes both numbers big-endian.
    ///
    /// Nil for less than 2048 or more than 8192 bits, an even number, an exponent below 3 or of more than
    /// eight bytes.
    package init?(modulus: [UInt8], exponent: [UInt8]) {
        let digits = Array(exponent.drop { $0 == 0 })
        guard modulus.count <= Self.bitsMax / 8, !modulus.last.isEven, !digits.last.isEven, digits.count <= 8,
            digits != [1]
        else { return nil }
        let key = unsafe modulus.withUnsafeBufferPointer { modulusBuffer in
            unsafe digits.withUnsafeBufferPointer { exponentBuffer in
                unsafe copenssl_rsa_public(
                    modulusBuffer.baseAddress,
                    modulusBuffer.count,
                    exponentBuffer.baseAddress,
                    exponentBuffer.count
                )
            }
        }
        guard let key = unsafe key else {
            ERR_clear_error()
            return nil
        }
        handle = unsafe KeyHandle(owned: key)
        guard handle.bits >= Self.bitsMin else { return nil }
    }

    /// True if `signature` is this key's over `message`.
    package func verify(
        _ signature: [UInt8],
        of message: [UInt8],
        _ scheme: SignatureScheme = .rs256
    ) -> Bool {
        handle.verify(signature, of: message, scheme)
    }
}

extension UInt8? {
    /// True for no byte as well.
    fileprivate var isEven: Bool { self.map { $0.isMultiple(of: 2) } ?? true }
}
