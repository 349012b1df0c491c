import CurlClient
import Foundation
import JSONReader
import Vocabulary

/// Reads the token endpoint's answer: the status first, the body only where the status promises one.
struct TokenAnswer {
    let response: IncomingResponse
    /// Which credential was used, in words; never the credential.
    let credential: String
    /// Just before the request was sent: a token's life is counted from here, to be on the safe side.
    let sentAt: Timestamp
    let now: Timestamp

    /// What a success gives.
    struct Grant: Equatable {
        let token: AccessToken
        /// Entra's wish when to renew, if it named one.
        let refreshIn: Duration?
        let lifetime: Duration
    }

    /// Longer waits than this are not believed.
    static let retryAfterMax = Duration.seconds(3_600)
    /// What is assumed where Entra names no lifetime.
    static let lifetimeAssumed = Duration.seconds(600)
    /// The longest life that is believed: continuous access evaluation gives up to 28 hours.
    static let lifetimeMax = Duration.seconds(28 * 3_600)

    var serverTime: Timestamp? { response.header("Date").flatMap { Timestamp(httpDate: $0) } }

    /// The server's clock minus ours.
    ///
    /// Half of the round trip is not known, so seconds mean nothing here.
    var clockAhead: Duration? { serverTime?.since(now) }

    func read() -> Result<Grant, TokenError> {
        let status = response.status
        let wait = RetryAfter.wait(
            response.header("Retry-After"),
            serverTime: serverTime,
            now: now,
            atMost: Self.retryAfterMax
        )
        switch status {
        case 200: return grant()
        case 429: return .failure(.throttled(retryAfter: wait))
        case 400, 401, 403: return .failure(refusal(wait) ?? .unreadable(status: status, what: bodyKind))
        case 408, 500...599:
            return .failure(.unavailable(status: status, retryAfter: wait))
        default: return .failure(refusal(wait) ?? .unreadable(status: status, what: bodyKind))
        }
    }

    private func grant() -> Result<Grant, TokenError> {
        guard let body = try? JSONReader.read(response.body), let bearer = Self.bearer(in: body)
        else { return .failure(.unreadable(status: response.status, what: bodyKind)) }
        if let type = body["token_type"]?.string, type.lowercased() != "bearer" {
            return .failure(.unreadable(status: response.status, what: "a token of another type than Bearer"))
        }
        let seconds = Self.seconds(body["expires_in"]).map { Duration.seconds($0) } ?? Self.lifetimeAssumed
        let lifetime = min(max(seconds, .zero), Self.lifetimeMax)
        let token = AccessToken(
            bearer: bearer,
            expiresAt: sentAt + lifetime,
            claims: TokenClaims(bearer: bearer)
        )
        return .success(
            Grant(
                token: token,
                refreshIn: Self.seconds(body["refresh_in"]).map { .seconds($0) },
                lifetime: lifetime
            )
        )
    }

    /// The OAuth error of the body, or nil where the body has none.
    private func refusal(_ wait: Duration?) -> TokenError? {
        guard let body = try? JSONReader.read(response.body), let error = body["error"]?.string,
            !error.isEmpty, error.utf8.count <= 60,
            error.utf8.allSatisfy({ (0x61...0x7A).contains($0) || $0 == 0x5F })
        else { return nil }
        let description = body["error_description"]?.string ?? ""
        let number = body["error_codes"]?.array?.first.flatMap(Self.seconds) ?? Self.number(in: description)
        let refusal = EntraRefusal(
            status: response.status,
            error: error,
            number: number.flatMap { Int(exactly: $0) },
            sentence: Self.sentence(of: description),
            correlation: body["correlation_id"]?.string.flatMap { UUID(uuidString: $0) }?.uuidString
                .lowercased(),
            clockAhead: clockAhead,
            credential: credential,
            retryAfter: wait
        )
        if refusal.number == 90_055 { return .throttled(retryAfter: wait) }
        return .refused(refusal)
    }

    /// The token of an answer, if it is one that a header can carry.
    static func bearer(in body: JSONValue) -> Secret? {
        guard let text = body["access_token"]?.string, !text.isEmpty,
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        return Secret(text)
    }

    /// An integer that may come as a number or as text (v1 endpoints).
    static func seconds(_ value: JSONValue?) -> Int64? {
        value?.integer ?? value?.string.flatMap { Int64($0) }
    }

    private static func number(in description: String) -> Int64? {
        guard let marker = description.range(of: "AADSTS") else { return nil }
        return Int64(description[marker.upperBound...].prefix { $0.isASCII && $0.isNumber })
    }

    /// Entra's first sentence, at most 160 characters; long runs that could be a credential become `…`.
    static func sentence(of description: String) -> String? {
        var text = description
        if let marker = text.range(of: "AADSTS"), let colon = text[marker.upperBound...].firstIndex(of: ":") {
            text = String(text[text.index(after: colon)...])
        }
        for trailer in [" Trace ID:", "\r\n", "\n"] {
            if let end = text.range(of: trailer) { text = String(text[..<end.lowerBound]) }
        }
        let words = text.split(whereSeparator: { $0.isWhitespace || $0.isNewline }).map { word -> String in
            let bare = word.trimmingCharacters(in: .punctuationCharacters)
            let isLong = bare.utf8.count > 36 || (bare.utf8.count > 20 && UUID(uuidString: bare) == nil)
            return isLong
                ? "…" : String(word.unicodeScalars.filter { !CharacterSet.controlCharacters.contains($0) })
        }
        var sentence = String(words.joined(separator: " ").prefix(160))
        while sentence.hasSuffix(".") { sentence.removeLast() }
        return sentence.isEmpty ? nil : sentence
    }

    private var bodyKind: String { Self.bodyKind(response) }

    /// What an answer is instead of what it should be.
    static func bodyKind(_ response: IncomingResponse) -> String {
        if response.body.isEmpty { return "no body" }
        let kind = response.header("Content-Type")?.lowercased() ?? ""
        if kind.contains("html") { return "a web page" }
        if kind.contains("json") { return "JSON of another form" }
        return "something else than JSON"
    }
}
