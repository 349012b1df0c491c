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
    ///   - publicKeys: For Standard Webhooks `v1a`: `whpk_` and base64. For Discord: hex.
    ///   - keySet: For tokens of an identity provider: its keys, as they were last fetched.
    ///   - checksBodyAge: False leaves out the age that a body states itself, which is no part of the signature
    ///     scheme; only the vector check does that.
    /// - Throws: ``VerifierSetupError``; such a source must not start.
    package init(
        _ scheme: VerificationScheme,
        secrets: [Secret],
        publicKeys: [String] = [],
        keySet: KeySet = KeySet(),
        checksBodyAge: Bool = true
    ) throws(VerifierSetupError) {
        if !secrets.isEmpty, !scheme.takesSecrets { throw .secretsNotUsed }
        if scheme.takesSecrets, secrets.isEmpty, publicKeys.isEmpty { throw .noSecret }
        if scheme == .discord, publicKeys.isEmpty { throw .noPublicKey }
        if !publicKeys.isEmpty, !scheme.takesPublicKeys { throw .publicKeysNotUsed }
        self.scheme = try Self.prepare(scheme, secrets, publicKeys, keySet)
        self.checksBodyAge = checksBodyAge
    }

    private static func prepare(
        _ scheme: VerificationScheme,
        _ secrets: [Secret],
        _ publicKeys: [String],
        _ keySet: KeySet
    ) throws(VerifierSetupError) -> any CheckedScheme {
        switch scheme {
        case .slack: try SlackV0(secrets)
        case .jira: try JiraWebSub(secrets)
        case .standardWebhooks: try StandardWebhooks(secrets, publicKeys: publicKeys)
        case .described(let description): try DescribedHMAC(description, secrets)
        case .github: try GitHubSHA256(secrets)
        case .gitLabSigning: try GitLabSigning(secrets)
        case .gitLabToken: try GitLabToken(secrets)
        case .zammad: try ZammadSHA1(secrets)
        case .pagerDuty: try PagerDutyV1(secrets)
        case .zendesk: try Zendesk(secrets)
        case .linear: try Linear(secrets)
        case .teamsOutgoing: try TeamsOutgoing(secrets)
        case .discord: try DiscordEd25519(publicKeys: publicKeys)
        case .svix: try Svix(secrets, publicKeys: publicKeys)
        case .bodyToken: try BodyToken(secrets)
        case .mattermost: try MattermostToken(secrets)
        case .sharedHeader(let name): try SharedHeader(name, secrets)
        case .bearer(let description): try BearerToken(description, keySet)
        case .pathSecret: try PathSecret(secrets)
        case .nothing: NothingComes()
        }
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
        // Two addresses of one hook would be one too many.
        if raw.pathSecret != nil, !(scheme is PathSecret) { throw .unexpectedPathSecret }
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

/// What a scheme found: the delivery is genuine.
struct Proof {
    /// By ``SignedKey``: over what is signed, or over the body where nothing of the delivery is.
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
