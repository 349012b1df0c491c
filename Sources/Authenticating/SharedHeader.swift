import Vocabulary

/// A header that holds the secret, for senders that cannot sign but let their administrator add a header.
///
/// The whole value is the secret, a word such as `Basic` or `Bearer` included. Nothing covers the body.
struct SharedHeader: CheckedScheme {
    private let header: String
    private let tokens: TokenRing

    init(_ header: String, _ secrets: [Secret]) throws(VerifierSetupError) {
        guard DescribedScheme.isHeaderName(header) else {
            throw .unusableSetting(name: "header", expected: "the name of an HTTP header")
        }
        self.header = header
        tokens = try TokenRing(secrets)
    }

    func check(
        _ headers: HeaderReader,
        body: [UInt8],
        now: Timestamp
    ) throws(VerificationFailure) -> Proof {
        let token = try headers.required([header])[0]
        guard let index = tokens.match(token) else {
            throw .tokenMismatch(
                hint:
                    "The secret is the whole value of \(header), a word such as \"Bearer\" before it included."
            )
        }
        let signedKey = SignedKey.of([body], scheme: "shared-header")
        return Proof(signedKey: signedKey, senderKey: nil, secretIndex: index)
    }
}
