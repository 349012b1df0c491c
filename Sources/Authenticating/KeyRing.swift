import Cryptography
import Vocabulary

/// The secrets of one source, ready for use.
struct KeyRing: Sendable {
    private let authenticators: [MessageAuthenticator]
    private let scheme: String

    /// `scheme` goes into the delivery's key, so that equal bytes under two schemes are two deliveries.
    init(_ secrets: [Secret], _ algorithm: DigestAlgorithm, scheme: String) throws(VerifierSetupError) {
        var authenticators: [MessageAuthenticator] = []
        for (index, secret) in secrets.enumerated() {
            guard !secret.isBlank, let authenticator = try? MessageAuthenticator(algorithm, key: secret)
            else {
                throw .blankSecret(index: index)
            }
            authenticators.append(authenticator)
        }
        self.authenticators = authenticators
        self.scheme = scheme
    }

    /// The codes of the signed input under each secret.
    func codes(for parts: [[UInt8]]) -> [[UInt8]] {
        authenticators.map { $0.code(for: parts) }
    }

    /// The first secret under which any of `signatures` is right.
    ///
    /// Every pair is compared, so that the time does not tell which one matched (P13).
    static func match(_ signatures: [[UInt8]], _ codes: [[UInt8]]) -> Int? {
        var found: Int?
        for (index, code) in codes.enumerated() {
            for signature in signatures {
                let isEqual = isEqualInConstantTime(signature, code)
                found = found ?? (isEqual ? index : nil)
            }
        }
        return found
    }

    func signedKey(_ parts: [[UInt8]]) -> String {
        SignedKey.of(parts, scheme: scheme)
    }
}

/// The key of a delivery that a replay cannot change.
enum SignedKey {
    /// Lower-case hex SHA-256 of the scheme's name, a NUL and the signed input.
    ///
    /// A scheme that signs nothing of the delivery takes the body: sent again, it is the same one.
    static func of(_ parts: [[UInt8]], scheme: String) -> String {
        let digest = RunningDigest()
        digest.update(Array(scheme.utf8) + [0])
        for part in parts { digest.update(part) }
        return Hex.encode(digest.finish())
    }
}
