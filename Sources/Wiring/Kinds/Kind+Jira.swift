import Authenticating
import Classifying
import JSONReader
import Reporting
import Vocabulary

extension Kind {
    static let jira = Kind(
        reader: Jira.self,
        replyOptions: [Option("version"), Option("readers")],
        replyNeeds: ["url"],
        untold: (
            "has no token: nothing can be told on the ticket",
            "add `reply: { url: …, token: … }`"
        ),
        scheme: { _ in .jira },
        channel: { source in jiraSite(source) },
        check: { source in jiraMistakes(source) },
        sample: { wish in SampleBody(body: jiraSample(wish).encoded()) }
    )

    /// The action of a rule, which signs nothing: a header holds the secret.
    static let jiraAutomation = Kind(
        reader: JiraAutomation.self,
        proof: .plainToken,
        options: [Option("header", required: "name the header that the rule adds")],
        replyOptions: [Option("version"), Option("readers")],
        replyNeeds: ["url"],
        untold: jira.untold,
        scheme: { source in .sharedHeader(source.options["header"]?.first ?? "") },
        channel: { source in jiraSite(source) },
        check: { source in
            jiraMistakes(source) + [
                .warning(
                    "accept-unsigned",
                    "signs nothing: whoever may change the rule, or knows the header, acts in anybody's name",
                    "use `kind: jira` with a webhook that has a secret, if you may make one"
                )
            ]
        },
        sample: { wish in SampleBody(body: jiraAutomationSample(wish).encoded()) }
    )

    private static func jiraSite(_ source: Settings.Source) -> JiraSite? {
        guard let base = source.reply.url, let token = source.reply.token else { return nil }
        return JiraSite(
            base: base,
            user: source.reply.user,
            token: token,
            version: source.reply.chosen("version") ?? .cloud,
            readers: source.reply.chosen("readers") ?? .agents
        )
    }

    private static func jiraMistakes(_ source: Settings.Source) -> [KindProblem] {
        [
            source.choice("version", of: JiraSite.Version.allCases),
            source.choice("readers", of: JiraSite.Readers.allCases),
        ].compactMap { $0 }
    }

    private static func jiraSample(_ wish: SampleWish) -> JSONValue {
        let user: JSONValue = ["accountId": .string(wish.identity), "displayName": "Sample"]
        var items: [JSONValue] = []
        if let status = wish.status {
            items.append(["field": "status", "fromString": "To Do", "toString": .string(status)])
        }
        if let label = wish.label {
            items.append(["field": "labels", "fromString": "", "toString": .string(label)])
        }
        var body: [String: JSONValue] = [
            "timestamp": .integer(wish.now.milliseconds), "webhookEvent": "jira:issue_updated", "user": user,
            "issue": [
                "key": .string(wish.ticket),
                "fields": [
                    "summary": "Sample", "customfield_10050": wish.machine.map(JSONValue.string) ?? .null,
                    "status": ["name": .string(wish.status ?? "To Do")],
                    "labels": .array(wish.label.map { [.string($0)] } ?? []),
                ],
            ],
        ]
        if !items.isEmpty { body["changelog"] = ["id": .string(wish.id), "items": .array(items)] }
        if let text = wish.text {
            body["webhookEvent"] = "comment_created"
            body["comment"] = ["author": user, "updateAuthor": user, "body": .string(text)]
        }
        return .object(body)
    }

    private static func jiraAutomationSample(_ wish: SampleWish) -> JSONValue {
        [
            "schema": "bascule.v1", "id": .string("\(wish.ticket):\(wish.id)"),
            "issue": [
                "key": .string(wish.ticket), "summary": "Sample",
                "status": .string(wish.status ?? "To Do"), "previousStatus": "To Do",
                "host": wish.machine.map(JSONValue.string) ?? .null,
            ],
            "comment": ["body": .string(wish.text ?? "")],
            "actor": ["accountId": .string(wish.identity), "name": "Sample"],
            "sentAt": .string(wish.now.iso8601),
        ]
    }
}
