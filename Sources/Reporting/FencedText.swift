import Enqueuing
import Vocabulary

/// Draws notices as one block of code, for media that read Markdown.
///
/// Everything may hold foreign text, and there is no other escape on which all of them agree: within a block of
/// code they draw no markup, no link and no picture. What could end the block, and what could call somebody where a
/// medium looks for names even there, is broken up by a space without width.
///
/// - Source: `reference/webhook-replies.md` §9.
enum FencedText {
    static let fieldsMax = 10
    static let fieldMax = 1_000
    private static let fence = "```"
    private static let gap = "\u{200B}"

    /// Notices of one audience, oldest first.
    ///
    /// - Parameters:
    ///   - notices: At least one. The fields shown are the newest one's, where all are about one machine.
    ///   - isRepeated: For each notice whether an earlier try may have arrived.
    ///   - drawn: The buttons that the medium draws beside the text; for the others the text says what to type.
    ///   - heading: Of a group of jobs, of which each notice is about one.
    ///   - unitsMax: The medium's limit, fences included.
    /// - Returns: At most `unitsMax` UTF-16 units; it says so where it was cut.
    static func block(
        _ notices: [Notice],
        isRepeated: [Bool] = [],
        drawn: Set<Button.Word> = [],
        under heading: String? = nil,
        to unitsMax: Int
    ) -> String {
        let rows = notices.enumerated().map { index, notice in
            let isSecond = index < isRepeated.count && isRepeated[index]
            return symbol(notice.tone) + " " + ReplyText.marked(notice.text, isRepeated: isSecond)
        }
        var lines = rows
        let machines = Set(notices.map { $0.fields.first { $0.name == "machine" }?.value })
        if machines.count == 1, let fields = notices.last?.fields {
            lines += fields.prefix(fieldsMax).map { field in
                "\(field.name): \(ReplyText.cut(field.value, to: fieldMax))"
            }
        }
        var words = notices.last.map { TypedWords.commands(of: $0, besides: drawn) } ?? []
        if let heading {
            lines.insert(ReplyText.cut(heading, to: fieldMax), at: 0)
            // Beneath each job's own row, so that an id can be matched with a machine.
            let whole = zip(rows, notices).flatMap { row, notice in
                let typed = TypedWords.commands(of: notice)
                return typed.isEmpty ? [row] : [row, "    Type: " + typed.joined(separator: "  or  ")]
            }
            let text = broken(([lines[0]] + whole).joined(separator: "\n"))
            if text.utf16.count <= unitsMax - 2 * (fence.utf16.count + 1) {
                return "\(fence)\n\(text)\n\(fence)"
            }
            words = whole.count > rows.count ? TypedWords.ofAnyJob : []
        }
        // What can be done about it is worth more than the end of a long text.
        let end = words.isEmpty ? "" : broken("\nType: " + words.joined(separator: "  or  "))
        let room = unitsMax - 2 * (fence.utf16.count + 1) - end.utf16.count
        let text = ReplyText.cut(broken(lines.joined(separator: "\n")), to: room)
        return "\(fence)\n\(text)\(end)\n\(fence)"
    }

    /// What one message shows of a batch: all that is due, or how each job of a group stands.
    static func block(
        _ batch: Batch,
        isRepeated: [Bool],
        drawn: Set<Button.Word> = [],
        to unitsMax: Int
    ) -> String {
        guard let heading = batch.heading else {
            return block(batch.shown, isRepeated: isRepeated, drawn: drawn, to: unitsMax)
        }
        return block(batch.shown, under: heading, to: unitsMax)
    }

    /// Foreign text that can neither end the block nor call anybody.
    private static func broken(_ text: String) -> String {
        text.replacing(fence, with: "`\(gap)`\(gap)`")
            .replacing("@", with: "@\(gap)")
            // Mattermost reads Slack's own marks, such as <!channel>, in answers to commands.
            .replacing("<", with: "<\(gap)")
    }

    private static func symbol(_ tone: Notice.Tone) -> String {
        switch tone {
        case .progress: "⏳"
        case .good: "✅"
        case .bad: "❌"
        case .warning: "⚠️"
        }
    }
}
