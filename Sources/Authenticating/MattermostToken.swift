import Vocabulary

/// Mattermost's token: in the body always, and in `Authorization` as well when it is a slash command.
///
/// Where both are there, both must be the same secret (P15). Nothing covers the rest of the body.
struct MattermostToken: CheckedScheme {
    static let tokenHeader = "Authorization"
    static let prefix = "Token "

    private let inner: BodyToken

    init(_ secrets: [Secret]) throws(VerifierSetupError) {
        inner = try BodyToken(secrets, scheme: "mattermost-token")
    }

    func check(
        _ headers: HeaderReader,
        body: [UInt8],
        now: Timestamp
    ) throws(VerificationFailure) -> Proof {
        let authorization = try headers.optional(Self.tokenHeader)
        if let authorization, !authorization.hasPrefix(Self.prefix) {
            throw .malformedHeader(Self.tokenHeader, expected: "\"Token\", one space and the token")
        }
        let token = try BodyToken.read(headers, body)
        let proof = try inner.prove(token, body)
        if let authorization, !TokenRing.isSame(String(authorization.dropFirst(Self.prefix.count)), token) {
            throw .tokenMismatch(
                hint: "The header \(Self.tokenHeader) and the body hold two different tokens."
            )
        }
        return proof
    }
}
