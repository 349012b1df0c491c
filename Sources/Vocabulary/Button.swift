/// A button: a word of the grammar that is said by pressing, with the right of whoever presses.
package struct Button: Sendable, Hashable, Codable {
    package enum Word: String, Sendable, Codable, CaseIterable {
        case approve
        case deny
        case go
        case extend
        case release
        case freeze
    }

    package enum Style: String, Sendable, Codable {
        case plain
        case primary
        case danger
    }

    package var word: Word
    /// At most 30 characters.
    package var label: String
    package var style: Style
    package var job: JobID
    /// The digest of what is shown beside it: an answer to anything else is refused.
    package var seen: String?
    /// `extend`: by how much.
    package var duration: TimeBox?

    package init(
        _ word: Word,
        label: String,
        style: Style = .plain,
        job: JobID,
        seen: String? = nil,
        duration: TimeBox? = nil
    ) {
        self.word = word
        self.label = label
        self.style = style
        self.job = job
        self.seen = seen
        self.duration = duration
    }

    /// What comes back when it is pressed.
    package var press: Press { Press(word, job: job, seen: seen, duration: duration) }
}
