/// How a source proves that a delivery is its own.
package enum VerificationScheme: Sendable, Hashable {
    /// `v0=` over `v0:time:body`.
    case slack
    /// `X-Hub-Signature: sha256=` over the body.
    case jira
    /// Standard Webhooks `v1`, and `v1a` where public keys are given.
    case standardWebhooks
    /// HMAC as the settings describe it.
    case described(DescribedScheme)
    /// `X-Hub-Signature-256: sha256=` over the body.
    case github
    /// Standard Webhooks with GitLab's signing token.
    case gitLabSigning
    /// `X-Gitlab-Token` is the secret.
    case gitLabToken
    /// `X-Hub-Signature: sha1=` over the body.
    case zammad
    /// A list of `v1=` over the body.
    case pagerDuty
    /// Base64 over time and body.
    case zendesk
    /// Hex over the body, which holds the time.
    case linear
    /// `Authorization: HMAC` over the body.
    case teamsOutgoing
    /// Ed25519 over time and body.
    case discord
    /// Standard Webhooks under `svix-` names.
    case svix
    /// The body's `token` is the secret.
    case bodyToken
    /// The same, and `Authorization: Token` where it is there.
    case mattermost
    /// The header of this name holds the secret.
    case sharedHeader(String)
    /// `Authorization: Bearer` holds a token that an identity provider signed.
    case bearer(BearerScheme)
    /// The last part of the hook's address is the secret.
    case pathSecret
    /// Nothing comes in.
    case nothing

    /// False where the sender signs with a private key and there is nothing to keep secret here.
    var takesSecrets: Bool {
        switch self {
        case .discord, .bearer, .nothing: false
        default: true
        }
    }

    var takesPublicKeys: Bool {
        switch self {
        case .standardWebhooks, .svix, .discord: true
        default: false
        }
    }
}
