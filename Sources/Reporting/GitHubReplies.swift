import CurlClient
import Enqueuing
import JSONReader
package import Vocabulary

/// Tells a GitHub issue by comments.
///
/// - Source: `reference/webhook-replies.md` §7.
package struct GitHubSite: TicketVendor {
    static let provider = "github"
    private static let textMax = 65_536

    /// `https://api.github.com`, or an Enterprise Server's `https://HOST/api/v3`.
    let base: String
    let token: Secret

    package init(base: String = "https://api.github.com", token: Secret) {
        self.base = base
        self.token = token
    }

    var headers: [OutgoingRequest.Header] {
        [
            .init("Accept", "application/vnd.github+json"),
            .init("Authorization", secret: token.prefixed("Bearer ")),
            .init("User-Agent", "bascule"), .init("X-GitHub-Api-Version", "2022-11-28"),
        ]
    }

    func thread(at place: ReplyPlace) -> String? {
        guard let repository = place["repository"],
            repository.wholeMatch(of: /[A-Za-z0-9-]{1,64}\/[A-Za-z0-9._-]{1,100}/) != nil,
            !repository.hasSuffix("/."), !repository.hasSuffix("/.."), let issue = place["issue"],
            issue.wholeMatch(of: /[1-9][0-9]{0,18}/) != nil
        else { return nil }
        return "\(base)/repos/\(repository)/issues/\(issue)/comments"
    }

    /// The oldest come first, so that what is long past is left out.
    func list(_ thread: String, since moment: Timestamp) -> VendorCall {
        let whole = Timestamp(seconds: moment.seconds)
        return VendorCall(
            method: .get,
            url: "\(thread)?per_page=100&since=\(whole.iso8601)",
            isLookUp: true
        )
    }

    func comments(in answer: JSONValue) -> JSONValue? {
        answer.array == nil ? nil : answer
    }

    func comment(_ entries: [OutboxEntry], on thread: String) -> VendorCall {
        let text = CommentText.fenced(entries, unitsMax: Self.textMax)
        return VendorCall(method: .post, url: thread, body: ["body": .string(text)])
    }

    /// Limits come as 403 or 429: with nothing left until a moment, with a wait, or with words alone.
    func reading(of answer: IncomingResponse, now: Timestamp) -> Delivery? {
        guard answer.status == 403 || answer.status == 429 else { return nil }
        if answer.number("x-ratelimit-remaining") == 0, let reset = answer.number("x-ratelimit-reset") {
            return .paused(Self.provider, for: Timestamp(seconds: reset).since(now))
        }
        if let wait = answer.retryAfter(now: now) { return .paused(Self.provider, for: wait) }
        let words = (try? JSONReader.read(answer.body))?["message"]?.string?.lowercased() ?? ""
        guard answer.status == 429 || words.contains("rate limit") else { return nil }
        return .paused(Self.provider, for: .seconds(60))
    }
}
