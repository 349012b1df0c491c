package import Enqueuing
import JSONReader
package import Vocabulary

/// Draws notices as a Discord message, with the newest one's buttons.
package enum DiscordMessage: ChatVoice {
    /// Discord's own limit of a message.
    static let textMax = 2_000
    private static let labelMax = 80
    private static let buttonsMax = 5
    /// What shows an answer to whoever asked, alone.
    private static let ephemeral: JSONValue = 64
    /// Nobody is called, whatever the text says.
    private static let mentionsNobody: JSONValue = ["parse": []]

    /// A message that can be changed later: it loses its buttons with a newer notice that has none.
    ///
    /// A group of jobs has none: each of them would need its own.
    static func message(
        _ notices: [Notice],
        isRepeated: [Bool],
        under heading: String? = nil
    ) -> JSONValue {
        let newest = heading == nil ? notices.last : nil
        let buttons = newest.map(buttons) ?? []
        let content = FencedText.block(
            notices,
            isRepeated: isRepeated,
            drawn: buttons.isEmpty ? [] : Set(Button.Word.allCases),
            under: heading,
            to: textMax
        )
        return [
            "content": .string(content), "allowed_mentions": mentionsNobody,
            "components": buttons.isEmpty ? [] : [["type": 1, "components": .array(buttons)]],
        ]
    }

    /// Empty where any of them does not fit: half a choice is none.
    private static func buttons(of notice: Notice) -> [JSONValue] {
        let wanted = notice.buttons ?? []
        let drawn = wanted.compactMap { button -> JSONValue? in
            guard let id = button.press.short else { return nil }
            let label = button.label.isEmpty ? button.word.rawValue : button.label
            return [
                "type": 2, "style": style(button.style), "custom_id": .string(id),
                "label": .string(ReplyText.cut(label, to: labelMax)),
            ]
        }
        return drawn.count == wanted.count && drawn.count <= buttonsMax ? drawn : []
    }

    private static func style(_ style: Button.Style) -> JSONValue {
        switch style {
        case .primary: 1
        case .plain: 2
        case .danger: 4
        }
    }

    package static func immediate(_ notice: Notice, seenByAll: Bool) -> HookAnswer {
        var data: [String: JSONValue] = [
            "content": .string(FencedText.block([notice], to: textMax)), "allowed_mentions": mentionsNobody,
        ]
        if !seenByAll { data["flags"] = ephemeral }
        return json(["type": 4, "data": .object(data)])
    }

    /// Nothing changes.
    package static var empty: HookAnswer { json(["type": 6]) }

    private static func json(_ body: JSONValue) -> HookAnswer {
        HookAnswer(status: 200, contentType: "application/json", body: body.encodedText)
    }
}
