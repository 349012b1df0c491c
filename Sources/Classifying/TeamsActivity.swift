import JSONReader
import Vocabulary

/// A Bot Framework activity as Microsoft Teams sends it: what it is, who, where.
///
/// Source: `reference/webhook-sources.md` §§3.2, 3.3.
struct TeamsActivity {
    private static let shownNameMax = 200

    let body: JSONValue
    let id: String
    /// With the thread, where there is one.
    let conversation: String
    private let kind: SourceKind

    init(_ delivery: VerifiedDelivery) throws(Unreadable) {
        body = try Unreadable.reading(delivery.body, root: .object)
        kind = delivery.kind
        guard let id = body["id"]?.string, TeamsName.isActivity(id),
            let conversation = body.at("conversation.id")?.string, TeamsName.isConversation(conversation)
        else {
            throw Unreadable("\(kind).no-conversation", "The activity does not say where it was, or its id.")
        }
        self.id = id
        self.conversation = conversation
    }

    var type: String { body["type"]?.string ?? "" }

    /// The channel, or the chat where there is none.
    var room: String {
        let named = body.at("channelData.channel.id")?.string ?? body.at("channelData.teamsChannelId")?.string
        return named.flatMap { TeamsName.isConversation($0) ? $0 : nil } ?? TeamsName.room(of: conversation)
    }

    /// True for what a bot said; the bridge is one.
    var isFromBot: Bool {
        let sender = body.at("from.id")?.string ?? ""
        return sender.hasPrefix("28:") || body.at("from.role") == "bot"
            || (!sender.isEmpty && sender == body.at("recipient.id")?.string)
    }

    /// Conversation and activity: the ids of activities count from each conversation's own start.
    static func senderKey(of delivery: VerifiedDelivery) -> String? {
        guard let activity = try? TeamsActivity(delivery) else { return nil }
        return "\(activity.conversation) \(activity.id)"
    }

    /// What was said, by whom, where.
    ///
    /// - Throws: ``Unreadable`` if it names no person of Entra ID, or more than one tenant.
    func message(_ text: String, in reading: SourceReading) throws(Unreadable) -> ChatMessage {
        guard let person = body.at("from.aadObjectId")?.string.flatMap(TeamsName.guid) else {
            throw Unreadable("\(kind).no-person", "The activity names no person of Entra ID.")
        }
        var message = ChatMessage(identity: person, command: ChatMessage.mention, text: text)
        message.shownName = body.at("from.name")?.string.map { String($0.prefix(Self.shownNameMax)) }
        let tenant = try tenant()
        message.tenant = reading.tenants.first { $0.lowercased() == tenant } ?? tenant
        message.room = room
        return message
    }

    /// All that name a tenant have to name the same: the person's own may be another than the team's.
    private func tenant() throws(Unreadable) -> String {
        let named = ["conversation.tenantId", "channelData.tenant.id", "from.tenantId"]
            .compactMap { body.at($0) }.filter { !$0.isNull }.map { $0.string.flatMap(TeamsName.guid) }
        guard let first = named.first, let tenant = first, named.allSatisfy({ $0 == tenant }) else {
            throw Unreadable("\(kind).no-tenant", "The activity does not name one tenant.")
        }
        return tenant
    }
}
