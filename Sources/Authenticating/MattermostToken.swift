import Vocabulary

/// Mattermost's token: in the body always, and in `Authorization` as well when it is a slash command.
///
/// Where both are there, both must be the same secret (P15). Nothing covers the rest of the body. A pressed button
/// comes without any token: it is proven by the seal of its context, see ``ButtonSeal``.
struct MattermostToken: CheckedScheme {
    static let tokenHeader = "Authorization"
    static let prefix = "Token "

    private let inner: BodyToken
    private let buttons: ButtonSeal

    init(_ secrets: [Secret]) throws(VerifierSetupError) {
        inner = try BodyToken(secrets, scheme: "mattermost-token")
        buttons = try ButtonSeal(secrets)
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
        let token: String
        do throws(VerificationFailure) {
            token = try BodyToken.read(headers, body)
        } catch {
            guard error == .missingToken, authorization == nil, let press = try buttons.check(body) else {
                throw error
            }
            return press
        }
        let proof = try inner.prove(token, body)
        if let authorization, !TokenRing.isSame(String(authorization.dropFirst(Self.prefix.count)), token) {
            throw .tokenMismatch(
                hint: "The header \(Self.tokenHeader) and the body hold two different tokens."
            )
        }
        return proof
    }
}
