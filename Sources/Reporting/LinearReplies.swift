import CurlClient
import Enqueuing
import JSONReader
package import Vocabulary

/// Tells a Linear issue by comments.
///
/// GraphQL answers what it refused with 200 or 400 and says so in the body.
///
/// - Source: `reference/webhook-replies.md` §7.
package struct LinearWorkspace: TicketVendor {
    package enum Credential: String, Sendable, CaseIterable {
        /// Sent as it is.
        case apiKey = "api-key"
        case oauth
    }

    static let provider = "linear"
    private static let textMax = 60_000
    private static let mutation =
        "mutation Tell($input: CommentCreateInput!) "
        + "{ commentCreate(input: $input) { success comment { id } } }"
    private static let query =
        "query LookUp($id: String!) "
        + "{ issue(id: $id) { comments(first: 50, orderBy: createdAt) { nodes { body } } } }"

    /// `https://api.linear.app`, without a slash at its end.
    let base: String
    let token: Secret
    let credential: Credential

    package init(base: String = "https://api.linear.app", token: Secret, credential: Credential = .apiKey) {
        self.base = base
        self.token = token
        self.credential = credential
    }

    var headers: [OutgoingRequest.Header] {
        let value = credential == .apiKey ? token : token.prefixed("Bearer ")
        return [.init("Accept", "application/json"), .init("Authorization", secret: value)]
    }

    /// The issue's id; the address is always the same.
    func thread(at place: ReplyPlace) -> String? {
        guard let issue = place["issue"],
            issue.wholeMatch(of: /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/) != nil
        else { return nil }
        return issue
    }

    func list(_ thread: String, since moment: Timestamp) -> VendorCall {
        call(Self.query, ["id": .string(thread)], isLookUp: true)
    }

    func comments(in answer: JSONValue) -> JSONValue? {
        guard let nodes = answer.at("data.issue.comments.nodes"), nodes.array != nil else { return nil }
        return nodes
    }

    func comment(_ entries: [OutboxEntry], on thread: String) -> VendorCall {
        let text = CommentText.fenced(entries, unitsMax: Self.textMax)
        return call(
            Self.mutation,
            ["input": ["issueId": .string(thread), "body": .string(text)]],
            isLookUp: false
        )
    }

    func reading(of answer: IncomingResponse, now: Timestamp) -> Delivery? {
        guard let value = try? JSONReader.read(answer.body, root: .object) else { return nil }
        let errors = value["errors"]?.array ?? []
        let codes = errors.compactMap { $0.at("extensions.code")?.string }
        if codes.contains("RATELIMITED") {
            return .paused(Self.provider, for: answer.retryAfter(now: now) ?? .seconds(60))
        }
        guard (200...299).contains(answer.status) else { return nil }
        if !errors.isEmpty { return .impossible(trouble: "linear.refused") }
        guard let made = value.at("data.commentCreate") else { return nil }
        return made["success"] == true ? nil : .impossible(trouble: "linear.refused")
    }

    private func call(_ text: String, _ variables: JSONValue, isLookUp: Bool) -> VendorCall {
        VendorCall(
            method: .post,
            url: base + "/graphql",
            body: ["query": .string(text), "variables": variables],
            isLookUp: isLookUp
        )
    }
}
