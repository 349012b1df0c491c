import Vocabulary

/// GitLab's plain token: `X-Gitlab-Token` is the secret.
///
/// Nothing covers the body. `Idempotency-Key` names the delivery where GitLab sends it.
struct GitLabToken: CheckedScheme {
    static let tokenHeader = "X-Gitlab-Token"
    static let deliveryHeader = "Idempotency-Key"

    private let tokens: TokenRing

    init(_ secrets: [Secret]) throws(VerifierSetupError) {
        tokens = try TokenRing(secrets)
    }

    func check(
        _ headers: HeaderReader,
        body: [UInt8],
        now: Timestamp
    ) throws(VerificationFailure) -> Proof {
        let token = try headers.required([Self.tokenHeader])[0]
        let delivery = try headers.optional(Self.deliveryHeader)
        guard let index = tokens.match(token) else {
            throw .tokenMismatch(hint: "It is the webhook's secret token, not its signing token.")
        }
        let signedKey = SignedKey.of([body], scheme: "gitlab-token")
        return Proof(signedKey: signedKey, senderKey: delivery, secretIndex: index)
    }
}
