package import Vocabulary

/// Says of one source's deliveries whether they are genuine and fresh, and what makes each of them one.
///
/// Pure: the keys come with the initialiser, the clock with every call. The order of the checks is: headers there,
/// keys usable (at the start, once), formats, freshness, signature, then whatever the body says of its own age.
///
/// - Source: rules P1 to P16 of `reference/webhook-sources.md`.
package struct Verifier: Sendable {
    private let scheme: any CheckedScheme
    private let checksBodyAge: Bool

    /// Prepares the keys of a source.
    ///
    /// - Parameters:
    ///   - scheme: How the source signs.
    ///   - secrets: Those in force, the newest first; several during a rotation.
    ///   - publicKeys: For Standard Webhooks `v1a`: `whpk_` and base64.
    ///   - checksBodyAge: False leaves out the age that a body states itself, which is no part of the signature
    ///     scheme; only the vector check does that.
    /// - Throws: ``VerifierSetupError``; such a source must not start.
    package init(
        _ scheme: VerificationScheme,
        secrets: [Secret],
        publicKeys: [String] = [],
        checksBodyAge: Bool = true
    ) throws(VerifierSetupError) {
        guard !secrets.isEmpty || !publicKeys.isEmpty else { throw .noSecret }
        if publicKeys.isEmpty == false, scheme != .standardWebhooks { throw .publicKeysNotUsed }
        self.scheme =
            switch scheme {
            case .slack: try SlackV0(secrets)
            case .jira: try JiraWebSub(secrets)
            case .standardWebhooks: try StandardWebhooks(secrets, publicKeys: publicKeys)
            case .described(let description): try DescribedHMAC(description, secrets)
            }
        self.checksBodyAge = checksBodyAge
    }

    /// Checks one delivery.
    ///
    /// - Returns: The delivery with its keys for recognising a repeat.
    /// - Throws: ``VerificationFailure``; the sender is then answered 401 and nothing of the body is kept.
    package func verify(
        _ raw: RawDelivery,
        kind: SourceKind,
        now: Timestamp
    ) throws(VerificationFailure) -> VerifiedDelivery {
        let proof = try scheme.check(HeaderReader(raw), body: raw.body, now: now)
        if checksBodyAge { try scheme.checkBodyAge(raw.body, now: now) }
        return VerifiedDelivery(
            of: raw,
            kind: kind,
            signedKey: proof.signedKey,
            senderKey: proof.senderKey,
            secretIndex: proof.secretIndex
        )
    }
}

/// How a source signs.
package enum VerificationScheme: Sendable, Hashable {
    /// `v0=` over `v0:time:body`.
    case slack
    /// `X-Hub-Signature: sha256=` over the body.
    case jira
    /// Standard Webhooks `v1`, and `v1a` where public keys are given.
    case standardWebhooks
    /// HMAC as the settings describe it.
    case described(DescribedScheme)
}

/// What a scheme found: the delivery is genuine.
struct Proof {
    /// Lower-case hex SHA-256 over the scheme's name and the signed input.
    let signedKey: String
    let senderKey: String?
    let secretIndex: Int
}

/// One signature scheme with its keys ready.
protocol CheckedScheme: Sendable {
    func check(_ headers: HeaderReader, body: [UInt8], now: Timestamp) throws(VerificationFailure) -> Proof
    /// Looks at the time inside a genuine body, for schemes that sign no other.
    func checkBodyAge(_ body: [UInt8], now: Timestamp) throws(VerificationFailure)
}

extension CheckedScheme {
    func checkBodyAge(_ body: [UInt8], now: Timestamp) throws(VerificationFailure) {}
}
