import JSONReader
package import Vocabulary

/// The outgoing webhook of a team in Microsoft Teams: messages that mention it.
///
/// Source: `reference/webhook-sources.md` §3.2.
package struct Teams: ChatReader {
    package static let kind = SourceKind("teams", isChat: true, provesPerson: true)

    package let reading: SourceReading

    package init(_ reading: SourceReading) {
        self.reading = reading
    }

    package static func senderKey(of delivery: VerifiedDelivery) -> String? {
        TeamsActivity.senderKey(of: delivery)
    }

    package func read(_ delivery: VerifiedDelivery) throws(Unreadable) -> ChatEvent {
        let activity = try TeamsActivity(delivery)
        guard activity.type == "message" else { return .nothing }
        if activity.isFromBot { return .own }
        guard let text = activity.body["text"]?.string else {
            throw Unreadable("teams.no-text", "The message has no text.")
        }
        var message = try activity.message(TeamsText.typed(text, own: nil), in: reading)
        message.replyTo = .at(["room": activity.room])
        return .said(message)
    }
}
