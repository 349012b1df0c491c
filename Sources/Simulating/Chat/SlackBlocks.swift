import JSONReader

/// What Slack takes as blocks of a message and as a view, in a reading of our own.
///
/// - Source: `reference/webhook-replies.md` §1, "Limits".
enum SlackBlocks {
    private static let messageMax = 50
    private static let viewMax = 100
    private static let sectionMax = 3_000
    private static let fieldsMax = 10
    private static let fieldMax = 2_000
    private static let elementsMax = 25
    private static let identifierMax = 255
    private static let metadataMax = 3_000

    /// True for the blocks of a message.
    static func areTaken(_ blocks: [JSONValue]) -> Bool {
        areTaken(blocks, atMost: messageMax, inView: false)
    }

    /// True for a modal.
    static func isTaken(view: JSONValue) -> Bool {
        let blocks = view["blocks"]?.array ?? []
        let hasInput = blocks.contains { $0["type"] == "input" }
        return view["type"] == "modal" && isPlain(view["title"], atMost: 24)
            && (view["submit"] == nil ? !hasInput : isPlain(view["submit"], atMost: 24))
            && (view["close"] == nil || isPlain(view["close"], atMost: 24))
            && isText(view["callback_id"], atMost: identifierMax, isOptional: true)
            && isText(view["private_metadata"], atMost: metadataMax, isOptional: true)
            && !blocks.isEmpty && areTaken(blocks, atMost: viewMax, inView: true)
    }

    private static func areTaken(_ blocks: [JSONValue], atMost most: Int, inView: Bool) -> Bool {
        let names = blocks.compactMap { $0["block_id"]?.string }
        let actions = blocks.flatMap { $0["elements"]?.array ?? [] }.compactMap { $0["action_id"]?.string }
        return blocks.count <= most && Set(names).count == names.count
            && Set(actions).count == actions.count
            && blocks.allSatisfy { isTaken($0, inView: inView) }
    }

    private static func isTaken(_ block: JSONValue, inView: Bool) -> Bool {
        guard isText(block["block_id"], atMost: identifierMax, isOptional: true) else { return false }
        switch block["type"]?.string {
        case "section":
            let fields = block["fields"]?.array ?? []
            return (block["text"] != nil || !fields.isEmpty)
                && (block["text"] == nil || isText(object: block["text"], atMost: sectionMax))
                && fields.count <= fieldsMax
                && fields.allSatisfy { isText(object: $0, atMost: fieldMax) }
        case "actions":
            let elements = block["elements"]?.array ?? []
            return (1...elementsMax).contains(elements.count) && elements.allSatisfy(isButton)
        case "input": return inView && isInput(block)
        case "context", "divider", "header", "image", "rich_text": return true
        default: return false
        }
    }

    private static func isButton(_ element: JSONValue) -> Bool {
        element["type"] == "button" && isPlain(element["text"], atMost: 75)
            && isText(element["action_id"], atMost: identifierMax, isOptional: true)
            && isText(element["value"], atMost: 2_000, isOptional: true)
            && isStyle(element["style"]) && (element["confirm"] == nil || isQuestion(element["confirm"]))
    }

    private static func isQuestion(_ confirm: JSONValue?) -> Bool {
        isPlain(confirm?["title"], atMost: 100) && isText(object: confirm?["text"], atMost: 300)
            && isPlain(confirm?["confirm"], atMost: 30) && isPlain(confirm?["deny"], atMost: 30)
            && isStyle(confirm?["style"])
    }

    private static func isInput(_ block: JSONValue) -> Bool {
        guard let element = block["element"], isPlain(block["label"], atMost: 2_000) else { return false }
        let longest = element["max_length"]
        return element["type"]?.string != nil
            && isText(element["action_id"], atMost: identifierMax, isOptional: true)
            && (longest == nil || (1...3_000).contains(longest?.integer ?? 0))
    }

    private static func isStyle(_ style: JSONValue?) -> Bool {
        style == nil || style == "primary" || style == "danger"
    }

    private static func isPlain(_ object: JSONValue?, atMost most: Int) -> Bool {
        object?["type"] == "plain_text" && isText(object?["text"], atMost: most)
    }

    private static func isText(object: JSONValue?, atMost most: Int) -> Bool {
        isPlain(object, atMost: most)
            || object?["type"] == "mrkdwn" && isText(object?["text"], atMost: most)
    }

    private static func isText(_ value: JSONValue?, atMost most: Int, isOptional: Bool = false) -> Bool {
        guard let value else { return isOptional }
        guard let text = value.string else { return false }
        return text.count <= most && (isOptional || !text.isEmpty)
    }
}
