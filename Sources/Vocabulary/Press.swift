/// What a pressed button says, in the two texts that a chat sends back.
///
/// One place for writing and reading. It grants nothing: anybody who sees the card could know both texts, so
/// who pressed and what the job has become are looked at each time.
///
///     action_id   bascule.extend.2
///     value       j-01j9zk7q4n8t2v6w0xabcdefgh seen=9f86d081… for=14400
package struct Press: Sendable, Hashable {
    /// Characters of a digest.
    package static let seenMax = 128
    private static let prefix = "bascule."

    package let word: Button.Word
    package let job: JobID
    package let seen: String?
    package let duration: TimeBox?

    package init(_ word: Button.Word, job: JobID, seen: String? = nil, duration: TimeBox? = nil) {
        self.word = word
        self.job = job
        self.seen = seen
        self.duration = duration
    }

    /// True for an action that only a button of ours can have.
    package static func isOurs(actionID: String) -> Bool { actionID.hasPrefix(prefix) }

    /// The name of the button's action; `place` counts from 0 and makes it unique within a message.
    package func actionID(at place: Int) -> String { "\(Self.prefix)\(word.rawValue).\(place)" }

    package var value: String {
        var parts = [job.text]
        if let seen { parts.append("seen=\(seen)") }
        if let duration { parts.append("for=\(duration.seconds)") }
        return parts.joined(separator: " ")
    }

    /// Reads what was pressed; nil for anything that ``value`` does not write.
    package init?(actionID: String, value: String) {
        guard let name = actionID.wholeMatch(of: /bascule\.([a-z]{1,20})(?:\.[0-9]{1,2})?/)?.output.1,
            let word = Button.Word(rawValue: String(name)), let fields = PressedFields(value),
            fields.names.isSubset(of: ["seen", "for"])
        else { return nil }
        var duration: TimeBox?
        if let text = fields["for"] {
            guard let seconds = Int64(text), let box = TimeBox(seconds: seconds) else { return nil }
            duration = box
        }
        self.init(word, job: fields.job, seen: fields["seen"], duration: duration)
        // Two readings of one value would be one too many.
        guard self.value == value, (word == .extend) == (duration != nil) else { return nil }
    }
}

/// The form that asks why something is denied, as a chat sends it back.
///
/// One place for writing and reading.
package struct DenialForm: Sendable, Hashable {
    /// What a submitted form of ours is recognised by.
    package static let callbackID = "bascule.deny"
    /// The field with the reason: the name of its block and of the element in it.
    package static let field = "reason"
    package static let reasonCharactersMax = 1_000

    package let job: JobID
    package let seen: String?
    /// Where *Deny* was pressed.
    package let room: String

    package init(job: JobID, seen: String?, room: String) {
        self.job = job
        self.seen = seen
        self.room = room
    }

    /// What the form carries unseen.
    package var metadata: String {
        var parts = [job.text]
        if let seen { parts.append("seen=\(seen)") }
        parts.append("room=\(room)")
        return parts.joined(separator: " ")
    }

    /// Reads what a form carried; nil for anything that ``metadata`` does not write.
    package init?(metadata: String) {
        guard let fields = PressedFields(metadata), fields.names.isSubset(of: ["seen", "room"]),
            let room = fields["room"]
        else { return nil }
        self.init(job: fields.job, seen: fields["seen"], room: room)
        guard self.metadata == metadata else { return nil }
    }
}

/// A job's id and what follows it as `name=value`, apart by one blank.
private struct PressedFields {
    private static let bytesMax = 500

    let job: JobID
    private var values: [Substring: Substring] = [:]

    var names: Set<Substring> { Set(values.keys) }
    subscript(name: Substring) -> String? { values[name].map(String.init) }

    init?(_ text: String) {
        guard text.utf8.count <= Self.bytesMax else { return nil }
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard let first = parts.first, let job = JobID(spelled: String(first)) else { return nil }
        self.job = job
        for part in parts.dropFirst() {
            guard let match = part.wholeMatch(of: /([a-z]{1,10})=([0-9A-Za-z_-]{1,128})/),
                values.updateValue(match.output.2, forKey: match.output.1) == nil
            else { return nil }
        }
    }
}

/// The names under which a card sends back what was pressed and filled in.
///
/// One place for writing and reading.
package enum CardField {
    /// ``Press/actionID(at:)``.
    package static let action = "bascule"
    /// ``Press/value``.
    package static let press = "press"
    /// The reason of a denial.
    package static let because = "because"
}
