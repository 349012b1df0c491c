import Authenticating
import Classifying
import JSONReader
import Reporting
import Vocabulary

extension Kind {
    /// A signing token, or with `accept-unsigned: token` the plain one.
    static let gitLab = Kind(
        reader: GitLab.self,
        options: [Option("accept-unsigned")],
        replyNeeds: ["url"],
        untold: (
            "has no token: nothing can be told on the issue",
            "add `reply: { url: https://gitlab.com, token: … }`"
        ),
        scheme: { source in source.acceptsToken ? .gitLabToken : .gitLabSigning },
        channel: { source in
            guard let base = source.reply.url, let token = source.reply.token else { return nil }
            return GitLabSite(base: base, token: token)
        },
        check: { source in
            guard let words = source.options["accept-unsigned"] else { return [] }
            guard words == ["token"] else {
                return [
                    .error(
                        "accept-unsigned",
                        "\"accept-unsigned\" is \"\(words.joined(separator: ", "))\"",
                        "write token"
                    )
                ]
            }
            return [
                .warning(
                    "accept-unsigned",
                    "signs nothing: whoever knows the token can write any body, in anybody's name",
                    "use a signing token where your GitLab has them"
                )
            ]
        },
        sample: { wish in
            SampleBody(
                body: gitLabSample(wish).encoded(),
                headers: [.init("X-Gitlab-Event", wish.text == nil ? "Issue Hook" : "Note Hook")]
            )
        }
    )

    private static func gitLabSample(_ wish: SampleWish) -> JSONValue {
        let number = JSONValue.integer(
            wish.ticket.split { !$0.isNumber }.last.flatMap { Int64($0) } ?? 1
        )
        let time = JSONValue.string(SampleTime.plain(wish.now) + " UTC")
        let machine = JSONValue.string(wish.machine.map { "host: \($0)" } ?? "")
        var body: [String: JSONValue] = [
            "user": ["id": .integer(Int64(wish.identity) ?? 1), "name": "Sample", "username": "sample"],
            "project": ["id": 1, "name": "incidents", "path_with_namespace": "sample/incidents"],
        ]
        if let text = wish.text {
            body["object_kind"] = "note"
            body["object_attributes"] = [
                "id": 1, "note": .string(text), "noteable_type": "Issue", "action": "create",
                "system": false, "created_at": time, "updated_at": time,
            ]
            body["issue"] = ["iid": number, "title": "Sample", "description": machine]
            return .object(body)
        }
        body["object_kind"] = "issue"
        body["object_attributes"] = [
            "iid": number, "title": "Sample", "description": machine, "updated_at": time,
            "action": wish.status.map { $0 == "opened" ? "reopen" : "close" } ?? "update",
        ]
        if let label = wish.label {
            let labels: JSONValue = [["id": 1, "title": .string(label)]]
            body["labels"] = labels
            body["changes"] = ["labels": ["previous": [], "current": labels]]
        }
        return .object(body)
    }
}

extension Settings.Source {
    /// The settings say that nothing covers the body.
    fileprivate var acceptsToken: Bool { options["accept-unsigned"] == ["token"] }
}
