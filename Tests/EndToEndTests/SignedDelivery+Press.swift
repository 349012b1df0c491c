import Authenticating
import Foundation
import JSONReader
import Vocabulary

extension SignedDelivery {
    /// A press of a button as it was drawn: `button` is an element of an `actions` block.
    ///
    /// `home` is the presser's own workspace: any other than `T024` is a guest's, in a shared channel.
    static func slackPress(
        _ button: JSONValue,
        user: String,
        home: String = "T024",
        room: String = "C05SOCOPS7",
        trigger: String = "1.\(UUID().uuidString)",
        now: Timestamp = .now()
    ) throws -> SignedDelivery {
        try slackInteraction(
            [
                "type": "block_actions",
                "user": ["id": .string(user), "username": "sample", "team_id": .string(home)],
                "team": ["id": "T024", "domain": "sample"],
                "trigger_id": .string(trigger),
                "container": ["type": "message", "channel_id": .string(room), "message_ts": "1.1"],
                "channel": ["id": .string(room), "name": "sample"],
                "actions": [
                    [
                        "type": "button", "action_id": button["action_id"] ?? .null,
                        "value": button["value"] ?? .null, "block_id": "b", "action_ts": "1.2",
                    ]
                ],
            ],
            now
        )
    }

    /// A dialog filled in and sent: `view` is what `views.open` was given.
    static func slackForm(
        _ view: JSONValue,
        saying words: String,
        user: String,
        home: String = "T024",
        trigger: String = "1.\(UUID().uuidString)",
        now: Timestamp = .now()
    ) throws -> SignedDelivery {
        let input = view["blocks"]?.array?.first { $0["type"] == "input" }
        let block = input?["block_id"]?.string ?? ""
        let action = input?.at("element.action_id")?.string ?? ""
        let field: JSONValue = ["type": "plain_text_input", "value": .string(words)]
        var shown = view.object ?? [:]
        shown["state"] = ["values": .object([block: .object([action: field])])]
        return try slackInteraction(
            [
                "type": "view_submission",
                "user": ["id": .string(user), "username": "sample", "team_id": .string(home)],
                "team": ["id": "T024", "domain": "sample"],
                "trigger_id": .string(trigger),
                "view": .object(shown),
                "response_urls": [],
            ],
            now
        )
    }

    private static func slackInteraction(_ payload: JSONValue, _ now: Timestamp) throws -> SignedDelivery {
        let text = payload.encodedText.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        return try SignedDelivery(
            .slack,
            source: "soc-chat",
            secret: Settings.slackKey,
            type: "application/x-www-form-urlencoded",
            body: Array("payload=\(text)".utf8),
            now: now
        )
    }
}
