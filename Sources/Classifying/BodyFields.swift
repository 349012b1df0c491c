import JSONReader
import Vocabulary

/// The texts of a body that is a form or a JSON object, as the sender's administrator chose.
///
/// It goes by the content type, as the check of the token in it did (P15 of `reference/webhook-sources.md`).
struct BodyFields {
    /// The object; nil for a form.
    let json: JSONValue?
    private let form: FormFields?

    init(_ delivery: VerifiedDelivery) throws(Unreadable) {
        let type = delivery.values(of: "Content-Type").first ?? "application/json"
        let name = type.prefix { $0 != ";" }.lowercased().filter { !$0.isWhitespace }
        if name == "application/x-www-form-urlencoded" {
            form = try FormFields(delivery.body)
            json = nil
        } else {
            json = try Unreadable.reading(delivery.body, root: .object)
            form = nil
        }
    }

    /// Nil for a field that is not there, or in JSON is no text.
    subscript(_ name: String) -> String? { form?[name] ?? json?[name]?.string }
}

/// The age that a body states itself, for senders that sign no time.
enum BodyAge {
    private static let ageMax = Duration.seconds(24 * 60 * 60)

    /// - Throws: ``Unreadable`` if it is more than 24 hours off.
    static func check(_ moment: Timestamp, at now: Timestamp) throws(Unreadable) {
        let age = now.since(moment)
        guard age <= ageMax, age >= .zero - ageMax else {
            throw Unreadable("stale", "The message's own time is more than 24 hours off.")
        }
    }
}

extension ChatText {
    /// Text of a medium without escapes, as the grammar reads it: with Slack's three.
    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }

    /// What follows a word at the beginning of a text; nil if it does not begin with it as a word of its own.
    static func rest(of text: String, after word: String) -> String? {
        let start = text.drop(while: \.isWhitespace)
        guard !word.isEmpty, start.hasPrefix(word) else { return nil }
        let rest = start.dropFirst(word.count)
        guard rest.first.map({ $0.isWhitespace || $0 == ":" || $0 == "," }) ?? true else { return nil }
        return String(rest.drop { $0.isWhitespace || $0 == ":" || $0 == "," })
    }
}
