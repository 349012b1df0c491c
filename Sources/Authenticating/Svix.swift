import Vocabulary

/// Svix: Standard Webhooks under `svix-` names, or under `webhook-` names when no header begins with `svix-`.
///
/// A gap in one family of names is never filled from the other (P16).
struct Svix: CheckedScheme {
    private let signatures: StandardWebhooks

    init(_ secrets: [Secret], publicKeys: [String]) throws(VerifierSetupError) {
        signatures = try StandardWebhooks(secrets, publicKeys: publicKeys, scheme: "svix")
    }

    func check(
        _ headers: HeaderReader,
        body: [UInt8],
        now: Timestamp
    ) throws(VerificationFailure) -> Proof {
        let names: StandardWebhooks.Names = headers.hasHeader(beginningWith: "svix-") ? .svix : .standard
        return try signatures.check(headers, named: names, body: body, now: now)
    }
}
