import Cryptography
import JSONReader
import Vocabulary

/// Linear's signature: HMAC-SHA256 over the body, in lower-case hex.
///
/// The signed time is `webhookTimestamp` in the body, in milliseconds, so that the signature is checked before
/// the time (P10). The header `Linear-Timestamp` is not signed and counts only where the body has none (P16).
struct Linear: CheckedScheme {
    static let signatureHeader = "Linear-Signature"
    static let timeHeader = "Linear-Timestamp"
    static let deliveryHeader = "Linear-Delivery"
    private static let timeField = "webhookTimestamp"

    private let keys: KeyRing
    private let time = SignedTime(unit: .milliseconds, toleranceSeconds: 60)

    init(_ secrets: [Secret]) throws(VerifierSetupError) {
        keys = try KeyRing(secrets, .sha256, scheme: "linear")
    }

    func check(
        _ headers: HeaderReader,
        body: [UInt8],
        now: Timestamp
    ) throws(VerificationFailure) -> Proof {
        let value = try headers.required([Self.signatureHeader])[0]
        let delivery = try headers.optional(Self.deliveryHeader)
        let signature = try SignatureText.hex(value, length: 32, header: Self.signatureHeader)
        guard let index = KeyRing.match([signature], keys.codes(for: [body])) else {
            throw .signatureMismatch(
                hint: "The secret is the webhook's signing secret, \"lin_wh_\" included."
            )
        }
        try time.check(try statedTime(headers, body), now: now)
        return Proof(signedKey: keys.signedKey([body]), senderKey: delivery, secretIndex: index)
    }

    private func statedTime(_ headers: HeaderReader, _ body: [UInt8]) throws(VerificationFailure) -> Int64 {
        guard let value = try? JSONReader.read(body, root: .object) else {
            throw .malformedBody(expected: "a JSON object")
        }
        if let stated = value[Self.timeField], !stated.isNull {
            guard let milliseconds = stated.integer, milliseconds >= 0 else {
                throw .malformedTimestamp(
                    header: Self.timeField,
                    expected: "a whole number of \(time.unit.spoken) since 1970"
                )
            }
            return milliseconds
        }
        guard let text = try headers.optional(Self.timeHeader) else {
            throw .missingTimestamp(header: "\(Self.timeField) or the header \(Self.timeHeader)")
        }
        return try time.read(text, header: Self.timeHeader)
    }
}
