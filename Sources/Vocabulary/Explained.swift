/// An error that a person is told: what happened, and what to do about it.
package protocol Explained: Error {
    /// Stable, for logs, metrics and documentation, such as `policy.unknown-field`.
    var code: String { get }
    /// A sentence in plain words: what happened, to what, with the limit.
    var message: String { get }
    /// A sentence: what the operator can do now.
    var fix: String { get }
}
