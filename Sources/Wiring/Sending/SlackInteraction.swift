import JSONReader
import Vocabulary

/// Who does something at Slack, and where.
struct SlackActor: Sendable, Equatable {
    var team: String
    var user: String
    var channel: String
}

/// A button that somebody presses, or the form that asks why, as Slack sends it.
///
/// - Source: `reference/webhook-sources.md` §3.1. No `response_url`: there is nobody to answer to.
struct SlackInteraction: Sendable, Equatable {
    enum Deed: Sendable, Equatable {
        case press(Press)
        case denial(DenialForm, because: String)
    }

    var actor: SlackActor
    var deed: Deed

    func body(triggerID: String, at now: Timestamp) -> [UInt8] {
        var payload: [String: JSONValue] = [
            "team": ["id": .string(actor.team), "domain": "sample"],
            "user": ["id": .string(actor.user), "username": "sample", "team_id": .string(actor.team)],
            "trigger_id": .string(triggerID),
        ]
        let stamp = JSONValue.string("\(now.seconds).000100")
        switch deed {
        case .press(let press):
            payload["type"] = "block_actions"
            payload["channel"] = ["id": .string(actor.channel), "name": "sample"]
            payload["container"] = [
                "type": "message", "channel_id": .string(actor.channel), "message_ts": stamp,
            ]
            payload["actions"] = [
                [
                    "type": "button", "block_id": "bascule", "action_id": .string(press.actionID(at: 0)),
                    "value": .string(press.value), "action_ts": stamp,
                ]
            ]
        case .denial(let form, let because):
            payload["type"] = "view_submission"
            let field: JSONValue = ["type": "plain_text_input", "value": .string(because)]
            payload["view"] = [
                "type": "modal", "callback_id": .string(DenialForm.callbackID),
                "private_metadata": .string(form.metadata),
                "state": ["values": .object([DenialForm.field: .object([DenialForm.field: field])])],
            ]
            payload["response_urls"] = []
        }
        return FormText.body([("payload", JSONValue.object(payload).encodedText)])
    }
}
