import Catalogue
import Enqueuing
import JSONReader
import Vocabulary

/// Draws the buttons of a notice as one `actions` block.
///
/// Labels and questions may hold a machine's name, so all text is in `plain_text` elements.
///
/// - Source: `reference/webhook-replies.md` §1, "Buttons with approve and deny".
enum SlackButtons {
    static let buttonsMax = 25
    static let labelMax = 75
    private static let titleMax = 100
    private static let questionMax = 300
    private static let answerMax = 30
    /// Of a machine's name within a question.
    private static let nameMax = 60

    /// Nil if the notice has none; `place` tells the blocks of one message apart.
    static func block(of notice: Notice, at place: Int? = nil) -> JSONValue? {
        guard let buttons = notice.buttons, !buttons.isEmpty else { return nil }
        let elements = buttons.prefix(buttonsMax).enumerated().map { index, button in
            element(button, at: (place ?? 0) * 4 + index, of: notice)
        }
        let id = "bascule" + (place.map { ".\($0)" } ?? "")
        return ["type": "actions", "block_id": .string(id), "elements": .array(elements)]
    }

    private static func element(_ button: Button, at place: Int, of notice: Notice) -> JSONValue {
        let label = button.label.isEmpty ? button.word.rawValue : button.label
        var members: [String: JSONValue] = [
            "type": "button",
            "action_id": .string(button.press.actionID(at: place)),
            "value": .string(button.press.value),
            "text": SlackMessage.plain(ReplyText.cut(label, to: labelMax)),
        ]
        switch button.style {
        case .plain: break
        case .primary, .danger: members["style"] = .string(button.style.rawValue)
        }
        members["confirm"] = question(before: button.word, of: notice)
        return .object(members)
    }

    /// What is asked once more before something far-reaching.
    private static func question(before word: Button.Word, of notice: Notice) -> JSONValue? {
        func field(_ name: String) -> String? { notice.fields.first { $0.name == name }?.value }
        let machine = ReplyText.cut(field("machine") ?? "the machine", to: nameMax)
        switch word {
        case .approve where field("action") == Catalogue.isolate.word:
            return question(
                "Isolate \(machine)?",
                "It loses its network, but for Defender itself, as soon as enough people have agreed.",
                answer: "Approve"
            )
        case .release:
            return question(
                "Release \(machine)?",
                "The containment ends now, and the machine gets its network back when no other is open.",
                answer: "Release"
            )
        case .freeze:
            return question(
                "Freeze Bascule?",
                "Nothing that contains or changes a machine runs until somebody unfreezes it.",
                answer: "Freeze"
            )
        case .approve, .deny, .go, .extend: return nil
        }
    }

    private static func question(_ title: String, _ text: String, answer: String) -> JSONValue {
        [
            "title": SlackMessage.plain(ReplyText.cut(title, to: titleMax)),
            "text": SlackMessage.plain(ReplyText.cut(text, to: questionMax)),
            "confirm": SlackMessage.plain(ReplyText.cut(answer, to: answerMax)),
            "deny": SlackMessage.plain("Cancel"),
            "style": "danger",
        ]
    }
}

/// Draws the dialog that asks why something is denied.
enum SlackDialog {
    private static let titleMax = 24

    static func view(_ dialog: Dialog) -> JSONValue {
        let form = DenialForm(job: dialog.job, seen: dialog.seen, room: dialog.room)
        let title = ReplyText.cut(dialog.title, to: SlackMessage.fieldMax)
        return [
            "type": "modal",
            "callback_id": .string(DenialForm.callbackID),
            "private_metadata": .string(form.metadata),
            "title": SlackMessage.plain(ReplyText.cut("Deny \(dialog.title)", to: titleMax)),
            "submit": SlackMessage.plain("Deny"),
            "close": SlackMessage.plain("Cancel"),
            "blocks": [
                ["type": "section", "text": SlackMessage.plain("\(title) is not done if you deny it.")],
                [
                    "type": "input",
                    "block_id": .string(DenialForm.field),
                    "label": SlackMessage.plain("Why?"),
                    "element": [
                        "type": "plain_text_input",
                        "action_id": .string(DenialForm.field),
                        "multiline": true,
                        "max_length": .integer(Int64(DenialForm.reasonCharactersMax)),
                    ],
                ],
            ],
        ]
    }
}
