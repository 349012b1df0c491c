package import CurlClient
package import Enqueuing
package import Vocabulary

/// The way back to one source; one file a kind.
package protocol ReplyChannel: Sendable {
    /// Tells one audience what is due, in one message or comment.
    ///
    /// - Parameters:
    ///   - batch: What is due, oldest first, and for whom.
    ///   - errand: What to do it with.
    /// - Returns: What came of it; never throws, so that nothing is lost by a mistake of a provider.
    func deliver(_ batch: Batch, _ errand: Errand) async -> Delivery
    /// When a try that failed is made again, and for how long.
    var retrying: RetryPlan { get }
}

extension ReplyChannel {
    package var retrying: RetryPlan { .quick }
}

/// What a way back is handed for one batch.
package struct Errand: Sendable {
    package let http: any HTTPSending
    /// For one call.
    package let deadline: Duration
    package let now: Timestamp
    /// The room that the settings name under `tell`; nil where none is.
    package let tellChannel: String?

    package init(http: any HTTPSending, deadline: Duration, now: Timestamp, tellChannel: String?) {
        self.http = http
        self.deadline = deadline
        self.now = now
        self.tellChannel = tellChannel
    }
}

/// How a chat writes what the hook itself answers; one for each kind that is answered in words.
package protocol ChatVoice: Sendable {
    /// The answer to a command.
    ///
    /// - Parameters:
    ///   - notice: What is said.
    ///   - seenByAll: False for words that only whoever asked should see, where the medium can.
    /// - Returns: Status 200, in the medium's own form.
    static func immediate(_ notice: Notice, seenByAll: Bool) -> HookAnswer
    /// The answer to a form that is not taken: it stays open with the words at the field.
    static func formStaysOpen(field: String, words: String) -> HookAnswer
    /// The answer where there is nothing to say.
    static var empty: HookAnswer { get }
}

extension ChatVoice {
    package static func formStaysOpen(field: String, words: String) -> HookAnswer {
        immediate(Notice(code: "form", tone: .warning, text: words), seenByAll: false)
    }

    package static var empty: HookAnswer {
        HookAnswer(status: 200, contentType: "text/plain; charset=utf-8", body: "")
    }
}
