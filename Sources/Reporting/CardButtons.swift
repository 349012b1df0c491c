import Catalogue
import Enqueuing
import JSONReader
import Vocabulary

/// Draws the buttons of a notice as actions of an Adaptive Card.
///
/// A denial is asked why, and something far-reaching is asked once more, in a part that opens below the button.
/// A client that knows no `Action.Execute` sends the same as a message.
///
/// - Source: `reference/webhook-replies.md` §2, "Bot".
enum CardButtons {
    /// Teams draws six.
    static let buttonsMax = 6
    private static let labelMax = 60
    private static let nameMax = 60

    /// `hasFallback`: with what an older client sends; left out where there are many.
    static func actions(of notice: Notice, hasFallback: Bool = true) -> [JSONValue] {
        (notice.buttons ?? []).prefix(buttonsMax).enumerated().map { place, button in
            let label = ReplyText.cut(
                button.label.isEmpty ? button.word.rawValue : button.label,
                to: labelMax
            )
            let press = execute(button, at: place, label: label, hasFallback: hasFallback)
            guard let asked = asked(button, of: notice) else { return press }
            let card: JSONValue = ["type": "AdaptiveCard", "body": .array(asked), "actions": [press]]
            return ["type": "Action.ShowCard", "title": .string(label), "card": card]
        }
    }

    private static func execute(
        _ button: Button,
        at place: Int,
        label: String,
        hasFallback: Bool
    ) -> JSONValue {
        let data: JSONValue = .object([
            CardField.action: .string(button.press.actionID(at: place)),
            CardField.press: .string(button.press.value),
        ])
        var members: [String: JSONValue] = [
            "type": "Action.Execute", "title": .string(label), "verb": "bascule", "data": data,
        ]
        if hasFallback {
            members["fallback"] = ["type": "Action.Submit", "title": .string(label), "data": data]
        }
        switch button.style {
        case .plain: break
        case .primary: members["style"] = "positive"
        case .danger: members["style"] = "destructive"
        }
        return .object(members)
    }

    /// What opens below the button; nil if pressing it is enough.
    private static func asked(_ button: Button, of notice: Notice) -> [JSONValue]? {
        func field(_ name: String) -> String? { notice.fields.first { $0.name == name }?.value }
        let machine = ReplyText.cut(field("machine") ?? "The machine", to: nameMax)
        switch button.word {
        case .deny:
            return [
                [
                    "type": "Input.Text", "id": .string(CardField.because), "label": "Why?",
                    "isMultiline": true, "isRequired": true, "errorMessage": "A denial needs a reason.",
                    "maxLength": .integer(Int64(DenialForm.reasonCharactersMax)),
                ]
            ]
        case .approve where field("action") == Catalogue.isolate.word:
            return question(
                "\(machine) loses its network, but for Defender itself, as soon as enough have agreed."
            )
        case .release:
            return question(
                "The containment of \(machine) ends now; it gets its network back if no other is open."
            )
        case .freeze:
            return question("Nothing that contains or changes a machine runs until somebody unfreezes it.")
        case .approve, .go, .extend: return nil
        }
    }

    private static func question(_ text: String) -> [JSONValue] {
        [AdaptiveCard.block(text, isFirst: true)]
    }
}
