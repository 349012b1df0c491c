import JSONReader

/// What Microsoft Teams takes as an Adaptive Card, and what a person reads of it, in a reading of our own.
///
/// - Source: `reference/webhook-replies.md` §2.
struct CardReading {
    /// Of a whole message.
    static let bytesMax = 28 * 1_024
    private static let contentType = "application/vnd.microsoft.card.adaptive"
    private static let actionsMax = 6
    private static let depthMax = 4

    /// The lines a person reads, facts included.
    private(set) var lines: [String] = []
    /// The types of all actions, those in cards that open included.
    private(set) var actions: [String] = []

    /// Nil unless the message holds exactly one card that Teams would draw.
    init?(message: JSONValue) {
        guard message["type"] == "message", let attachments = message["attachments"]?.array,
            attachments.count == 1, attachments[0]["contentType"]?.string == Self.contentType,
            let card = attachments[0]["content"], take(card: card, depth: 0), !lines.isEmpty
        else { return nil }
    }

    private mutating func take(card: JSONValue, depth: Int) -> Bool {
        guard depth < Self.depthMax, card["type"] == "AdaptiveCard", let body = card["body"]?.array else {
            return false
        }
        if depth == 0 {
            guard let version = card["version"]?.string, ["1.2", "1.3", "1.4", "1.5"].contains(version) else {
                return false
            }
        }
        for element in body where !take(element: element, depth: depth) { return false }
        return take(actions: card["actions"]?.array ?? [], depth: depth)
    }

    private mutating func take(actions: [JSONValue], depth: Int) -> Bool {
        guard actions.count <= Self.actionsMax else { return false }
        for action in actions {
            guard let type = action["type"]?.string, action["title"]?.string?.isEmpty == false else {
                return false
            }
            self.actions.append(type)
            switch type {
            case "Action.ShowCard":
                guard let inner = action["card"], take(card: inner, depth: depth + 1) else { return false }
            case "Action.Execute":
                guard action["verb"]?.string != nil, action["data"]?.object != nil else { return false }
            case "Action.Submit", "Action.OpenUrl": break
            default: return false
            }
        }
        return true
    }

    private mutating func take(element: JSONValue, depth: Int) -> Bool {
        switch element["type"]?.string {
        case "TextBlock":
            guard let text = element["text"]?.string else { return false }
            lines.append(Self.shown(text))
            return true
        case "FactSet":
            for fact in element["facts"]?.array ?? [] {
                guard let title = fact["title"]?.string, let value = fact["value"]?.string else {
                    return false
                }
                lines.append(Self.shown("\(title): \(value)"))
            }
            return true
        case "ActionSet":
            let actions = element["actions"]?.array ?? []
            return !actions.isEmpty && take(actions: actions, depth: depth)
        case "Input.Text": return element["id"]?.string?.isEmpty == false
        default: return false
        }
    }

    /// As it is read: escapes undone, and without what has no width.
    static func shown(_ text: String) -> String {
        text.replacing(/\\([\\*_\[\]()`])/) { String($0.output.1) }.replacing("\u{200B}", with: "")
    }
}
