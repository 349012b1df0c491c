import Authenticating
import Classifying
import JSONReader
import Reporting
import Vocabulary

extension Kind {
    static let pagerDuty = Kind(
        reader: PagerDuty.self,
        replyOptions: [Option("from"), Option("token-type")],
        untold: (
            "has no token: nothing can be told on the incident",
            "add `reply: { token: …, from: … }`"
        ),
        scheme: { _ in .pagerDuty },
        channel: { source in
            guard let token = source.reply.token else { return nil }
            return PagerDutyAccount(
                base: source.reply.url ?? "https://api.pagerduty.com",
                token: token,
                credential: source.reply.chosen("token-type") ?? .apiKey,
                from: source.reply.options["from"]
            )
        },
        check: { source in
            var mistakes = [source.choice("token-type", of: PagerDutyAccount.Credential.allCases)]
            if let from = source.reply.options["from"],
                from.wholeMatch(of: /[!-?A-~]+@[!-?A-~]+/) == nil
            {
                mistakes.append(
                    .error("reply", "\"\(from)\" is no e-mail address", "name a user of the account")
                )
            }
            return mistakes.compactMap { $0 }
        },
        sample: { wish in SampleBody(body: pagerDutySample(wish).encoded()) }
    )

    /// A note where something is said, else a change of the state.
    private static func pagerDutySample(_ wish: SampleWish) -> JSONValue {
        let isIncident = wish.ticket.wholeMatch(of: /[A-Z0-9]{1,64}/) != nil
        let id = JSONValue.string(isIncident ? wish.ticket : "QSAMPLE00000001")
        let title = JSONValue.string(wish.machine ?? "Sample")
        let data: JSONValue
        if let text = wish.text {
            data = [
                "id": "PNOTE01", "type": "incident_note", "content": .string(text), "trimmed": false,
                "incident": ["id": id, "type": "incident_reference", "summary": title],
            ]
        } else {
            data = [
                "id": id, "type": "incident", "title": title, "incident_key": title,
                "service": ["id": "PEDRSVC", "type": "service_reference", "summary": "Sample"],
                "status": .string(wish.status ?? "triggered"),
            ]
        }
        let type = wish.text == nil ? "incident.\(wish.status ?? "triggered")" : "incident.annotated"
        return [
            "event": [
                "id": .string(wish.id), "event_type": .string(type), "resource_type": "incident",
                "occurred_at": .string(wish.now.iso8601),
                "agent": ["id": .string(wish.identity), "type": "user_reference", "summary": "Sample"],
                "client": .null, "data": data,
            ]
        ]
    }
}
