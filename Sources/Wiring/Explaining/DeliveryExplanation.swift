import Authenticating
import Classifying
import JSONReader
import Vocabulary

/// What would become of one delivery: an explanation for each of its intents, or why there is none.
struct DeliveryExplanation {
    private enum Content {
        case intents([IntentExplanation])
        /// Nothing comes of it; `code` is stable.
        case nothing(code: String, words: String)
    }

    private let content: Content

    /// A delivery that is not believed.
    init(_ failure: VerificationFailure) {
        content = .nothing(code: failure.reason, words: "reject: \(failure.message) \(failure.fix)")
    }

    /// A genuine delivery and what it was read as.
    init(_ classification: Classification, explainer: IntentExplainer) {
        content =
            switch classification {
            case .intents(let intents): .intents(intents.map(explainer.explain))
            case .unreadable(let code, let words, _, _), .refused(let code, let words, _):
                .nothing(code: code, words: words)
            case .unmatched:
                .nothing(code: "unmatched", words: "No route and no command is about this delivery.")
            case .own: .nothing(code: "own", words: "The bridge's own account caused this delivery.")
            case .handshake:
                .nothing(
                    code: "handshake",
                    words: "The provider asks about the hook itself; that is answered."
                )
            case .notUnderstood(let words, _): .nothing(code: "not-understood", words: words)
            }
    }

    /// One object; an array where one delivery asks for several things.
    var json: JSONValue {
        switch content {
        case .intents(let explanations):
            let objects = explanations.map(\.json)
            return objects.count == 1 ? objects[0] : .array(objects)
        case .nothing(let code, let words):
            return [
                "decision": "refuse", "grant": .null, "reasons": [.string(code)], "machine": .null,
                "request": .null, "rehearses": false, "explanation": [.string(words)],
            ]
        }
    }

    var text: String {
        switch content {
        case .intents(let explanations): explanations.map(\.text).joined(separator: "\n\n")
        case .nothing(let code, let words): "refuse (\(code)): \(words)"
        }
    }

    /// True if anything it asks for is refused, and for what asks for nothing.
    var isRefused: Bool {
        switch content {
        case .intents(let explanations): explanations.contains(where: \.isRefused)
        case .nothing: true
        }
    }
}
