package import Vocabulary

/// A look-up, or an order that Defender carries out while it answers, as it is meant.
package struct DefenderRequest: Sendable, Hashable {
    /// The catalogue's word.
    package let action: String
    /// What it is about, in canonical spelling; nil for machines and for nothing.
    package let subject: String?
    /// The machine it is about.
    package let machine: MachineID?
    /// Canonical parameters with defaults filled in.
    package let parameters: [String: String]
    /// When what is ordered ends; nil for never.
    package let endsAt: Timestamp?
    /// At most 500 characters, our marker first; for what can be commented.
    package let comment: String
    /// The wall clock as it is asked; nil where no look-up needs it.
    package let askedAt: Timestamp?
    /// What goes into the library; nothing for all else.
    package var file: [UInt8]?
    /// True if it may have been carried out before: it is sent because nobody knows.
    package var isRepeat = false

    package init(
        action: String,
        subject: String? = nil,
        machine: MachineID? = nil,
        parameters: [String: String] = [:],
        endsAt: Timestamp? = nil,
        comment: String = "",
        askedAt: Timestamp? = nil
    ) {
        self.action = action
        self.subject = subject
        self.machine = machine
        self.parameters = parameters
        self.endsAt = endsAt
        self.comment = comment
        self.askedAt = askedAt
    }

    /// A parameter's value, unless it is the word that says nothing, such as `any` or `unchanged`.
    func said(_ name: String) -> String? {
        guard let value = parameters[name], !["any", "unchanged"].contains(value) else { return nil }
        return value
    }

    /// What it is about, for a path: percent-encoded, never empty.
    var subjectStep: String? {
        guard let subject, !subject.isEmpty, subject != ".", subject != ".." else { return nil }
        return Query.encoded(subject)
    }
}
