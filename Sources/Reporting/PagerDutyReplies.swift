import CurlClient
import Enqueuing
import JSONReader
package import Vocabulary

/// Tells a PagerDuty incident by notes.
///
/// - Source: `reference/webhook-replies.md` §6.
package struct PagerDutyAccount: TicketVendor {
    package enum Credential: String, Sendable, CaseIterable {
        case apiKey = "api-key"
        case oauth
    }

    static let provider = "pagerduty"
    private static let textMax = 25_000

    /// `https://api.pagerduty.com`, or the European one.
    let base: String
    let token: Secret
    let credential: Credential
    /// The e-mail address of the user in whose name a key of the account notes.
    let from: String?

    package init(
        base: String = "https://api.pagerduty.com",
        token: Secret,
        credential: Credential = .apiKey,
        from: String? = nil
    ) {
        self.base = base
        self.token = token
        self.credential = credential
        self.from = from
    }

    var headers: [OutgoingRequest.Header] {
        let scheme = credential == .apiKey ? "Token token=" : "Bearer "
        let headers: [OutgoingRequest.Header] = [
            .init("Accept", "application/vnd.pagerduty+json;version=2"),
            .init("Authorization", secret: token.prefixed(scheme)),
        ]
        return headers + (from.map { [.init("From", $0)] } ?? [])
    }

    func thread(at place: ReplyPlace) -> String? {
        guard let incident = place["incident"], incident.wholeMatch(of: /[A-Z0-9]{1,64}/) != nil else {
            return nil
        }
        return "\(base)/incidents/\(incident)/notes"
    }

    func list(_ thread: String, since moment: Timestamp) -> VendorCall {
        VendorCall(method: .get, url: thread, isLookUp: true)
    }

    func comments(in answer: JSONValue) -> JSONValue? {
        guard let notes = answer["notes"], notes.array != nil else { return nil }
        return notes
    }

    func comment(_ entries: [OutboxEntry], on thread: String) -> VendorCall {
        let text = CommentText.plain(entries, unitsMax: Self.textMax)
        return VendorCall(method: .post, url: thread, body: ["note": ["content": .string(text)]])
    }

    /// The limit is told by a status, and how long it lasts by a header of PagerDuty's own.
    func reading(of answer: IncomingResponse, now: Timestamp) -> Delivery? {
        guard answer.status == 429 else { return nil }
        let reset = answer.number("ratelimit-reset").map { Duration.seconds($0) }
        return .paused(Self.provider, for: answer.retryAfter(now: now) ?? reset ?? .seconds(30))
    }
}
