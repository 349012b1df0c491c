package import Enqueuing
package import JSONReader
package import Vocabulary

/// Draws notices as a Slack message: typed values, encoded, never a template.
///
/// Everything may hold foreign text, so everything shown is in `plain_text` elements, where Slack reads no
/// markup: no mention, no link, no button. Only the fallback `text`, which notifications show, is read as
/// markup; it is escaped.
///
/// - Source: `reference/webhook-replies.md` §§1, 9.
package enum SlackMessage: ChatVoice {
    /// Who sees an immediate answer.
    package enum Visibility: String, Sendable {
        /// Everybody in the channel.
        case channel = "in_channel"
        /// The person who asked.
        case asker = "ephemeral"
    }

    /// The longest fallback text; Slack advises less than 4,000.
    static let textMax = 3_500
    /// The longest text of one section.
    static let sectionMax = 2_900
    static let fieldMax = 1_900
    /// The longest line of a group, and its heading.
    static let headingMax = 600
    /// Jobs of one group, each with a block of buttons, within Slack's 50 blocks.
    static let groupMax = 24
    static let fieldsMax = 10
    /// Sections of text in one message.
    static let sectionsMax = 20

    /// Notices of one audience, oldest first, as `text` and `blocks`.
    ///
    /// - Parameters:
    ///   - notices: At least one. The fields shown are the newest one's, where all are about one machine.
    ///   - isRepeated: For each notice whether an earlier try may have arrived.
    ///   - hasButtons: True for a message that can be changed later: it shows the newest notice's buttons, and
    ///     loses them with a newer notice that has none.
    /// - Returns: An object with `text` and `blocks`, to be completed with where it goes.
    package static func render(
        _ notices: [Notice],
        isRepeated: [Bool] = [],
        hasButtons: Bool = false
    ) -> JSONValue {
        let lines = notices.enumerated().map { index, notice in
            let isSecond = index < isRepeated.count && isRepeated[index]
            return symbol(notice.tone) + " " + ReplyText.marked(notice.text, isRepeated: isSecond)
        }
        var blocks = sections(lines.joined(separator: "\n"))
        let machines = Set(notices.map { $0.fields.first { $0.name == "machine" }?.value })
        if machines.count == 1, let fields = notices.last?.fields, !fields.isEmpty {
            blocks.append(section(of: fields))
        }
        if hasButtons, let newest = notices.last, let buttons = SlackButtons.block(of: newest) {
            blocks.append(buttons)
        }
        return ["text": .string(fallback(lines.joined(separator: "\n"))), "blocks": .array(blocks)]
    }

    /// How each job of a group stands, each with its own buttons, under one heading.
    ///
    /// - Parameters:
    ///   - notices: One for each job, at most as many as a command may name machines.
    ///   - heading: What all of them are.
    ///   - hasButtons: False for a message that cannot be changed later.
    /// - Returns: An object with `text` and `blocks`, to be completed with where it goes.
    package static func render(
        _ notices: [Notice],
        under heading: String,
        hasButtons: Bool = true
    ) -> JSONValue {
        let title = ReplyText.cut(heading, to: headingMax)
        var blocks: [JSONValue] = [["type": "section", "text": plain(title)]]
        var lines = [title]
        for (place, notice) in notices.prefix(groupMax).enumerated() {
            let line = symbol(notice.tone) + " " + ReplyText.cut(notice.text, to: headingMax)
            lines.append(line)
            blocks.append(["type": "section", "text": plain(line)])
            if hasButtons, let buttons = SlackButtons.block(of: notice, at: place) { blocks.append(buttons) }
        }
        return ["text": .string(fallback(lines.joined(separator: "\n"))), "blocks": .array(blocks)]
    }

    /// The answer to a slash command, inside the HTTP answer to it.
    ///
    /// The text may have several lines, such as a list of machines.
    package static func immediate(_ notice: Notice, seenByAll: Bool) -> HookAnswer {
        var members = render([notice]).object ?? [:]
        let visibility = seenByAll ? Visibility.channel : .asker
        members["response_type"] = .string(visibility.rawValue)
        return HookAnswer(
            status: 200,
            contentType: "application/json",
            body: JSONValue.object(members).encodedText
        )
    }

    /// The answer to a form that lacks something: it stays open and says so at that field.
    package static func formStaysOpen(field: String, words: String) -> HookAnswer {
        let answer: JSONValue = [
            "response_action": "errors",
            "errors": .object([field: .string(ReplyText.cut(words, to: 150))]),
        ]
        return HookAnswer(status: 200, contentType: "application/json", body: answer.encodedText)
    }

    private static func symbol(_ tone: Notice.Tone) -> String {
        switch tone {
        case .progress: "⏳"
        case .good: "✅"
        case .bad: "❌"
        case .warning: "⚠️"
        }
    }

    /// Long text in as many sections as it needs, broken between lines where there are any.
    private static func sections(_ text: String) -> [JSONValue] {
        var parts: [String] = []
        var part = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let fitting = ReplyText.cut(String(line), to: sectionMax)
            if !part.isEmpty, part.utf16.count + 1 + fitting.utf16.count > sectionMax {
                parts.append(part)
                part = fitting
            } else {
                part = part.isEmpty ? fitting : part + "\n" + fitting
            }
        }
        parts.append(part)
        if parts.count > sectionsMax {
            parts = parts.prefix(sectionsMax - 1) + ["… (cut: \(parts.count - sectionsMax + 1) more parts)"]
        }
        return parts.filter { !$0.isEmpty }.map { ["type": "section", "text": plain($0)] }
    }

    private static func section(of fields: [Notice.Field]) -> JSONValue {
        let shown = fields.prefix(fieldsMax).map { field in
            plain(ReplyText.cut("\(field.name): \(field.value)", to: fieldMax))
        }
        return ["type": "section", "fields": .array(shown)]
    }

    static func plain(_ text: String) -> JSONValue {
        ["type": "plain_text", "text": .string(text), "emoji": false]
    }

    /// Escaped after cutting, so that no entity is cut in two.
    private static func fallback(_ text: String) -> String {
        ReplyText.cut(text, to: textMax)
            .replacing("&", with: "&amp;")
            .replacing("<", with: "&lt;")
            .replacing(">", with: "&gt;")
    }
}
