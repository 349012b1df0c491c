package import JSONReader
package import Vocabulary

/// One thing that was told or asked: a message of a channel, an answer to a command, a comment of an issue.
package struct ChatMessage: Sendable, Equatable {
    package enum Kind: String, Sendable {
        case message
        /// Seen by one person: the body's `user`.
        case ephemeral
        /// A dialog.
        case view
        case answer
        case comment
        /// An event for any other system.
        case callback
    }

    package let kind: Kind
    /// The channel, the path of the response address, the key, or what opened the dialog.
    package let place: String
    /// Slack's `ts` or the comment's id.
    package let id: String
    /// Of a dialog its title.
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
