import CurlClient
import Enqueuing
import JSONReader
package import Vocabulary

/// Tells a GitLab issue by internal notes.
///
/// - Source: `reference/webhook-replies.md` §7.
package struct GitLabSite: TicketVendor {
    static let provider = "gitlab"
    private static let textMax = 65_536

    /// `https://gitlab.com`, or a site of one's own, without a slash at its end.
    let base: String
    /// A token of a project, a group or a person.
    let token: Secret

    package init(base: String, token: Secret) {
        self.base = base
        self.token = token
    }

    var headers: [OutgoingRequest.Header] {
        [.init("Accept", "application/json"), .init("PRIVATE-TOKEN", secret: token)]
    }

    func thread(at place: ReplyPlace) -> String? {
        guard let project = place["project"], let issue = place["issue"],
            [project, issue].allSatisfy({ $0.wholeMatch(of: /[1-9][0-9]{0,18}/) != nil })
        else { return nil }
        return "\(base)/api/v4/projects/\(project)/issues/\(issue)/notes"
    }

    func list(_ thread: String, since moment: Timestamp) -> VendorCall {
        VendorCall(
            method: .get,
            url: thread + "?order_by=created_at&sort=desc&per_page=100",
            isLookUp: true
        )
    }

    func comments(in answer: JSONValue) -> JSONValue? {
        answer.array == nil ? nil : answer
    }

    func comment(_ entries: [OutboxEntry], on thread: String) -> VendorCall {
        let text = CommentText.fenced(entries, unitsMax: Self.textMax)
        return VendorCall(method: .post, url: thread, body: ["body": .string(text), "internal": true])
    }
}
