import Enqueuing
import JSONReader
import Vocabulary

/// Draws notices as an Adaptive Card for Microsoft Teams: typed values, encoded, never a template.
///
/// - Source: `reference/webhook-replies.md` §§2, 9.
enum AdaptiveCard {
    static let contentType = "application/vnd.microsoft.card.adaptive"
    /// Of a whole message; Teams takes 28 KB.
    static let bytesMax = 27_000
    private static let linesMax = 40
    private static let factsMax = 10
    private static let factMax = 500
    /// The longest line, by what fits into a message.
    private static let lineSteps = [3_000, 1_000, 300, 100]

    /// What is drawn of notices, oldest first.
    struct Content {
        var notices: [Notice]
        var isRepeated: [Bool] = []
        /// What to type, of the newest notice.
        var typed: [String] = []
        var actions: [JSONValue] = []
        /// Of a group of jobs: what stands above, with one notice for each job below it.
        var heading: String?
        /// Of a group: the buttons of each of its notices.
        var groupActions: [[JSONValue]] = []
    }

    /// The attachment of a message, short enough to be taken.
    static func attachment(_ content: Content) -> JSONValue {
        var drawn = JSONValue.null
        for hasGroupButtons in content.groupActions.isEmpty ? [true] : [true, false] {
            for lineMax in lineSteps {
                drawn = [
                    "contentType": .string(contentType), "contentUrl": .null,
                    "content": card(content, lineMax: lineMax, hasGroupButtons: hasGroupButtons),
                ]
                if drawn.encoded().count <= bytesMax { return drawn }
            }
        }
        return drawn
    }

    /// The same in a few words, for a notification.
    static func summary(_ notices: [Notice]) -> String {
        ReplyText.cut(notices.map { symbol($0.tone) + " " + $0.text }.joined(separator: " "), to: 300)
    }

    private static func card(_ content: Content, lineMax: Int, hasGroupButtons: Bool) -> JSONValue {
        var lines =
            content.heading.map { group(content, under: $0, lineMax: lineMax, hasButtons: hasGroupButtons) }
            ?? lines(content, lineMax: lineMax)
        if !content.typed.isEmpty {
            lines.append(block("To answer, mention this bridge and write:", isFirst: true))
            lines += content.typed.map { block(ReplyText.cut($0, to: min(lineMax, factMax)), isFirst: false) }
        }
        var card: [String: JSONValue] = [
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard",
            "version": "1.4", "body": .array(lines), "msteams": ["width": "Full"],
        ]
        if !content.actions.isEmpty { card["actions"] = .array(content.actions) }
        return .object(card)
    }

    private static func lines(_ content: Content, lineMax: Int) -> [JSONValue] {
        var lines: [JSONValue] = []
        for (index, notice) in content.notices.enumerated() {
            let isSecond = index < content.isRepeated.count && content.isRepeated[index]
            let text = symbol(notice.tone) + " " + ReplyText.marked(notice.text, isRepeated: isSecond)
            for (place, line) in text.split(separator: "\n").enumerated() {
                let shown = ReplyText.cut(String(line), to: lineMax)
                lines.append(block(shown, color: color(notice.tone), isFirst: place == 0))
            }
        }
        if lines.count > linesMax {
            let cut = lines.count - linesMax + 1
            lines = lines.prefix(linesMax - 1) + [block("… (cut: \(cut) more lines)", isFirst: true)]
        }
        let machines = Set(content.notices.map { $0.fields.first { $0.name == "machine" }?.value })
        if machines.count == 1, let fields = content.notices.last?.fields, !fields.isEmpty {
            lines.append(facts(fields, valueMax: min(lineMax, factMax)))
        }
        return lines
    }

    /// How each job stands, each with its own buttons; without them where they do not fit.
    private static func group(
        _ content: Content,
        under heading: String,
        lineMax: Int,
        hasButtons: Bool
    ) -> [JSONValue] {
        let most = min(lineMax, factMax)
        var lines = [block(ReplyText.cut(heading, to: most), isFirst: true)]
        for (index, notice) in content.notices.prefix(linesMax).enumerated() {
            let text = ReplyText.cut(symbol(notice.tone) + " " + notice.text, to: most)
            lines.append(block(text.replacing("\n", with: " "), color: color(notice.tone), isFirst: true))
            guard hasButtons, index < content.groupActions.count, !content.groupActions[index].isEmpty else {
                continue
            }
            lines.append(["type": "ActionSet", "actions": .array(content.groupActions[index])])
        }
        if !hasButtons {
            lines.append(
                block(
                    "The buttons do not fit: mention this bridge and write `jobs`, then approve or deny.",
                    isFirst: true
                )
            )
        }
        return lines
    }

    static func block(_ text: String, color: String? = nil, isFirst: Bool) -> JSONValue {
        var block: [String: JSONValue] = [
            "type": "TextBlock", "text": .string(TeamsMarkdown.escaped(text)), "wrap": true,
        ]
        if let color { block["color"] = .string(color) }
        if !isFirst { block["spacing"] = "None" }
        return .object(block)
    }

    private static func facts(_ fields: [Notice.Field], valueMax: Int) -> JSONValue {
        let facts = fields.prefix(factsMax).map { field -> JSONValue in
            [
                "title": .string(TeamsMarkdown.escaped(field.name)),
                "value": .string(TeamsMarkdown.escaped(ReplyText.cut(field.value, to: valueMax))),
            ]
        }
        return ["type": "FactSet", "facts": .array(Array(facts))]
    }

    static func symbol(_ tone: Notice.Tone) -> String {
        switch tone {
        case .progress: "⏳"
        case .good: "✅"
        case .bad: "❌"
        case .warning: "⚠️"
        }
    }

    private static func color(_ tone: Notice.Tone) -> String? {
        switch tone {
        case .progress: nil
        case .good: "Good"
        case .bad: "Attention"
        case .warning: "Warning"
        }
    }
}
