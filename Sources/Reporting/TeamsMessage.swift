package import Enqueuing
import JSONReader
package import Vocabulary

/// What an outgoing webhook of Teams is answered: a message of text, seen by everybody in the thread.
///
/// - Source: `reference/webhook-sources.md` §3.2.
package enum TeamsMessage: ChatVoice {
    /// In UTF-16 units; escaped it stays below Teams' 28 KB.
    private static let textMax = 4_500
    private static let fieldMax = 200

    package static func immediate(_ notice: Notice, seenByAll: Bool) -> HookAnswer {
        var lines = [AdaptiveCard.symbol(notice.tone) + " " + notice.text]
        let fields = notice.fields.prefix(10).map { "\($0.name): \(ReplyText.cut($0.value, to: fieldMax))" }
        if !fields.isEmpty { lines.append(fields.joined(separator: " · ")) }
        let text = TeamsMarkdown.escaped(ReplyText.cut(lines.joined(separator: "\n"), to: textMax))
        // One line end alone is read as a blank.
        return answer(["type": "message", "text": .string(text.replacing("\n", with: "\n\n"))])
    }

    /// Teams shows an error for an answer that is no message.
    package static var empty: HookAnswer { answer(["type": "message", "text": "—"]) }

    private static func answer(_ body: JSONValue) -> HookAnswer {
        HookAnswer(status: 200, contentType: "application/json", body: body.encodedText)
    }
}
