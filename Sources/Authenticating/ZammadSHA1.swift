import Cryptography
import Vocabulary

/// Zammad's signature: HMAC-SHA1 over the body, as `sha1=` and lower-case hex; Zammad knows nothing newer.
///
/// It is left out for an empty body and without a token; such a delivery is refused. No time is signed.
struct ZammadSHA1: CheckedScheme {
    static let signatureHeader = "X-Hub-Signature"
    static let deliveryHeader = "X-Zammad-Delivery"

    private let keys: KeyRing

    init(_ secrets: [Secret]) throws(VerifierSetupError) {
        keys = try KeyRing(secrets, .sha1, scheme: "zammad-sha1")
    }

    func check(
        _ headers: HeaderReader,
        body: [UInt8],
        now: Timestamp
    ) throws(VerificationFailure) -> Proof {
        let value = try headers.required([Self.signatureHeader])[0]
        let delivery = try headers.optional(Self.deliveryHeader)
        let signature = try SignatureText.webSub(value, .sha1, header: Self.signatureHeader)
        guard let index = KeyRing.match([signature], keys.codes(for: [body])) else {
            throw .signatureMismatch(hint: "The secret is the webhook's HMAC SHA1 signature token.")
        }
        return Proof(signedKey: keys.signedKey([body]), senderKey: delivery, secretIndex: index)
    }
}
