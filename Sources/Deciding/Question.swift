package import Vocabulary

/// May this asker do this to that machine now? Asked at intake, when the machine is known, before the POST.
package struct Question: Sendable, Hashable {
    package var source: SourceName
    /// As the source proved it; who that is, the policy of the moment says each time.
    package var asker: Asker
    /// The catalogue's word.
    package var action: String
    /// How the machine was named.
    package var selector: MachineSelector
    /// What is known of the machine; nil while it is not.
    package var facts: Facts?
    /// True if it reaches what somebody else asked for: a release of others' claims, another's job.
    package var concernsOthers: Bool
    package var now: Timestamp

    package init(
        source: SourceName,
        asker: Asker,
        action: String,
        selector: MachineSelector,
        facts: Facts? = nil,
        concernsOthers: Bool = false,
        now: Timestamp
    ) {
        self.source = source
        self.asker = asker
        self.action = action
        self.selector = selector
        self.facts = facts
        self.concernsOthers = concernsOthers
        self.now = now
    }

    /// The question that an intent asks.
    package init(
        _ intent: Intent,
        wants request: ActionRequest,
        facts: Facts? = nil,
        concernsOthers: Bool = false,
        now: Timestamp
    ) {
        self.init(
            source: intent.source,
            asker: intent.asker,
            action: request.action,
            selector: request.machine,
            facts: facts,
            concernsOthers: concernsOthers,
            now: now
        )
    }
}

/// What Defender said of the machine, and when; worth nothing after ``Policy/factsAgeMax``.
package struct Facts: Sendable, Hashable {
    package var machine: Machine
    package var readAt: Timestamp

    package init(machine: Machine, readAt: Timestamp) {
        self.machine = machine
        self.readAt = readAt
    }
}
