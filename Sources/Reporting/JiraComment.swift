package import Enqueuing
package import JSONReader
import Vocabulary

/// Draws notices as a comment of a Jira issue, with a marker by which it is found again.
///
/// - Source: `reference/webhook-replies.md` §§3, 9.
package enum JiraComment {
    /// The longest text of one notice; a whole batch stays below Jira's 32,767 characters.
    static let textMax = 4_000
    static let fieldMax = 1_000
    static let fieldsMax = 10

    /// What recognises one notice: job, stage and place in the outbox.
    package static func marker(of entry: OutboxEntry) -> String {
        "[bascule:\(entry.job?.text ?? "bridge")/\(entry.notice.code)/\(entry.sequence)]"
    }

    /// Cloud: a document, whose text nodes need no escaping.
    package static func document(_ entries: [OutboxEntry]) -> JSONValue {
        var paragraphs = entries.map { entry in
            paragraph(textNodes(shown(entry)))
        }
        let fields = (entries.last?.notice.fields ?? []).prefix(fieldsMax)
        if !fields.isEmpty {
            var nodes: [JSONValue] = []
            for (index, field) in fields.enumerated() {
                if index > 0 { nodes.append(["type": "hardBreak"]) }
                nodes.append(
                    ["type": "text", "text": .string(field.name + ": "), "marks": [["type": "strong"]]]
                )
                nodes += textNodes(foreign(field.value, to: fieldMax))
            }
            paragraphs.append(paragraph(nodes))
        }
        paragraphs.append(paragraph(textNodes(entries.map(marker).joined(separator: "\n"))))
        return ["body": ["type": "doc", "version": 1, "content": .array(paragraphs)]]
    }

    /// Data Center: wiki markup, with everything in one block in which no markup is read.
    package static func wikiMarkup(_ entries: [OutboxEntry]) -> JSONValue {
        var lines = entries.map(shown)
        for field in (entries.last?.notice.fields ?? []).prefix(fieldsMax) {
            lines.append("\(field.name): \(foreign(field.value, to: fieldMax))")
        }
        lines += entries.map(marker)
        // A zero-width space keeps foreign text from ending the block.
        let text = lines.joined(separator: "\n").replacing("{noformat", with: "{\u{200B}noformat")
        return ["body": .string("{noformat}\n" + text + "\n{noformat}")]
    }

    private static func shown(_ entry: OutboxEntry) -> String {
        ReplyText.marked(
            foreign(entry.notice.text, to: textMax),
            isRepeated: entry.mayHaveBeenSent
        )
    }

    /// Cut, and with anything that looks like a marker of ours broken up, so that none can be planted.
    private static func foreign(_ text: String, to unitsMax: Int) -> String {
        ReplyText.cut(text, to: unitsMax).replacing("[bascule:", with: "[bascule\u{200B}:")
    }

    private static func paragraph(_ content: [JSONValue]) -> JSONValue {
        ["type": "paragraph", "content": .array(content)]
    }

    /// One node a line; a text node may not be empty.
    private static func textNodes(_ text: String) -> [JSONValue] {
        var nodes: [JSONValue] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if index > 0 { nodes.append(["type": "hardBreak"]) }
            if !line.isEmpty { nodes.append(["type": "text", "text": .string(String(line))]) }
        }
        return nodes
    }
}
