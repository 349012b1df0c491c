import Vocabulary

/// GitLab's signing token: Standard Webhooks with a `whsec_` secret.
///
/// The signature is required; a plain `X-Gitlab-Token` beside it proves nothing and is not looked at (P16).
struct GitLabSigning: CheckedScheme {
    private let signatures: StandardWebhooks

    init(_ secrets: [Secret]) throws(VerifierSetupError) {
        signatures = try StandardWebhooks(secrets, publicKeys: [], scheme: "gitlab-signing")
    }

    func check(
        _ headers: HeaderReader,
        body: [UInt8],
        now: Timestamp
    ) throws(VerificationFailure) -> Proof {
        try signatures.check(headers, body: body, now: now)
    }
}
