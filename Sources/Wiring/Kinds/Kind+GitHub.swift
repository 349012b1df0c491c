import Authenticating
import Classifying
import JSONReader
import Reporting
import Vocabulary

extension Kind {
    static let gitHub = Kind(
        reader: GitHub.self,
        untold: ("has no token: nothing can be told on the issue", "add `reply: { token: … }`"),
        scheme: { _ in .github },
        channel: { source in
            guard let token = source.reply.token else { return nil }
            return GitHubSite(base: source.reply.url ?? "https://api.github.com", token: token)
        },
        sample: { wish in
            let event = wish.text == nil ? "issues" : "issue_comment"
            return SampleBody(
                body: gitHubSample(wish).encoded(),
                headers: [.init("X-GitHub-Event", event)]
            )
        }
    )

    private static func gitHubSample(_ wish: SampleWish) -> JSONValue {
        let number = wish.ticket.split { !$0.isNumber }.last.flatMap { Int64($0) } ?? 1
        let time = JSONValue.string(Timestamp(seconds: wish.now.seconds).iso8601)
        let machine = wish.machine.map { "host: \($0)\n" } ?? ""
        var body: [String: JSONValue] = [
            "issue": [
                "number": .integer(number), "title": "Sample", "state": "open", "updated_at": time,
                "body": .string(machine), "labels": .array(wish.label.map { [["name": .string($0)]] } ?? []),
            ],
            "repository": ["id": 1, "full_name": "sample/incidents"],
            "sender": ["id": .integer(Int64(wish.identity) ?? 1), "login": "sample", "type": "User"],
        ]
        if let text = wish.text {
            body["action"] = "created"
            body["comment"] = ["id": 1, "body": .string(text), "created_at": time, "updated_at": time]
        } else if let label = wish.label {
            body["action"] = "labeled"
            body["label"] = ["name": .string(label)]
        } else {
            body["action"] = wish.status == "open" ? "reopened" : "closed"
        }
        return .object(body)
    }
}
