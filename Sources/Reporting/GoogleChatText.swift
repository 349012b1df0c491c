package import Enqueuing
import JSONReader
package import Vocabulary

/// Draws notices for Google Chat: text in which nothing is markup, and cards for what can be pressed.
///
/// Google has no escapes: marks are broken by a zero-width space, which the grammar leaves out again.
///
/// - Source: `reference/webhook-replies.md` §§8, 9; cards from memory.
package enum GoogleChatText: ChatVoice {
    private static let breaker = "\u{200B}"
    /// In UTF-16 units; Google takes 4,096 characters of text (from memory).
    static let textMax = 3_000
    private static let fieldMax = 150
    private static let buttonsMax = 6

    package static func immediate(_ notice: Notice, seenByAll: Bool) -> HookAnswer {
        answer(["text": .string(text([notice]))])
    }

    package static var empty: HookAnswer { answer([:]) }

    private static func answer(_ body: JSONValue) -> HookAnswer {
        HookAnswer(status: 200, contentType: "application/json", body: body.encodedText)
    }

    /// Notices of one audience, oldest first.
    static func text(_ notices: [Notice], isRepeated: [Bool] = []) -> String {
        var lines = notices.enumerated().map { index, notice in
            let isSecond = index < isRepeated.count && isRepeated[index]
            return AdaptiveCard.symbol(notice.tone) + " "
                + ReplyText.marked(notice.text, isRepeated: isSecond)
        }
        let machines = Set(notices.map { $0.fields.first { $0.name == "machine" }?.value })
        let fields = machines.count == 1 ? notices.last?.fields.prefix(10) ?? [] : []
        if !fields.isEmpty {
            lines.append(
                fields.map { "\($0.name): \(ReplyText.cut($0.value, to: fieldMax))" }.joined(separator: " · ")
            )
        }
        return escaped(ReplyText.cut(lines.joined(separator: "\n"), to: textMax))
    }

    /// How each job of a group stands.
    static func text(_ notices: [Notice], under heading: String) -> String {
        let lines = notices.map { notice in
            AdaptiveCard.symbol(notice.tone) + " "
                + ReplyText.cut(notice.text.replacing("\n", with: " "), to: 140)
        }
        let whole = ([ReplyText.cut(heading, to: 200)] + lines).joined(separator: "\n")
        return escaped(ReplyText.cut(whole, to: textMax))
    }

    static func escaped(_ text: String) -> String {
        var output = ""
        var before: Character?
        for character in text {
            switch character {
            case "*", "_", "~", "`", "<", "@": output += breaker + String(character) + breaker
            case "/" where before == ":": output += breaker + "/"
            // A list, or a quotation, begins a line.
            default:
                if "->".contains(character), before == nil || before == "\n" { output += breaker }
                output.append(character)
            }
            before = character
        }
        return output
    }

    /// The cards of a notice's buttons; nil if it has none.
    static func cards(of notice: Notice) -> JSONValue? {
        guard let buttons = notice.buttons?.prefix(buttonsMax), !buttons.isEmpty else { return nil }
        var widgets: [JSONValue] = []
        if buttons.contains(where: { $0.word == .deny }) {
            widgets.append(
                [
                    "textInput": [
                        "name": .string(CardField.because), "label": "Why? (to deny)",
                        "type": "MULTIPLE_LINE",
                    ]
                ]
            )
        }
        let drawn = buttons.enumerated().map { place, button in Self.button(button, at: place) }
        widgets.append(["buttonList": ["buttons": .array(drawn)]])
        let card: JSONValue = ["sections": [["widgets": .array(widgets)]]]
        return [["cardId": "bascule", "card": card]]
    }

    /// A section for each job that asks something; a denial is typed, because only one field could be named.
    static func cards(ofGroup notices: [Notice]) -> JSONValue? {
        let sections = notices.compactMap { notice -> JSONValue? in
            guard let buttons = notice.buttons?.prefix(buttonsMax), !buttons.isEmpty else { return nil }
            let machine = notice.fields.first { $0.name == "machine" }?.value ?? ""
            let drawn = buttons.enumerated().map { place, button in Self.button(button, at: place) }
            return [
                "header": .string(escaped(ReplyText.cut(machine, to: 60))),
                "widgets": [["buttonList": ["buttons": .array(drawn)]]],
            ]
        }
        guard !sections.isEmpty else { return nil }
        return [["cardId": "bascule", "card": ["sections": .array(sections)]]]
    }

    private static func button(_ button: Button, at place: Int) -> JSONValue {
        let action = button.press.actionID(at: place)
        let label = button.label.isEmpty ? button.word.rawValue : button.label
        func parameter(_ key: String, _ value: String) -> JSONValue {
            ["key": .string(key), "value": .string(value)]
        }
        return [
            "text": .string(ReplyText.cut(label, to: 60)),
            "onClick": [
                "action": [
                    "function": .string(action),
                    "parameters": [
                        parameter(CardField.action, action), parameter(CardField.press, button.press.value),
                    ],
                ]
            ],
        ]
    }
}
