import Authenticating
import Classifying
import JSONReader
import Reporting
import Vocabulary

extension Kind {
    static let zendesk = Kind(
        reader: Zendesk.self,
        replyNeeds: ["url"],
        untold: (
            "has no token: nothing can be told on the ticket",
            "add `reply: { url: …, user: …, token: … }`"
        ),
        scheme: { _ in .zendesk },
        channel: { source in
            guard let base = source.reply.url, let token = source.reply.token else { return nil }
            return ZendeskAccount(base: base, user: source.reply.user, token: token)
        },
        check: { source in
            guard source.secrets.contains(Secret(testSecret)) else { return [] }
            return [
                .error(
                    "secret",
                    "this is the secret that all of Zendesk shares for webhooks that were not saved",
                    "save the webhook and copy its own signing secret"
                )
            ]
        },
        sample: { wish in SampleBody(body: zendeskSample(wish).encoded()) }
    )

    /// Published by Zendesk for trying a webhook before it is saved: anybody can sign with it.
    private static let testSecret = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="

    private static func zendeskSample(_ wish: SampleWish) -> JSONValue {
        let ticket = wish.ticket.split { !$0.isNumber }.last.map(String.init) ?? "1"
        let change: (type: String, event: JSONValue)
        if let text = wish.text {
            change = (
                "ticket.comment_added",
                [
                    "comment": [
                        "id": "1", "body": .string(text), "is_public": false,
                        "author": ["id": .string(wish.identity), "is_staff": true],
                    ]
                ]
            )
        } else if let label = wish.label {
            change = ("ticket.tags_changed", ["tags_added": [.string(label)], "tags_removed": []])
        } else {
            change = (
                "ticket.status_changed",
                ["previous": "OPEN", "current": .string(wish.status ?? "PENDING")]
            )
        }
        return [
            "account_id": 1, "id": .string(wish.id), "subject": .string("zen:ticket:\(ticket)"),
            "time": .string(wish.now.iso8601), "type": .string("zen:event-type:\(change.type)"),
            "zendesk_event_version": "2022-11-06", "event": change.event,
            "detail": [
                "id": .string(ticket), "actor_id": .string(wish.identity), "subject": "Sample",
                "status": .string(wish.status ?? "OPEN"),
                "external_id": wish.machine.map(JSONValue.string) ?? .null,
                "tags": .array(wish.label.map { [.string($0)] } ?? []),
            ],
        ]
    }
}
