import CurlClient
import Enqueuing
import JSONReader
package import Vocabulary

/// Tells an issue of a Forgejo site by comments.
///
/// - Source: Forgejo's API, `/repos/{owner}/{repo}/issues/{index}/comments`.
package struct ForgejoSite: TicketVendor {
    static let provider = "forgejo"
    private static let textMax = 65_536

    /// The site, without a slash at its end.
    let base: String
    let token: Secret

    package init(base: String, token: Secret) {
        self.base = base
        self.token = token
    }

    var headers: [OutgoingRequest.Header] {
        [.init("Accept", "application/json"), .init("Authorization", secret: token.prefixed("token "))]
    }

    func thread(at place: ReplyPlace) -> String? {
        guard let repository = place["repository"],
            repository.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._-]{0,63}\/[A-Za-z0-9._-]{1,100}/) != nil,
            !repository.hasSuffix("/."), !repository.hasSuffix("/.."), let issue = place["issue"],
            issue.wholeMatch(of: /[1-9][0-9]{0,18}/) != nil
        else { return nil }
        return "\(base)/api/v1/repos/\(repository)/issues/\(issue)/comments"
    }

    func list(_ thread: String, since moment: Timestamp) -> VendorCall {
        let whole = Timestamp(seconds: moment.seconds)
        return VendorCall(method: .get, url: "\(thread)?since=\(whole.iso8601)", isLookUp: true)
    }

    func comments(in answer: JSONValue) -> JSONValue? {
        answer.array == nil ? nil : answer
    }

    func comment(_ entries: [OutboxEntry], on thread: String) -> VendorCall {
        let text = CommentText.fenced(entries, unitsMax: Self.textMax)
        return VendorCall(method: .post, url: thread, body: ["body": .string(text)])
    }

    /// Limits are the site's owner's: 429, with a wait or without.
    func reading(of answer: IncomingResponse, now: Timestamp) -> Delivery? {
        guard answer.status == 429 else { return nil }
        return .paused(Self.provider, for: answer.retryAfter(now: now) ?? .seconds(60))
    }
}
