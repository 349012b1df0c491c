import CurlClient
import Enqueuing
import JSONReader
package import Vocabulary

/// Tells a Zendesk ticket by internal notes: a public comment would be mailed to whoever asked for help.
///
/// - Source: `reference/webhook-replies.md` §5.
package struct ZendeskAccount: TicketVendor {
    static let provider = "zendesk"
    private static let textMax = 65_535

    /// `https://SUBDOMAIN.zendesk.com`, without a slash at its end.
    let base: String
    /// The agent's e-mail address for a token of the API; nil for a token of OAuth.
    let user: String?
    let token: Secret

    package init(base: String, user: String?, token: Secret) {
        self.base = base
        self.user = user
        self.token = token
    }

    var headers: [OutgoingRequest.Header] {
        let credential = user.map { Secret.basic("\($0)/token", token) } ?? token.prefixed("Bearer ")
        return [.init("Accept", "application/json"), .init("Authorization", secret: credential)]
    }

    func thread(at place: ReplyPlace) -> String? {
        guard let ticket = place["ticket"], ticket.wholeMatch(of: /[1-9][0-9]{0,18}/) != nil else {
            return nil
        }
        return "\(base)/api/v2/tickets/\(ticket)"
    }

    func list(_ thread: String, since moment: Timestamp) -> VendorCall {
        VendorCall(method: .get, url: thread + "/comments.json?sort_order=desc", isLookUp: true)
    }

    func comments(in answer: JSONValue) -> JSONValue? {
        guard let comments = answer["comments"], comments.array != nil else { return nil }
        return comments
    }

    /// Placeholders are filled in wherever they stand, in a block of code as well.
    func comment(_ entries: [OutboxEntry], on thread: String) -> VendorCall {
        let text = CommentText.fenced(entries, unitsMax: Self.textMax, breaking: ["{{", "{%"])
        return VendorCall(
            method: .put,
            url: thread + ".json",
            body: ["ticket": ["comment": ["body": .string(text), "public": false]]]
        )
    }
}
