package import Vocabulary

/// How it stands with tokens, for metrics, `doctor` and the warnings before a certificate ends.
package struct TokenReport: Sendable, Equatable {
    /// The end of the certificate in use; nil with a secret, whose end only Entra knows.
    package internal(set) var certificateExpiresAt: Timestamp?
    package internal(set) var lastTokenAt: Timestamp?
    package internal(set) var tokenExpiresAt: Timestamp?
    /// What the last token says of itself; nil where it is opaque.
    package internal(set) var claims: TokenClaims?
    /// Entra's clock minus ours at the last answer.
    package internal(set) var clockAhead: Duration?
    /// The last attempt's failure; nil after a success.
    package internal(set) var lastError: TokenError?

    init() {}

    mutating func succeeded(_ token: AccessToken, at now: Timestamp) {
        lastTokenAt = now
        tokenExpiresAt = token.expiresAt
        claims = token.claims
        lastError = nil
    }
}
