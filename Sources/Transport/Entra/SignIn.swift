import Cryptography
package import CurlClient
import Foundation
import JSONReader
package import Vocabulary

/// Signs a person in as a public client: with a device code, through a browser, and later with what was kept.
///
/// A value without state between calls: it stores nothing and writes no log. Whoever gets a ``SignedIn`` keeps
/// its refresh token first and uses the access token afterwards. A password is never asked for, and no
/// credential of the application is sent.
///
/// - Source: `reference/entra-auth.md` §§1.5 and 7.2; RFC 8628; RFC 7636; RFC 8252.
package struct SignIn: Sendable {
    let settings: EntraSettings
    let sender: any HTTPSending
    let now: @Sendable () -> Timestamp
    let pause: @Sendable (Duration) async throws -> Void
    let random: @Sendable (Int) -> [UInt8]
    let makeIdentifier: @Sendable () -> String

    /// - Parameters:
    ///   - settings: Their `client` is the public client, registered for `http://localhost`.
    ///   - sender: Makes the calls.
    ///   - now: The wall clock.
    ///   - pause: Waits between two questions.
    ///   - random: Bytes of state, nonce and verifier.
    ///   - makeIdentifier: A fresh GUID for each sign-in; Entra names it as correlation id.
    package init(
        settings: EntraSettings,
        sender: any HTTPSending,
        now: @escaping @Sendable () -> Timestamp = { Timestamp.now() },
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        random: @escaping @Sendable (Int) -> [UInt8] = { randomBytes($0) },
        makeIdentifier: @escaping @Sendable () -> String = { UUID().uuidString.lowercased() }
    ) {
        self.settings = settings
        self.sender = sender
        self.now = now
        self.pause = pause
        self.random = random
        self.makeIdentifier = makeIdentifier
    }

    /// What is asked for: Defender, a refresh token, and who the person is.
    var scope: String { "\(settings.scope) offline_access openid profile" }

    /// Gets a new access token with what an earlier sign-in left; nobody is asked.
    ///
    /// Entra gives another refresh token with it. The old one stays good there, so that a lost race with another
    /// process does no harm.
    ///
    /// - Parameters:
    ///   - refresh: The refresh token that was kept.
    ///   - claims: The decoded `claims` of a challenge.
    /// - Returns: The person's tokens, with the refresh token to keep from now on.
    /// - Throws: ``SignInError/ended(_:claims:)`` if the person has to sign in again.
    package func renew(_ refresh: Secret, claims: String? = nil) async throws(SignInError) -> SignedIn {
        var request = request(to: settings.tokenURL, makeIdentifier())
        request.add("grant_type", "refresh_token")
        request.add("refresh_token", secret: refresh)
        request.add("scope", scope)
        if let claims { request.add("claims", claims) }
        let outcome = try await redeem(request, as: "the sign-in that was kept")
        switch outcome {
        case .granted(let signedIn): return signedIn
        case .failed(let error, let claims):
            guard case .refused(let refusal) = error, Self.endings.contains(refusal.error),
                !refusal.isTransient
            else { throw .token(error) }
            throw .ended(error, claims: claims)
        }
    }

    /// Entra's words for: nobody but the person can help.
    private static let endings = [
        "invalid_grant", "interaction_required", "consent_required", "login_required",
    ]

    // MARK: The token endpoint

    /// What the token endpoint said.
    enum Outcome {
        case granted(SignedIn)
        /// `claims` is what Entra wants to be sent along with the next sign-in.
        case failed(TokenError, claims: String?)
    }

    func request(to url: String, _ correlation: String) -> PublicRequest {
        var request = PublicRequest(url: url, correlation: correlation, deadline: settings.requestDeadline)
        request.add("client_id", settings.client)
        return request
    }

    /// Sends a token request and reads what comes.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - name: What is redeemed, in words.
    ///   - nonce: What the id token must repeat; nil where none was sent.
    /// - Returns: Tokens, or Entra's no.
    /// - Throws: ``SignInError/foreign(_:)`` for tokens of another sign-in.
    func redeem(
        _ request: PublicRequest,
        as name: String,
        nonce: String? = nil
    ) async throws(SignInError) -> Outcome {
        let sentAt = now()
        let response: IncomingResponse
        do throws(TransferFailure) {
            response = try await sender.send(request.outgoing)
        } catch {
            return .failed(error.kind == .cancelled ? .cancelled : .transfer(error), claims: nil)
        }
        let answer = TokenAnswer(response: response, credential: name, sentAt: sentAt, now: now())
        switch answer.read() {
        case .failure(let error): return .failed(error, claims: Self.claims(in: response))
        case .success(let grant):
            let body = try? JSONReader.read(response.body, root: .object)
            return .granted(try signedIn(grant.token, body ?? .null, nonce: nonce))
        }
    }

    private func signedIn(
        _ token: AccessToken,
        _ body: JSONValue,
        nonce: String?
    ) throws(SignInError) -> SignedIn {
        let identity = body["id_token"]?.string.flatMap { TokenPayload.read(Secret($0)) }
        // Fetched over TLS from Entra itself, so that its signature would add nothing (OpenID Connect 3.1.3.7).
        if let audience = identity?["aud"]?.string, audience.lowercased() != settings.client.lowercased() {
            throw .foreign("an id token made for another client")
        }
        if let nonce, identity?["nonce"]?.string != nonce {
            throw .foreign("an id token that does not answer this sign-in")
        }
        if let claims = token.claims, !claims.isDelegated {
            throw .foreign("a token that speaks for no user")
        }
        guard let user = SignedInUser(access: TokenPayload.read(token.bearer), identity: identity) else {
            throw .foreign("a token that names nobody")
        }
        let scopes = body["scope"]?.string ?? ""
        return SignedIn(
            access: token,
            refresh: body["refresh_token"]?.string.flatMap { $0.isEmpty ? nil : Secret($0) },
            user: user,
            permissions: token.permissions ?? Self.permissions(in: scopes)
        )
    }

    /// The names in an answer's `scope`, without their resource and without those that say who somebody is.
    private static func permissions(in scope: String) -> Set<String> {
        let names = scope.split(separator: " ").map { $0.split(separator: "/").last.map(String.init) ?? "" }
        return Set(names).subtracting(["", ".default", "openid", "profile", "email", "offline_access"])
    }

    /// The claims that a refusal asks for, if they are a JSON object.
    private static func claims(in response: IncomingResponse) -> String? {
        guard let text = (try? JSONReader.read(response.body))?["claims"]?.string, text.utf8.count <= 4_096,
            (try? JSONReader.read(Array(text.utf8), root: .object)) != nil
        else { return nil }
        return text
    }
}

/// One form that a public client posts: there is no credential in it, and there may be a secret of the person.
struct PublicRequest {
    let url: String
    let correlation: String
    let deadline: Duration
    /// Codes are good for one use: such a request is not one to repeat.
    private var fields: [Secret] = []

    init(url: String, correlation: String, deadline: Duration) {
        self.url = url
        self.correlation = correlation
        self.deadline = deadline
    }

    mutating func add(_ name: String, _ value: String) {
        fields.append(Secret(TokenRequest.field(name, value)))
    }

    mutating func add(_ name: String, secret: Secret) {
        fields.append(secret.withText { Secret(TokenRequest.field(name, $0)) })
    }

    var outgoing: OutgoingRequest {
        let form = fields.map { $0.withText { $0 } }.joined(separator: "&")
        return OutgoingRequest(
            .post,
            Secret(url),
            headers: [
                .init("Content-Type", "application/x-www-form-urlencoded"),
                .init("Accept", "application/json"),
                .init("client-request-id", correlation),
            ],
            body: Secret(form),
            isIdempotent: false,
            deadline: deadline,
            responseBytesMax: 256 << 10
        )
    }
}

extension EntraSettings {
    var deviceCodeURL: String { "\(loginBase)/\(tenant)/oauth2/v2.0/devicecode" }
    var authorizeURL: String { "\(loginBase)/\(tenant)/oauth2/v2.0/authorize" }
}
