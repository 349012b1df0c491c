import Cryptography
import Vocabulary

/// GitHub's signature: HMAC-SHA256 over the body, as `sha256=` and lower-case hex.
///
/// The SHA-1 signature that comes beside it is not looked at (P16). No time is signed.
struct GitHubSHA256: CheckedScheme {
    static let signatureHeader = "X-Hub-Signature-256"
    static let deliveryHeader = "X-GitHub-Delivery"

    private let keys: KeyRing

    init(_ secrets: [Secret]) throws(VerifierSetupError) {
        keys = try KeyRing(secrets, .sha256, scheme: "github-sha256")
    }

    func check(
        _ headers: HeaderReader,
        body: [UInt8],
        now: Timestamp
    ) throws(VerificationFailure) -> Proof {
        let value = try headers.required([Self.signatureHeader])[0]
        let delivery = try headers.optional(Self.deliveryHeader)
        let signature = try SignatureText.webSub(value, .sha256, header: Self.signatureHeader)
        guard let index = KeyRing.match([signature], keys.codes(for: [body])) else {
            throw .signatureMismatch(
                hint:
                    "With the content type \"form\", GitHub signs the form as it is sent, not the JSON in it."
            )
        }
        return Proof(signedKey: keys.signedKey([body]), senderKey: delivery, secretIndex: index)
    }
}
