import Cryptography
import Vocabulary

/// Zendesk's signature: HMAC-SHA256 over time and body with nothing between them, in base64.
///
/// The time is ISO 8601 text and is signed as it came. The secret is text, though it looks like base64 (P12).
/// Zendesk names no window; 300 s are ours.
struct Zendesk: CheckedScheme {
    static let signatureHeader = "X-Zendesk-Webhook-Signature"
    static let timeHeader = "X-Zendesk-Webhook-Signature-Timestamp"
    static let invocationHeader = "X-Zendesk-Webhook-Invocation-Id"

    private let keys: KeyRing
    private let time = SignedTime(unit: .milliseconds, toleranceSeconds: 300)

    init(_ secrets: [Secret]) throws(VerifierSetupError) {
        keys = try KeyRing(secrets, .sha256, scheme: "zendesk")
    }

    func check(
        _ headers: HeaderReader,
        body: [UInt8],
        now: Timestamp
    ) throws(VerificationFailure) -> Proof {
        let values = try headers.required([Self.signatureHeader, Self.timeHeader])
        let invocation = try headers.optional(Self.invocationHeader)
        let signature = try SignatureText.base64(values[0], length: 32, header: Self.signatureHeader)
        guard let stated = CalendarTime.milliseconds(values[1]) else {
            throw .malformedTimestamp(
                header: Self.timeHeader,
                expected: "a date and time such as 2026-08-31T10:44:22Z"
            )
        }
        try time.check(stated, now: now)
        let input = Self.signedInput(time: values[1], body: body)
        guard let index = KeyRing.match([signature], keys.codes(for: input)) else {
            throw .signatureMismatch(
                hint: "A webhook that was not yet saved is tested with a secret that all of Zendesk shares."
            )
        }
        return Proof(signedKey: keys.signedKey(input), senderKey: invocation, secretIndex: index)
    }

    static func signedInput(time: String, body: [UInt8]) -> [[UInt8]] {
        [Array(time.utf8), body]
    }
}
