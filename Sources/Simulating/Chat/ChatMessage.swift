package import JSONReader
package import Vocabulary

/// One thing that was told: a message of a channel, an answer to a command, a comment of an issue.
package struct ChatMessage: Sendable, Equatable {
    package enum Kind: String, Sendable {
        case message
        case answer
        case comment
    }

    package let kind: Kind
    /// The channel, the path of the response address, or the key.
    package let place: String
    /// Slack's `ts` or the comment's id.
    package let id: String
    package internal(set) var text: String
    /// The whole body that was sent last.
    package internal(set) var body: JSONValue
    package let at: Timestamp
    /// How often it was changed after it was posted.
    package internal(set) var updates: Int

    /// As `GET /simulator/messages` shows it.
    package var json: JSONValue {
        [
            "kind": .string(kind.rawValue), "place": .string(place), "id": .string(id), "text": .string(text),
            "body": body, "at": .number(Double(at.milliseconds) / 1000), "updates": .integer(Int64(updates)),
        ]
    }
}
