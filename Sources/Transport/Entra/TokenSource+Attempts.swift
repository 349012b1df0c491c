import CurlClient
import Vocabulary

/// One try with each credential that there is.
extension TokenSource {
    typealias Outcome = Result<TokenAnswer.Grant, TokenError>

    /// Says whether a credential can be used, without asking anybody, and notes what it is for the report.
    func examine(_ credential: EntraCredential) throws(TokenError) {
        switch credential {
        case .secrets, .managedIdentity: break
        case .certificates(let files): _ = try usable(files)
        case .federated(let path):
            do throws(TokenError) {
                _ = try federated(path)
            } catch .staleToken {
                // The platform replaces it; until then each request says so.
            }
        }
    }

    func attempt(_ credential: EntraCredential) async -> Outcome {
        do throws(TokenError) {
            switch credential {
            case .secrets(let secrets): return await attempt(secrets)
            case .certificates(let files): return try await attempt(usable(files))
            case .federated(let path):
                let token = try federated(path)
                return await prove(.assertion(token.text), called: token.shown)
            case .managedIdentity(let identity): return await ask(identity)
            }
        } catch {
            return .failure(error)
        }
    }

    private func attempt(_ secrets: [Secret]) async -> Outcome {
        let usable = secrets.map(\.trimmed).filter { !$0.isBlank }
        let named = usable.enumerated().map { ($1, "secret \($0 + 1) of \(usable.count)") }
        var outcome = Outcome.failure(.noSecret)
        for (secret, name) in first(worked, of: named, by: \.0) {
            outcome = await prove(.secret(secret), called: name, remembering: secret)
            guard outcome.doubtsCredential else { break }
        }
        return outcome
    }

    private func attempt(_ certificates: [ClientCertificate]) async throws(TokenError) -> Outcome {
        var outcome = Outcome.failure(.noSecret)
        for certificate in certificates {
            let assertion = try certificate.assertion(
                client: settings.client,
                audience: settings.tokenURL,
                identifier: makeIdentifier(),
                now: now()
            )
            outcome = await prove(
                .assertion(assertion),
                called: certificate.shown,
                remembering: certificate.file.content
            )
            if case .success = outcome { report.thumbprint = certificate.held.thumbprint }
            guard outcome.doubtsCredential else { break }
        }
        return outcome
    }

    /// The certificates that may be used now, in the order in which they are tried: what worked, then the newest.
    ///
    /// - Throws: Why the first of them cannot be used, if none can.
    private func usable(_ files: [CertificateFile]) throws(TokenError) -> [ClientCertificate] {
        var held: [ClientCertificate] = []
        var usable: [ClientCertificate] = []
        var refusals: [TokenError] = []
        for file in files {
            do throws(TokenError) {
                let certificate = try ClientCertificate(file)
                held.append(certificate)
                try certificate.checkTime(now())
                usable.append(certificate)
            } catch {
                refusals.append(error)
            }
        }
        let newest: (ClientCertificate, ClientCertificate) -> Bool = { $0.notBefore > $1.notBefore }
        report.certificates = held.sorted(by: newest).map(\.held)
        let ordered = first(worked, of: usable.sorted(by: newest), by: \.file.content)
        report.thumbprint = ordered.first?.held.thumbprint
        guard !ordered.isEmpty else { throw refusals.first ?? .noSecret }
        for refusal in refusals { log.skipped(refusal) }
        return ordered
    }

    private func federated(_ path: String) throws(TokenError) -> FederatedToken {
        report.federatedFile = path
        report.federatedExpiresAt = nil
        let token = try FederatedToken(path: path)
        report.federatedExpiresAt = token.expiresAt
        try token.checkTime(now())
        return token
    }

    private func ask(_ identity: ManagedIdentity) async -> Outcome {
        report.credentialInUse = identity.shown
        let exchange = IdentityExchange(
            identity: identity,
            resource: String(settings.scope.dropLast("/.default".count)),
            deadline: settings.requestDeadline,
            sender: sender,
            now: now,
            pause: pause,
            makeIdentifier: makeIdentifier
        )
        let outcome = await exchange.token()
        if case .success = outcome { log.proved(identity.shown) }
        return outcome
    }

    private func prove(
        _ proof: TokenRequest.Proof,
        called name: String,
        remembering credential: Secret? = nil
    ) async -> Outcome {
        let outcome = await send(proof, called: name)
        if case .success = outcome {
            worked = credential
            log.proved(name)
        }
        return outcome
    }

    private func send(_ proof: TokenRequest.Proof, called name: String) async -> Outcome {
        let request = TokenRequest(
            settings: settings,
            proof: proof,
            challenge: challenge,
            correlation: makeIdentifier()
        )
        let sentAt = now()
        report.credentialInUse = name
        do {
            let response = try await sender.send(request.outgoing)
            let answer = TokenAnswer(response: response, credential: name, sentAt: sentAt, now: now())
            report.clockAhead = answer.clockAhead ?? report.clockAhead
            return answer.read()
        } catch {
            return .failure(error.kind == .cancelled ? .cancelled : .transfer(error))
        }
    }

    /// `elements` in their order, but what worked before the others.
    private func first<Element>(
        _ worked: Secret?,
        of elements: [Element],
        by secret: (Element) -> Secret
    ) -> [Element] {
        guard let worked, let index = elements.firstIndex(where: { secret($0) == worked }) else {
            return elements
        }
        var rest = elements
        return [rest.remove(at: index)] + rest
    }
}

extension Result where Success == TokenAnswer.Grant, Failure == TokenError {
    /// True if another credential may be taken where this one was not.
    fileprivate var doubtsCredential: Bool {
        if case .failure(let error) = self { error.doubtsCredential } else { false }
    }
}
