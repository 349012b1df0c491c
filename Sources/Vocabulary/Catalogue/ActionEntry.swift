/// Everything the program knows of one action, as data (design §6).
///
/// Grammar, permission check, `actions`, and the documentation derive from it. How the action goes over the
/// wire is `Transport/Defender`'s; the simulator has a reading of its own.
package struct ActionEntry: Sendable, Hashable {
    /// The word people type, such as `isolate`.
    package let word: String
    /// One line of meaning.
    package let summary: String
    package let parameters: [ActionParameter]
    /// Application permissions that suffice for the action itself; any one of them, case-blind.
    package let applicationPermissions: [String]
    /// Delegated permissions that suffice; any one of them.
    package let delegatedPermissions: [String]
    /// Further application permissions needed to find the machine and watch the action; any one.
    package let watchingPermissions: [String]
    /// True if a machine is changed; such an intent has a shelf life.
    package let changesState: Bool
    /// Nil for questions, which need no lane.
    package let lane: Lane?
    /// True if `for <duration>` may be said.
    package let takesTimeBox: Bool
    /// The word of the action that undoes it.
    package let undoneBy: String?
    /// The `type` of Defender's machine action that it makes; nil if it makes none.
    package let machineActionType: String?
    package let rate: RateWindow
    /// What Defender demands of the machine, in words.
    package let platforms: String
    package let backEnd: BackEnd
    /// ISO date on which Microsoft says the back end ends, or nil.
    package let retires: String?
    /// What it is about.
    package var about = SubjectKind.machine
    /// True if an end must be said: `for <duration>`, or `for ever`.
    package var needsEnd = false
    /// True if a grant must name it, although it changes nothing; false for what every grant lets see.
    package var needsGrant = true
    /// What else serves it than ``backEnd``.
    package var others: [OtherService] = []
    /// True if it takes something away, so that what is gone already is as good as done.
    package var isRemoval = false
    /// Parameters of which at least one must say something, where the action says nothing without.
    package var needsOneOf: [String] = []

    /// True for what finds a machine first, and is decided with what is known of it.
    package var isAboutMachine: Bool { about == .machine }

    /// True for what a route of the settings can start: what acts, and on something that is named.
    package var isRoutable: Bool { isPosted && about != .nothing }

    /// True for a question that is answered from Defender's lists.
    package var isLookUp: Bool { !changesState && lane == nil }

    /// True for what becomes a call that acts; the rest is answered, or is about a job.
    package var isPosted: Bool { lane != nil }

    /// True for a change that Defender makes while it answers: there is no machine action to watch.
    package var isDoneAtOnce: Bool { isPosted && changesState && machineActionType == nil }

    /// The parameter of that name; nil if there is none.
    package func parameter(_ name: String) -> ActionParameter? { parameters.first { $0.name == name } }
}

/// Per machine, or other subject, one action of a lane is in flight at a time; lanes never wait for each other (design §9).
package enum Lane: String, Sendable, Hashable, Codable, CaseIterable {
    case network
    case execution
    case scan
    case package
    case liveResponse = "live-response"
    case file
    case labels
    /// Taking the sensor away.
    case sensor
    /// What is noted on alerts.
    case alerts
    /// What is blocked and allowed on all machines.
    case indicators
    /// The files that live response may use.
    case library
}

/// Calls allowed per minute and hour, as documented.
package struct RateWindow: Sendable, Hashable {
    package let perMinute: Int
    package let perHour: Int

    package init(perMinute: Int, perHour: Int) {
        self.perMinute = perMinute
        self.perHour = perHour
    }
}

/// Which service carries an action out.
package enum BackEnd: String, Sendable, Hashable {
    case defender
    case graph
    /// Answered from the ledger and Defender's lists; nothing is posted to a machine.
    case bascule

    /// How the portal calls the API among an application's permissions.
    package var registrationName: String {
        switch self {
        case .defender, .bascule: "WindowsDefenderATP"
        case .graph: "Microsoft Graph"
        }
    }
}
