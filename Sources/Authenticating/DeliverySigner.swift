import Cryptography
package import Vocabulary

/// Signs a sample delivery as the sender would, for `send` and the demonstration.
package struct DeliverySigner: Sendable {
    private let scheme: VerificationScheme
    private let key: Secret

    /// Takes the newest secret of a source.
    ///
    /// - Throws: ``VerifierSetupError``, as for a ``Verifier``; also for senders that sign with a private key.
    package init(_ scheme: VerificationScheme, secret: Secret) throws(VerifierSetupError) {
        guard scheme.takesSecrets else { throw .cannotSign }
        _ = try Verifier(scheme, secrets: [secret])
        self.scheme = scheme
        key =
            switch scheme {
            case .standardWebhooks, .svix, .gitLabSigning: try StandardWebhooks.decode([secret])[0]
            case .teamsOutgoing: try TeamsOutgoing.decode([secret])[0]
            default: secret
            }
    }

    /// The headers of Discord, signed with a private key of one's own instead of Discord's.
    ///
    /// - Parameters:
    ///   - body: What is signed, behind the time.
    ///   - seed: The 32 bytes of an Ed25519 private key.
    ///   - now: The time that is signed.
    /// - Returns: Signature and time.
    /// - Throws: `CryptographyError` for a seed that is none.
    package static func discord(_ body: [UInt8], seed: Secret, now: Timestamp) throws -> [RawDelivery.Header]
    {
        let time = String(now.seconds)
        let signature = try Ed25519PrivateKey(seed: seed).sign(Array(time.utf8) + body)
        return [
            .init(DiscordEd25519.timeHeader, time),
            .init(DiscordEd25519.signatureHeader, Hex.encode(signature)),
        ]
    }

    /// The headers that make `body` genuine at `now`; `id` is the sender's delivery id.
    ///
    /// Where the token is in the body, only the caller can put it there.
    package func headers(for body: [UInt8], id: String, now: Timestamp) -> [RawDelivery.Header] {
        let seconds = String(now.seconds)
        switch scheme {
        case .slack:
            let code = code(.sha256, SlackV0.signedInput(time: seconds, body: body))
            return [
                .init(SlackV0.timeHeader, seconds),
                .init(SlackV0.signatureHeader, "v0=" + Hex.encode(code)),
            ]
        case .jira:
            return [
                .init(JiraWebSub.signatureHeader, "sha256=" + Hex.encode(code(.sha256, [body]))),
                .init(JiraWebSub.identifierHeader, id),
            ]
        case .standardWebhooks, .gitLabSigning:
            return standardHeaders(.standard, body, id: id, time: seconds)
        case .svix:
            return standardHeaders(.svix, body, id: id, time: seconds)
        case .described(let description):
            return headers(description, body, id: id, now: now)
        default:
            return vendorHeaders(body, id: id, now: now)
        }
    }

    /// The path of the hook that a delivery goes to; a secret where the address is one.
    package func path(to source: SourceName) -> Secret {
        guard scheme == .pathSecret else { return Secret("/hooks/\(source)") }
        return key.withText { Secret("/hooks/\(source)/\($0)") }
    }

    private func standardHeaders(
        _ names: StandardWebhooks.Names,
        _ body: [UInt8],
        id: String,
        time: String
    ) -> [RawDelivery.Header] {
        let code = code(.sha256, StandardWebhooks.signedInput(id: id, time: time, body: body))
        return [
            .init(names.id, id), .init(names.time, time), .init(names.signature, "v1," + Base64.encode(code)),
        ]
    }

    /// Of the systems that sign the body alone, or send a token.
    private func vendorHeaders(_ body: [UInt8], id: String, now: Timestamp) -> [RawDelivery.Header] {
        let hex = Hex.encode(code(.sha256, [body]))
        switch scheme {
        case .github:
            return [
                .init(GitHubSHA256.signatureHeader, "sha256=" + hex), .init(GitHubSHA256.deliveryHeader, id),
            ]
        case .zammad:
            let code = Hex.encode(code(.sha1, [body]))
            return [.init(ZammadSHA1.signatureHeader, "sha1=" + code), .init(ZammadSHA1.deliveryHeader, id)]
        case .pagerDuty:
            return [.init(PagerDutyV1.signatureHeader, "v1=" + hex), .init(PagerDutyV1.deliveryHeader, id)]
        case .zendesk:
            let code = code(.sha256, Zendesk.signedInput(time: now.iso8601, body: body))
            return [
                .init(Zendesk.timeHeader, now.iso8601), .init(Zendesk.signatureHeader, Base64.encode(code)),
                .init(Zendesk.invocationHeader, id),
            ]
        case .linear:
            return [
                .init(Linear.signatureHeader, hex), .init(Linear.timeHeader, String(now.milliseconds)),
                .init(Linear.deliveryHeader, id),
            ]
        case .teamsOutgoing:
            let code = Base64.encode(code(.sha256, [body]))
            return [.init(TeamsOutgoing.signatureHeader, TeamsOutgoing.prefix + code)]
        case .gitLabToken:
            return [.init(GitLabToken.tokenHeader, token), .init(GitLabToken.deliveryHeader, id)]
        case .sharedHeader(let name): return [.init(name, token)]
        case .mattermost: return [.init(MattermostToken.tokenHeader, MattermostToken.prefix + token)]
        case .slack, .jira, .standardWebhooks, .described, .gitLabSigning, .svix, .bodyToken, .discord,
            .bearer, .pathSecret, .nothing:
            return []
        }
    }

    private var token: String { key.withText { $0 } }

    private func headers(
        _ description: DescribedScheme,
        _ body: [UInt8],
        id: String,
        now: Timestamp
    ) -> [RawDelivery.Header] {
        let time = String(description.timestampUnit == .seconds ? now.seconds : now.milliseconds)
        let code = code(
            description.algorithm,
            DescribedHMAC.signedInput(description, time: time, body: body)
        )
        let digest = description.encoding == .hex ? Hex.encode(code) : Base64.encode(code)
        var headers: [RawDelivery.Header] = []
        switch description.style {
        case .plain: headers.append(.init(description.header, description.prefix + digest))
        case .timeAndVersion: headers.append(.init(description.header, "t=\(time),v1=\(digest)"))
        }
        if let name = description.timestampHeader { headers.append(.init(name, time)) }
        if let name = description.idHeader { headers.append(.init(name, id)) }
        return headers
    }

    private func code(_ algorithm: DigestAlgorithm, _ parts: [[UInt8]]) -> [UInt8] {
        guard let authenticator = try? MessageAuthenticator(algorithm, key: key) else {
            preconditionFailure("the initialiser took the key")
        }
        return authenticator.code(for: parts)
    }
}
