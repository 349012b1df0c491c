import Cryptography
import Vocabulary

/// Discord's signature: Ed25519 over time and body with nothing between them, in hex of either case.
///
/// The key is the application's public key in hex, which is no secret. Discord names no window; 300 s are ours.
struct DiscordEd25519: CheckedScheme {
    static let signatureHeader = "X-Signature-Ed25519"
    static let timeHeader = "X-Signature-Timestamp"

    private let keys: [Ed25519PublicKey]
    private let time = SignedTime(unit: .seconds, toleranceSeconds: 300)

    init(publicKeys: [String]) throws(VerifierSetupError) {
        var keys: [Ed25519PublicKey] = []
        for (index, text) in publicKeys.enumerated() {
            guard let bytes = Hex.decodeLowerCase(SignatureText.lowerCased(text)),
                let key = Ed25519PublicKey(bytes)
            else { throw .unusablePublicKey(index: index, expected: "64 hex digits") }
            keys.append(key)
        }
        self.keys = keys
    }

    func check(
        _ headers: HeaderReader,
        body: [UInt8],
        now: Timestamp
    ) throws(VerificationFailure) -> Proof {
        let values = try headers.required([Self.signatureHeader, Self.timeHeader])
        let text = SignatureText.lowerCased(values[0])
        let signature = try SignatureText.hex(text, length: 64, header: Self.signatureHeader, expected: "hex")
        try time.check(try time.read(values[1], header: Self.timeHeader), now: now)
        let message = Array(values[1].utf8) + body
        guard let index = keys.firstIndex(where: { $0.verify(signature, of: message) }) else {
            throw .signatureMismatch(
                hint:
                    "Here it is the public key of the same application. Discord also sends wrong signatures on "
                    + "purpose, to see them refused."
            )
        }
        // The interaction's id is in the body, so reading it comes first.
        let signedKey = SignedKey.of([message], scheme: "discord-ed25519")
        return Proof(signedKey: signedKey, senderKey: nil, secretIndex: index)
    }
}
