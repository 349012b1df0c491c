package import Vocabulary

/// How it stands with tokens, for metrics, `doctor` and the warnings before a certificate ends.
package struct TokenReport: Sendable, Equatable {
    /// One certificate of the application, as the portal names it.
    package struct HeldCertificate: Sendable, Equatable {
        /// SHA-1 in upper-case hex.
        package let thumbprint: String
        package let expiresAt: Timestamp

        package init(thumbprint: String, expiresAt: Timestamp) {
            self.thumbprint = thumbprint
            self.expiresAt = expiresAt
        }
    }

    /// How the application proves itself, such as `certificate`; nil before the credential was read.
    package internal(set) var credential: String?
    /// What was used last, in words: `secret 1 of 2`, thumbprints, an identity; never a value.
    package internal(set) var credentialInUse: String?
    /// The certificates at hand, in the order in which they are tried.
    package internal(set) var certificates: [HeldCertificate] = []
    /// SHA-1 thumbprint of the certificate that Entra took last; before that, of the one that is tried first.
    package internal(set) var thumbprint: String?
    /// Where the federated token lies; nil for other credentials.
    package internal(set) var federatedFile: String?
    /// `exp` of the federated token when it was read last.
    package internal(set) var federatedExpiresAt: Timestamp?
    /// The certificate that ends first; nil with a secret, whose end only Entra knows.
    package var soonestCertificate: HeldCertificate? { certificates.min { $0.expiresAt < $1.expiresAt } }
    /// The end of ``soonestCertificate``.
    package var certificateExpiresAt: Timestamp? { soonestCertificate?.expiresAt }
    package internal(set) var lastTokenAt: Timestamp?
    package internal(set) var tokenExpiresAt: Timestamp?
    /// What the last token says of itself; nil where it is opaque.
    package internal(set) var claims: TokenClaims?
    /// Entra's clock minus ours at the last answer.
    package internal(set) var clockAhead: Duration?
    /// The last attempt's failure; nil after a success.
    package internal(set) var lastError: TokenError?

    init() {}

    /// Forgets what belonged to another kind of credential.
    mutating func began(_ credential: EntraCredential) {
        guard self.credential != credential.kind else { return }
        self.credential = credential.kind
        credentialInUse = nil
        certificates = []
        thumbprint = nil
        federatedFile = nil
        federatedExpiresAt = nil
    }

    mutating func succeeded(_ token: AccessToken, at now: Timestamp) {
        lastTokenAt = now
        tokenExpiresAt = token.expiresAt
        claims = token.claims
        lastError = nil
    }
}
