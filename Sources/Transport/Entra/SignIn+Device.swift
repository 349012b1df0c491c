import CurlClient
import JSONReader
package import Vocabulary

/// What a person types on another device to sign in here.
package struct DeviceCode: Sendable, Equatable {
    /// Such as `GHKBQ6SZ3`.
    package let userCode: String
    /// The page to type it into.
    package let page: String
    package let expiresAt: Timestamp
    let code: Secret
    let interval: Duration
    let correlation: String
    let claims: String?
}

/// Device code (RFC 8628).
extension SignIn {
    /// How long a code is good where Entra does not say.
    static let codeLifeDefault = Duration.seconds(900)
    /// The longest life that is believed.
    static let codeLifeMax = Duration.seconds(3_600)
    static let intervalDefault = Duration.seconds(5)
    /// No pause between two questions is longer, whatever Entra or the network says.
    static let intervalMax = Duration.seconds(60)

    /// Begins: the person is shown the code and the page.
    ///
    /// - Parameter claims: The decoded `claims` of a challenge, which goes with the sign-in.
    /// - Returns: What to show.
    /// - Throws: ``SignInError/token(_:)`` where Entra gives no code.
    package func beginDevice(claims: String? = nil) async throws(SignInError) -> DeviceCode {
        let correlation = makeIdentifier()
        var request = request(to: settings.deviceCodeURL, correlation)
        request.add("scope", scope)
        if let claims { request.add("claims", claims) }
        let sentAt = now()
        let response: IncomingResponse
        do throws(TransferFailure) {
            response = try await sender.send(request.outgoing)
        } catch {
            throw .token(error.kind == .cancelled ? .cancelled : .transfer(error))
        }
        guard response.status == 200 else {
            let answer = TokenAnswer(
                response: response,
                credential: "a device code",
                sentAt: sentAt,
                now: now()
            )
            if case .failure(let error) = answer.read() { throw .token(error) }
            throw .token(.unreadable(status: response.status, what: "no device code"))
        }
        guard let body = try? JSONReader.read(response.body, root: .object),
            let code = body["device_code"]?.string, !code.isEmpty,
            let userCode = body["user_code"]?.string, Self.isTypable(userCode),
            let page = (body["verification_uri"] ?? body["verification_url"])?.string, Self.isPage(page)
        else { throw .token(.unreadable(status: 200, what: "no device code")) }
        let life = Self.seconds(body["expires_in"]) ?? Self.codeLifeDefault
        let interval = Self.seconds(body["interval"]) ?? Self.intervalDefault
        return DeviceCode(
            userCode: userCode,
            page: page,
            expiresAt: sentAt + min(max(life, .seconds(1)), Self.codeLifeMax),
            code: Secret(code),
            interval: min(max(interval, .seconds(1)), Self.intervalMax),
            correlation: correlation,
            claims: claims
        )
    }

    /// Asks again and again until the person has signed in, has declined, or the code is too old.
    ///
    /// What may pass by itself, such as a lost connection, only makes the pauses longer.
    package func finish(_ code: DeviceCode) async throws(SignInError) -> SignedIn {
        var interval = code.interval
        while true {
            do {
                try await pause(interval)
            } catch {
                throw .token(.cancelled)
            }
            guard now() < code.expiresAt else { throw .tooLate }
            let outcome = try await redeem(poll(code), as: "the device code")
            guard case .failed(let error, _) = outcome else {
                if case .granted(let signedIn) = outcome { return signedIn }
                continue
            }
            interval = try Self.next(interval, after: error)
        }
    }

    private func poll(_ code: DeviceCode) -> PublicRequest {
        var request = request(to: settings.tokenURL, code.correlation)
        request.add("grant_type", "urn:ietf:params:oauth:grant-type:device_code")
        request.add("device_code", secret: code.code)
        if let claims = code.claims { request.add("claims", claims) }
        return request
    }

    /// How long to wait before the next question, or why there is none.
    private static func next(
        _ interval: Duration,
        after error: TokenError
    ) throws(SignInError) -> Duration {
        if case .refused(let refusal) = error {
            switch refusal.error {
            case "authorization_pending": return interval
            case "slow_down": return min(interval + .seconds(5), intervalMax)
            case "authorization_declined", "access_denied": throw .declined
            case "expired_token", "code_expired": throw .tooLate
            default: break
            }
        }
        guard error.isTransient, error != .cancelled else { throw .token(error) }
        return min(max(error.retryAfter ?? .zero, interval * 2), intervalMax)
    }

    private static func seconds(_ value: JSONValue?) -> Duration? {
        (value?.integer ?? value?.string.flatMap { Int64($0) }).map { .seconds($0) }
    }

    /// Short, and nothing that a terminal could take for something else.
    private static func isTypable(_ code: String) -> Bool {
        (1...40).contains(code.utf8.count)
            && code.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                    || $0 == 0x2D
            }
    }

    private static func isPage(_ text: String) -> Bool {
        text.utf8.count <= 500 && (text.hasPrefix("https://") || text.hasPrefix("http://"))
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
