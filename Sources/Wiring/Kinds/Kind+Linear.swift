import Authenticating
import Classifying
import JSONReader
import Reporting
import Vocabulary

extension Kind {
    static let linear = Kind(
        reader: Linear.self,
        replyOptions: [Option("token-type")],
        untold: ("has no token: nothing can be told on the issue", "add `reply: { token: … }`"),
        scheme: { _ in .linear },
        channel: { source in
            guard let token = source.reply.token else { return nil }
            return LinearWorkspace(
                base: source.reply.url ?? "https://api.linear.app",
                token: token,
                credential: source.reply.chosen("token-type") ?? .apiKey
            )
        },
        check: { source in
            [source.choice("token-type", of: LinearWorkspace.Credential.allCases)].compactMap { $0 }
        },
        sample: { wish in
            SampleBody(
                body: linearSample(wish).encoded(),
                headers: [.init("Linear-Event", wish.text == nil ? "Issue" : "Comment")]
            )
        }
    )

    private static func linearSample(_ wish: SampleWish) -> JSONValue {
        let issueID: JSONValue = "2441a4eb-6469-4b26-b598-17291f24216b"
        var body: [String: JSONValue] = [
            "actor": ["id": .string(wish.identity), "type": "user", "name": "Sample"],
            "createdAt": .string(wish.now.iso8601), "webhookTimestamp": .integer(wish.now.milliseconds),
            "organizationId": "5764b9c7-fdcd-41f1-b6bb-689f435622ff", "webhookId": .string(wish.id),
        ]
        let issue: [String: JSONValue] = [
            "id": issueID, "identifier": .string(wish.ticket), "title": "Sample",
            "description": .string(wish.machine.map { "host: \($0)" } ?? ""),
            "team": ["key": .string(String(wish.ticket.prefix { $0 != "-" }))],
        ]
        if let text = wish.text {
            body["type"] = "Comment"
            body["action"] = "create"
            body["data"] = ["id": issueID, "body": .string(text), "issue": .object(issue)]
            return .object(body)
        }
        var data = issue
        var before: [String: JSONValue] = [:]
        data["labels"] = .array(wish.label.map { [["id": "label-1", "name": .string($0)]] } ?? [])
        if wish.label != nil { before["labelIds"] = [] }
        if let status = wish.status {
            data["state"] = ["id": "state-2", "name": .string(status), "type": "started"]
            before["stateId"] = "state-1"
        }
        body["type"] = "Issue"
        body["action"] = "update"
        body["data"] = .object(data)
        body["updatedFrom"] = .object(before)
        return .object(body)
    }
}
