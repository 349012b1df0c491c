import Authenticating
import Classifying
import JSONReader
import Reporting
import Vocabulary

extension Kind {
    /// Bare hex over the body; the hub and Gitea headers that come along say the same and are not looked at.
    static let forgejo = Kind(
        reader: Forgejo.self,
        replyNeeds: ["url"],
        untold: ("has no token: nothing can be told on the issue", "add `reply: { url: …, token: … }`"),
        scheme: { _ in
            .described(DescribedScheme(header: "X-Forgejo-Signature", idHeader: "X-Forgejo-Delivery"))
        },
        channel: { source in
            guard let base = source.reply.url, let token = source.reply.token else { return nil }
            return ForgejoSite(base: base, token: token)
        },
        sample: { wish in
            let number = wish.ticket.split { !$0.isNumber }.last.flatMap { Int64($0) } ?? 1
            let time = JSONValue.string(Timestamp(seconds: wish.now.seconds).iso8601)
            let labels = wish.label.map { JSONValue.array([["id": 1, "name": .string($0)]]) } ?? []
            var body: [String: JSONValue] = [
                "action": wish.status == "closed"
                    ? "closed" : wish.label == nil ? "reopened" : "label_updated",
                "issue": [
                    "number": .integer(number), "title": "Sample", "state": "open", "updated_at": time,
                    "body": .string(wish.machine.map { "host: \($0)\n" } ?? ""), "labels": labels,
                ],
                "repository": ["id": 1, "full_name": "sample/incidents"],
                "sender": ["id": .integer(Int64(wish.identity) ?? 1), "login": "sample"],
            ]
            if let text = wish.text {
                body["action"] = "created"
                body["comment"] = ["id": 1, "body": .string(text), "created_at": time, "updated_at": time]
            }
            let event = wish.text == nil ? "issues" : "issue_comment"
            return SampleBody(
                body: JSONValue.object(body).encoded(),
                headers: [.init("X-Forgejo-Event", event)]
            )
        }
    )
}
