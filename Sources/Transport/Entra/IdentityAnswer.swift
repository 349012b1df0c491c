import Cryptography
import CurlClient
import JSONReader
import Vocabulary

/// Reads what a platform answered to a request for a token.
struct IdentityAnswer {
    let response: IncomingResponse
    let identity: ManagedIdentity
    /// Just before the request was sent.
    let sentAt: Timestamp
    let now: Timestamp

    /// Tokens that live this long are renewed at half their life, as Microsoft's libraries do.
    static let longLife = Duration.seconds(2 * 3_600)
    static let retryAfterMax = Duration.seconds(60)

    func read() -> Result<TokenAnswer.Grant, TokenError> {
        switch response.status {
        case 200: grant()
        case 400: failure(.unknown(sentence: sentence))
        case 404, 410, 429, 500...599:
            failure(.unavailable(status: response.status, retryAfter: retryAfter))
        default: failure(.refused(status: response.status, sentence: sentence))
        }
    }

    private func grant() -> Result<TokenAnswer.Grant, TokenError> {
        guard let body = try? JSONReader.read(response.body, root: .object),
            let bearer = TokenAnswer.bearer(in: body)
        else {
            return failure(.unreadable(status: 200, what: TokenAnswer.bodyKind(response)))
        }
        guard isEchoed(body, TokenClaims.payload(of: bearer)) else { return failure(.notEchoed) }
        let lifetime = min(max(lifetime(body), .zero), TokenAnswer.lifetimeMax)
        let token = AccessToken(
            bearer: bearer,
            expiresAt: sentAt + lifetime,
            claims: TokenClaims(bearer: bearer)
        )
        let refreshIn = lifetime >= Self.longLife ? lifetime / 2 : nil
        return .success(TokenAnswer.Grant(token: token, refreshIn: refreshIn, lifetime: lifetime))
    }

    /// `expires_in` needs no clock; App Service has `expires_on` alone, in seconds since 1970, as text.
    private func lifetime(_ body: JSONValue) -> Duration {
        if let seconds = TokenAnswer.seconds(body["expires_in"]) { return .seconds(seconds) }
        if let end = TokenAnswer.seconds(body["expires_on"]) {
            return Timestamp(seconds: min(max(end, 0), 1 << 40)).since(sentAt)
        }
        return TokenAnswer.lifetimeAssumed
    }

    /// Whether the answer or the token itself names the identity that was asked for.
    ///
    /// A contradiction is refused everywhere. Silence is refused where old agents are known to ignore the question
    /// (Arc), and where the documented answer has the name (App Service and a client id).
    private func isEchoed(_ body: JSONValue, _ claims: JSONValue?) -> Bool {
        let asked: String
        let named: [String?]
        switch identity.selector {
        case .system: return true
        case .client(let id):
            asked = id
            named = [body["client_id"]?.string, claims?["appid"]?.string ?? claims?["azp"]?.string]
        case .object(let id):
            asked = id
            named = [body["object_id"]?.string ?? body["principal_id"]?.string, claims?["oid"]?.string]
        case .resource(let id):
            asked = id
            named = [
                body["msi_res_id"]?.string ?? body["mi_res_id"]?.string, claims?["xms_mirid"]?.string,
            ]
        }
        let echoes = named.compactMap(\.self)
        guard echoes.allSatisfy({ $0.lowercased() == asked.lowercased() }) else { return false }
        guard echoes.isEmpty else { return true }
        switch identity.kind {
        case .imds: return true
        case .arc: return false
        case .appService:
            if case .client = identity.selector { return false }
            return true
        }
    }

    private var retryAfter: Duration? {
        RetryAfter.wait(
            response.header("Retry-After"),
            serverTime: response.header("Date").flatMap { Timestamp(httpDate: $0) },
            now: now,
            atMost: Self.retryAfterMax
        )
    }

    /// IMDS has `error_description`, App Service `message`.
    private var sentence: String? {
        guard let body = try? JSONReader.read(response.body, root: .object) else { return nil }
        let text = body["error_description"]?.string ?? body["message"]?.string ?? body["error"]?.string
        return text.flatMap { TokenAnswer.sentence(of: $0) }
    }

    private func failure(_ reason: IdentityFailure.Reason) -> Result<TokenAnswer.Grant, TokenError> {
        .failure(.identity(IdentityFailure(identity, reason)))
    }
}
