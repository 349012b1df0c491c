import Vocabulary

/// Why a source cannot be verified at all, whatever it sends.
package enum VerifierSetupError: Explained, Hashable {
    case noSecret
    case noPublicKey
    /// `index` counts the configured secrets from 0.
    case blankSecret(index: Int)
    case undecodableSecret(index: Int, expected: String)
    case unusablePublicKey(index: Int, expected: String = "\"whpk_\" followed by the base64 of 32 bytes")
    case publicKeysNotUsed
    case secretsNotUsed
    /// The kind has no secret to sign with: its sender holds a private key.
    case cannotSign
    /// A setting of a described scheme that cannot be.
    case unusableSetting(name: String, expected: String)

    package var code: String {
        switch self {
        case .noSecret: "verification.no-secret"
        case .noPublicKey: "verification.no-public-key"
        case .blankSecret, .undecodableSecret, .unusablePublicKey: "verification.key"
        case .publicKeysNotUsed: "verification.public-keys-not-used"
        case .secretsNotUsed: "verification.secrets-not-used"
        case .cannotSign: "verification.cannot-sign"
        case .unusableSetting: "verification.setting"
        }
    }

    package var message: String {
        switch self {
        case .noSecret: "The source has no secret."
        case .noPublicKey: "The source has no public key."
        case .blankSecret(let index): "Secret \(index + 1) is empty or blank."
        case .undecodableSecret(let index, let expected): "Secret \(index + 1) is not \(expected)."
        case .unusablePublicKey(let index, let expected): "Public key \(index + 1) is not \(expected)."
        case .publicKeysNotUsed: "This kind of source has no use for public keys."
        case .secretsNotUsed: "This kind of source has no use for secrets."
        case .cannotSign: "Deliveries of this kind are signed with a private key that only the sender has."
        case .unusableSetting(let name, let expected): "The setting \(name) is not \(expected)."
        }
    }

    package var fix: String {
        switch self {
        case .noSecret, .blankSecret:
            "Set the secret that the sender signs with; without one nothing is accepted."
        case .noPublicKey: "Set the public key that the sender shows; without one nothing is accepted."
        case .undecodableSecret: "Copy the secret as the sender shows it, the whole of it and nothing more."
        case .unusablePublicKey: "Copy the public key as the sender shows it; never a private key."
        case .publicKeysNotUsed: "Remove the public keys."
        case .secretsNotUsed: "Remove the secrets."
        case .cannotSign: "Let the sender make a delivery, and check it with `verify --request`."
        case .unusableSetting: "Compare the setting with what the sender documents."
        }
    }
}
