import Cryptography
package import Vocabulary

/// Signs a sample delivery as the sender would, for `send` and the demonstration.
package struct DeliverySigner: Sendable {
    private let scheme: VerificationScheme
    private let key: Secret

    /// Takes the newest secret of a source.
    ///
    /// - Throws: ``VerifierSetupError``, as for a ``Verifier``.
    package init(_ scheme: VerificationScheme, secret: Secret) throws(VerifierSetupError) {
        _ = try Verifier(scheme, secrets: [secret])
        self.scheme = scheme
        key = scheme == .standardWebhooks ? try StandardWebhooks.decode([secret])[0] : secret
    }

    /// The headers that make `body` genuine at `now`; `id` is the sender's delivery id.
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
        case .standardWebhooks:
            let code = code(.sha256, StandardWebhooks.signedInput(id: id, time: seconds, body: body))
            return [
                .init(StandardWebhooks.idHeader, id),
                .init(StandardWebhooks.timeHeader, seconds),
                .init(StandardWebhooks.signatureHeader, "v1," + Base64.encode(code)),
            ]
        case .described(let description):
            return headers(description, body, id: id, now: now)
        }
    }

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
