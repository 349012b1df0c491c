package import Vocabulary

/// Why a request was turned away before anybody looked at its signature.
///
/// The raw value is what a metric counts. A stranger learns nothing but the status (design §11).
package enum Refusal: String, Sendable, Hashable, CaseIterable {
    case notFound = "not-found"
    case methodNotAllowed = "method-not-allowed"
    case tooLarge = "too-large"
    case headersTooLarge = "headers-too-large"
    case tooSlow = "too-slow"
    case malformed
    case draining
    case overloaded
    case unanswered

    /// What the sender sees; a 503 says when to come again.
    package var answer: HookAnswer {
        switch self {
        case .notFound: made(404)
        case .methodNotAllowed: made(405)
        case .tooLarge: made(413)
        case .headersTooLarge: made(431)
        case .tooSlow: made(408)
        case .malformed: made(400)
        case .draining, .overloaded, .unanswered: .unavailable
        }
    }

    private func made(_ status: Int) -> HookAnswer {
        HookAnswer(status: status, contentType: "application/json", body: #"{"error":"\#(rawValue)"}"#)
    }
}
