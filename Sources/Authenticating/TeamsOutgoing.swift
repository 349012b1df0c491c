import Cryptography
import JSONReader
import Vocabulary

/// The signature of a Microsoft Teams outgoing webhook: HMAC-SHA256 over the body, in base64 after `HMAC `.
///
/// The key is the bytes behind the base64 that Teams shows. No time is signed; the activity states one, and a
/// day is allowed.
struct TeamsOutgoing: CheckedScheme {
    static let signatureHeader = "Authorization"
    static let prefix = "HMAC "

    private let keys: KeyRing
    private let bodyTime = SignedTime(unit: .milliseconds, toleranceSeconds: 86_400)

    init(_ secrets: [Secret]) throws(VerifierSetupError) {
        keys = try KeyRing(try Self.decode(secrets), .sha256, scheme: "teams-hmac")
    }

    func check(
        _ headers: HeaderReader,
        body: [UInt8],
        now: Timestamp
    ) throws(VerificationFailure) -> Proof {
        let value = try headers.required([Self.signatureHeader])[0]
        guard !body.isEmpty else { throw .emptyBody }
        guard value.hasPrefix(Self.prefix) else {
            throw .malformedHeader(Self.signatureHeader, expected: "\"HMAC\", one space and a signature")
        }
        let text = String(value.dropFirst(Self.prefix.count))
        let signature = try SignatureText.base64(text, length: 32, header: Self.signatureHeader)
        guard let index = KeyRing.match([signature], keys.codes(for: [body])) else {
            throw .signatureMismatch(
                hint: "Each outgoing webhook has a security token of its own, shown once."
            )
        }
        // The activity's id is in the body, so reading it comes first.
        return Proof(signedKey: keys.signedKey([body]), senderKey: nil, secretIndex: index)
    }

    /// A body that is no JSON, or states no time, is for the next step to judge.
    func checkBodyAge(_ body: [UInt8], now: Timestamp) throws(VerificationFailure) {
        guard let value = try? JSONReader.read(body, root: .object),
            let stated = value["timestamp"]?.string.flatMap(CalendarTime.milliseconds)
        else {
            return
        }
        try bodyTime.check(stated, now: now)
    }

    /// The bytes behind the base64; the text itself is never the key.
    static func decode(_ secrets: [Secret]) throws(VerifierSetupError) -> [Secret] {
        var decoded: [Secret] = []
        for (index, secret) in secrets.enumerated() {
            guard !secret.isBlank else { throw .blankSecret(index: index) }
            guard let bytes = secret.withText({ Base64.decodeCanonical($0) }) else {
                throw .undecodableSecret(index: index, expected: "padded base64, as Teams shows it")
            }
            decoded.append(Secret(bytes))
        }
        return decoded
    }
}
