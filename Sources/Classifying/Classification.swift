package import Vocabulary

/// What a verified delivery asks for; the answer of this step.
package enum Classification: Sendable, Equatable {
    /// At least one.
    case intents([Intent])
    /// Genuine, but not to be read: recorded, kept for seven days, may be replayed.
    ///
    /// `code` is stable; `words` say it in a sentence, without text of the delivery.
    case unreadable(code: String, words: String, ticket: String?, replyTo: ReplyAddress?)
    /// Read, and no route or command is about it.
    case unmatched
    /// Caused by the bridge's own account; never looked at further.
    case own
    /// A question of the provider about the hook itself.
    case handshake(HookAnswer)
    /// A command that is not one: what was not understood, the nearest word, the right form.
    case notUnderstood(words: String, answeredBy: AnswerWay)
    /// Read and refused before anything is decided: nobody here can have asked it, or the form lacks something.
    ///
    /// `code` is stable; `words` are for whoever asked, without text of the delivery.
    case refused(code: String, words: String, answeredBy: AnswerWay)
}
