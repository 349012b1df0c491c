package import Enqueuing
package import JSONReader
import Vocabulary

/// Draws notices as a comment of a Jira issue, with a marker by which it is found again.
///
/// - Source: `reference/webhook-replies.md` §§3, 9.
package enum JiraComment {
    /// Cloud: a document, whose text nodes need no escaping.
    package static func document(_ entries: [OutboxEntry]) -> JSONValue {
        let told = CommentText.told(entries)
        var paragraphs = told.sentences.map { paragraph(textNodes($0)) }
        if !told.fields.isEmpty {
            var nodes: [JSONValue] = []
            for (index, field) in told.fields.enumerated() {
                if index > 0 { nodes.append(["type": "hardBreak"]) }
                nodes.append(
                    ["type": "text", "text": .string(field.name + ": "), "marks": [["type": "strong"]]]
                )
                nodes += textNodes(CommentText.foreign(field.value, to: CommentText.fieldMax))
            }
            paragraphs.append(paragraph(nodes))
        }
        paragraphs.append(paragraph(textNodes(entries.map(CommentText.marker).joined(separator: "\n"))))
        return ["body": ["type": "doc", "version": 1, "content": .array(paragraphs)]]
    }

    /// Data Center: wiki markup, with everything in one block in which no markup is read.
    package static func wikiMarkup(_ entries: [OutboxEntry]) -> JSONValue {
        let told = CommentText.told(entries)
        var lines = told.sentences
        for field in told.fields {
            lines.append("\(field.name): \(CommentText.foreign(field.value, to: CommentText.fieldMax))")
        }
        lines += entries.map(CommentText.marker)
        // A zero-width space keeps foreign text from ending the block.
        let text = lines.joined(separator: "\n").replacing("{noformat", with: "{\u{200B}noformat")
        return ["body": .string("{noformat}\n" + text + "\n{noformat}")]
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
