package import Enqueuing
import JSONReader
package import Vocabulary

/// What a bot's hook answers: shown for an invocation, and to whoever pressed alone; for a message to nobody.
package enum TeamsBotVoice: ChatVoice {
    private static let textMax = 2_000

    package static func immediate(_ notice: Notice, seenByAll: Bool) -> HookAnswer {
        let text = AdaptiveCard.symbol(notice.tone) + " " + notice.text
        let answer: JSONValue = [
            "statusCode": 200, "type": "application/vnd.microsoft.activity.message",
            "value": .string(TeamsMarkdown.escaped(ReplyText.cut(text, to: textMax))),
        ]
        return HookAnswer(status: 200, contentType: "application/json", body: answer.encodedText)
    }
}
