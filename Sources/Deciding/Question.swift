import Catalogue
package import Vocabulary

/// May this asker do this to that machine now? Asked at intake, when the machine is known, before the POST.
package struct Question: Sendable, Hashable {
    package var source: SourceName
    /// As the source proved it; who that is, the policy of the moment says each time.
    package var asker: Asker
    /// The catalogue's word.
    package var action: String
    /// How the machine was named.
    package var selector: Subject
    /// The room or project it is asked in; nil where the source has none.
    package var place: Place?
    /// Canonical names and values; where one is missing, the catalogue's default holds.
    package var parameters: [String: String]
    /// The time box that is asked for.
    package var duration: TimeBox?
    /// What is known of the machine; nil while it is not.
    package var facts: Facts?
    /// True if it reaches what somebody else asked for: a release of others' claims, another's job.
    package var concernsOthers: Bool
    /// True for the release of a containment that was made outside Bascule.
    package var concernsForeign: Bool
    /// The break-glass grant that is named.
    package var breakGlass: String?
    /// True if it was said why.
    package var hasReason: Bool
    package var now: Timestamp

    package init(
        source: SourceName,
        asker: Asker,
        action: String,
        selector: Subject,
        place: Place? = nil,
        parameters: [String: String] = [:],
        duration: TimeBox? = nil,
        facts: Facts? = nil,
        concernsOthers: Bool = false,
        concernsForeign: Bool = false,
        breakGlass: String? = nil,
        hasReason: Bool = false,
        now: Timestamp
    ) {
        self.source = source
        self.asker = asker
        self.action = action
        self.selector = selector
        self.place = place
        self.parameters = parameters
        self.duration = duration
        self.facts = facts
        self.concernsOthers = concernsOthers
        self.concernsForeign = concernsForeign
        self.breakGlass = breakGlass
        self.hasReason = hasReason
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
            selector: request.subject,
            place: intent.place,
            parameters: request.parameters,
            duration: request.duration,
            facts: facts,
            concernsOthers: concernsOthers,
            breakGlass: request.breakGlass,
            hasReason: request.reason?.isEmpty == false,
            now: now
        )
    }
}

extension Question {
    /// True if it was said that there is to be no end.
    var isForEver: Bool { parameters[Catalogue.expiryParameter] == Catalogue.never }
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
