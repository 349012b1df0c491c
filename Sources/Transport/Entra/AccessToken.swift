import Cryptography
import JSONReader
package import Vocabulary

/// A token for Defender, and what can be said of it.
package struct AccessToken: Sendable, Equatable {
    /// Goes behind `Authorization: Bearer`.
    package let bearer: Secret
    /// From here on it is not served any more.
    package let expiresAt: Timestamp
    /// What its own text says; nil where the token is opaque.
    package let claims: TokenClaims?

    package init(bearer: Secret, expiresAt: Timestamp, claims: TokenClaims?) {
        self.bearer = bearer
        self.expiresAt = expiresAt
        self.claims = claims
    }

    /// The permissions it carries, or nil where it cannot be read: then Defender's own 403 decides.
    package var permissions: Set<String>? { claims?.permissions }
}

/// What a token that happens to be a JWT says of itself.
///
/// A help for people, never a proof: nothing is verified, the token is Defender's to judge
/// (`reference/entra-auth.md` §2.3).
package struct TokenClaims: Sendable, Hashable {
    /// `roles` in application context, `scp` in a user's; empty if the token has neither.
    package let permissions: Set<String>
    package let audience: String?
    /// `appid` or `azp`.
    package let client: String?
    package let tenant: String?
    /// True if the token speaks for a user.
    package let isDelegated: Bool

    package init(
        permissions: Set<String>,
        audience: String?,
        client: String?,
        tenant: String?,
        isDelegated: Bool
    ) {
        self.permissions = permissions
        self.audience = audience
        self.client = client
        self.tenant = tenant
        self.isDelegated = isDelegated
    }

    /// Nil unless `bearer` is a JWT whose second part is a JSON object.
    package init?(bearer: Secret) {
        guard let claims = Self.payload(of: bearer) else { return nil }
        let scopes = claims["scp"]?.string
        let roles = claims["roles"]?.array?.compactMap(\.string) ?? []
        isDelegated = scopes != nil
        permissions = Set(scopes.map { $0.split(separator: " ").map(String.init) } ?? roles)
        audience = claims["aud"]?.string
        client = claims["appid"]?.string ?? claims["azp"]?.string
        tenant = claims["tid"]?.string
    }

    /// The second part of a JWT, not verified.
    static func payload(of token: Secret) -> JSONValue? {
        let parts = token.withText {
            $0.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        }
        guard parts.count == 3, let payload = Base64.decodeURL(parts[1].replacing("=", with: ""))
        else { return nil }
        return try? JSONReader.read(payload, root: .object)
    }
}
