import Cryptography
import Vocabulary

/// The tokens of one source, for schemes that sign nothing and send the secret itself.
struct TokenRing: Sendable {
    /// SHA-256 of each, so that tokens of every length take the same time to compare (P13).
    private let digests: [Secret]

    init(_ secrets: [Secret]) throws(VerifierSetupError) {
        for (index, secret) in secrets.enumerated() where secret.isBlank { throw .blankSecret(index: index) }
        digests = secrets.map { secret in Secret(secret.withBytes { Digest.of($0) }) }
    }

    /// The first secret that `token` is.
    func match(_ token: String) -> Int? {
        let sent = Digest.of(Array(token.utf8))
        return KeyRing.match([sent], digests.map { $0.withBytes { $0 } })
    }

    /// True if both are the same, in a time that tells nothing.
    static func isSame(_ left: String, _ right: String) -> Bool {
        isEqualInConstantTime(Digest.of(Array(left.utf8)), Digest.of(Array(right.utf8)))
    }
}
