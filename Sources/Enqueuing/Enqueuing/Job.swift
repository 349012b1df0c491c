package import Catalogue
package import Vocabulary

/// One intent on its way to a machine: what is kept of it, from acceptance to its end.
///
/// A value. ``apply(_:)`` moves it; the ledger stores it. Addresses that carry a credential are not in here
/// but in the ``Conversation``.
package struct Job: Sendable, Hashable, Codable, Identifiable {
    /// Why the job exists.
    package enum Origin: Sendable, Hashable, Codable {
        /// Somebody asked.
        case asked
        /// The release that ends the time box of this isolate's claim.
        case timeBox(of: JobID)
    }

    package let id: JobID
    package var origin: Origin
    /// The order of acceptance in the ledger; 0 until inserted.
    package var sequence: Int64
    /// Counts writes; a write of an older version is refused.
    package var version: Int64
    package var delivery: DeliveryID?
    /// The first of several jobs that were asked for in one breath, for as many machines; nil for a job of its own.
    ///
    /// They are talked about in one conversation, and limits take all of them or none.
    package var group: JobID?

    package var source: SourceName
    package var asker: Asker
    package var askerShownName: String?
    package var principal: Principal?
    package var askedForBy: String?
    /// The Entra user in whose name it is posted, by their principal name; nil for the application's.
    package var inNameOf: String?
    package var ticket: String?
    package var route: String?
    /// Nil also for jobs that were recorded before places were kept.
    package var place: Place?

    /// The catalogue's word.
    package var action: String
    /// Canonical, defaults filled in; what has none was said.
    package var parameters: [String: String]
    package var selector: Subject
    package var duration: TimeBox?
    package var reason: String?
    /// The grant of emergency that was named.
    package var breakGlass: String?
    package var rehearses: Bool
    /// Where whoever asks must say once more that it was them.
    package var confirmation: Confirmation?
    /// Who did.
    package var confirmedBy: String?

    package var acceptedAt: Timestamp
    /// The end of the shelf life; nil for a time box's release and for questions.
    package var validUntil: Timestamp?

    package var state: JobState
    package var since: Timestamp
    /// When a worker should look next; nil if something else will wake it.
    package var due: Timestamp?
    package var lease: Lease?
    /// The number of the last lease; a worker that holds an older one cannot write.
    package var fence: Int64
    /// Failed tries in the present state, for the backoff.
    package var tries: Int

    /// The one machine, as Defender described it at ``factsAt``.
    package var machine: Machine?
    package var factsAt: Timestamp?
    package var decision: DecisionNote?
    /// Who was asked to agree, and who did.
    package var approval: ApprovalRequest?
    /// The notice that must have been told before anything is posted.
    package var toldFirst: String?
    /// Who let it go on although a limit held it.
    package var limitsWaivedBy: String?
    package var submission: Submission?
    /// The code of what it was last told to wait for.
    package var waitingFor: String?
    /// The beginning of its first try: from then on it counts for limits.
    package var firstSubmittedAt: Timestamp?
    /// When its group began: it has its place within the limits since, and is not asked for another.
    package var bookedAt: Timestamp?
    package var machineAction: ActionTrace?
    /// Ended actions of earlier tries, the last ten.
    package var spentActions: [String]?
    /// The isolate whose action this one shares.
    package var joined: JobID?
    package var cancelRequest: CancelRequest?
    /// A release that this isolate made way for; it is posted again once that is over.
    package var yieldsTo: JobID?
    /// A time box's release: the end whose coming was announced.
    package var warnedFor: Timestamp?
    /// A time box's release: when it was last told that it does not succeed.
    package var alarmedAt: Timestamp?
    package var outcome: Outcome?
    /// Why the present step could not be done yet; nil once the job has moved on.
    package var trouble: Outcome?
    package var evidence: EvidenceNote?

    package init(
        id: JobID,
        origin: Origin = .asked,
        delivery: DeliveryID?,
        intent: Intent,
        request: ActionRequest,
        principal: Principal?,
        acceptedAt: Timestamp,
        validUntil: Timestamp?,
        rehearses: Bool = false
    ) {
        self.id = id
        self.origin = origin
        sequence = 0
        version = 0
        self.delivery = delivery
        source = intent.source
        asker = intent.asker
        askerShownName = intent.askerShownName
        self.principal = principal
        askedForBy = intent.askedForBy
        ticket = intent.ticket
        route = intent.route
        place = intent.place
        action = request.action
        var filled = request.parameters
        for parameter in Catalogue.entry(request.action)?.parameters ?? [] where filled[parameter.name] == nil
        {
            filled[parameter.name] = parameter.defaultValue
        }
        parameters = filled
        selector = request.subject
        duration = request.duration
        reason = request.reason
        breakGlass = request.breakGlass
        self.rehearses = rehearses
        confirmation = intent.confirmation
        self.acceptedAt = acceptedAt
        self.validUntil = validUntil
        state = .recorded
        since = acceptedAt
        due = acceptedAt
        fence = 0
        tries = 0
    }

    /// The code of what waits for whoever asked it to confirm it.
    package static let unconfirmed = "unconfirmed"

    /// True if whoever asked has not confirmed yet what must be.
    package var isUnconfirmed: Bool { confirmation != nil && confirmedBy == nil }

    /// False for what is about something else than a machine, or about nothing.
    package var isAboutMachine: Bool { Catalogue.entry(action)?.isAboutMachine ?? true }

    /// True for what Defender does while it answers, and what comes to the same asked for twice.
    ///
    /// What changes the machine itself has a proof of its own.
    package var isRepeatable: Bool { Catalogue.entry(action)?.isDoneAtOnce == true && machineChange == nil }

    /// The lane of the action; nil for questions.
    package var lane: Lane? { Catalogue.entry(action)?.lane }

    /// What the action begins or ends; nil for one that is over once it is done.
    package var restraint: Restraint? { Catalogue.restraint(of: lane) }

    /// True if it holds the machine and opens a claim: an isolate, a restrict.
    package var isRestraining: Bool { action == restraint?.begins.word }

    /// True if it ends claims: a release, an unrestrict.
    package var isReleasing: Bool { action == restraint?.ends.word }

    /// The end of the shelf life, as it holds now.
    ///
    /// What was begun in time and made way for a release is not late when it is posted again: its claim is open.
    /// It has a day more. What is held meanwhile waits for a person, and no longer than any other.
    package var shelfEnd: Timestamp? {
        yieldsTo == nil || state == .held ? validUntil : validUntil.map { $0 + .seconds(86_400) }
    }

    /// True for the release of a time box.
    package var isAutomatic: Bool {
        if case .timeBox = origin { true } else { false }
    }

    /// True if nothing will be posted for it, by its own word or by the decision's.
    package var isRehearsal: Bool {
        rehearses || decision?.reasons.contains("rehearsal") == true
    }

    /// How people see who asked.
    package var askerText: String {
        principal?.name ?? askerShownName ?? asker.text
    }

    /// How people see the machine, or what else it is about; empty for what is about nothing.
    package var machineText: String { machine?.shownName ?? selector.description }
}

/// The right of one worker to move a job, for a time.
package struct Lease: Sendable, Hashable, Codable {
    package var owner: String
    package var fence: Int64
    package var until: Timestamp

    package init(owner: String, fence: Int64, until: Timestamp) {
        self.owner = owner
        self.fence = fence
        self.until = until
    }

    /// False once ended, and for an end further off than any lease can be: then the clock was put back.
    package func isLive(at now: Timestamp, leaseMax: Duration) -> Bool {
        now < until && until.since(now) <= leaseMax
    }
}

/// What was decided, for the record and for explaining.
package struct DecisionNote: Sendable, Hashable, Codable {
    /// `allow` or `refuse`.
    package var verdict: String
    package var grantNumber: Int?
    package var grantLine: Int?
    package var reasons: [String]
    package var explanation: [String]
    /// A release may end the claims of others.
    package var mayEndOthers: Bool
    /// A release may end what was contained outside.
    package var mayEndForeign: Bool?
    /// Whose agreement it needs; nil for nobody's.
    package var approvals: ApprovalNeed?
    /// The break-glass in use.
    package var breakGlass: String?
    /// What the machine is essential for.
    package var essential: String?
    /// The time box that the grant gives where none was asked for.
    package var defaultDuration: TimeBox?
    package var decidedAt: Timestamp

    package init(
        verdict: String,
        grantNumber: Int?,
        grantLine: Int?,
        reasons: [String],
        explanation: [String],
        mayEndOthers: Bool,
        mayEndForeign: Bool? = nil,
        approvals: ApprovalNeed? = nil,
        breakGlass: String? = nil,
        essential: String? = nil,
        defaultDuration: TimeBox? = nil,
        decidedAt: Timestamp
    ) {
        self.verdict = verdict
        self.grantNumber = grantNumber
        self.grantLine = grantLine
        self.reasons = reasons
        self.explanation = explanation
        self.mayEndOthers = mayEndOthers
        self.mayEndForeign = mayEndForeign
        self.approvals = approvals
        self.breakGlass = breakGlass
        self.essential = essential
        self.defaultDuration = defaultDuration
        self.decidedAt = decidedAt
    }
}

/// One try to post: committed before the POST.
package struct Submission: Sendable, Hashable, Codable {
    package var attempt: Int
    package var startedAt: Timestamp
    /// No POST of this attempt can begin after this.
    package var leaseUntil: Timestamp
    /// True once nobody knows whether a try of the job was carried out; later tries keep it.
    package var mayHaveBeenDone: Bool?

    package init(attempt: Int, startedAt: Timestamp, leaseUntil: Timestamp) {
        self.attempt = attempt
        self.startedAt = startedAt
        self.leaseUntil = leaseUntil
    }
}

/// The machine action at Defender that carries the job.
package struct ActionTrace: Sendable, Hashable, Codable {
    package var id: String
    package var createdAt: Timestamp
    /// Defender's word when last seen.
    package var status: String
    package var seenAt: Timestamp
    /// False for an action somebody else made that we attached to.
    package var isOurs: Bool

    package init(id: String, createdAt: Timestamp, status: String, seenAt: Timestamp, isOurs: Bool) {
        self.id = id
        self.createdAt = createdAt
        self.status = status
        self.seenAt = seenAt
        self.isOurs = isOurs
    }
}

/// Somebody, or a newer intent, wants the job's action cancelled at Defender.
package struct CancelRequest: Sendable, Hashable, Codable {
    package var by: String
    package var because: String
    package var at: Timestamp
    /// When Defender was last asked.
    package var sentAt: Timestamp?
    /// The release after which the job is to go on; nil ends it.
    package var resumesAfter: JobID?

    package init(by: String, because: String, at: Timestamp, resumesAfter: JobID? = nil) {
        self.by = by
        self.because = because
        self.at = at
        self.resumesAfter = resumesAfter
    }
}

/// How a job ended, in a code and in words.
package struct Outcome: Sendable, Hashable, Codable {
    package var code: String
    package var message: String
    package var fix: String?
    /// What a look-up found, or what Defender answered to what it did at once.
    package var answer: Answer?
    /// What was too large for the record and is kept beside it.
    package var evidence: EvidenceNote?

    package init(code: String, message: String, fix: String? = nil, answer: Answer? = nil) {
        self.code = code
        self.message = message
        self.fix = fix
        self.answer = answer
    }
}

/// A file kept as evidence.
package struct EvidenceNote: Sendable, Hashable, Codable {
    /// Name inside the evidence folder.
    package var file: String
    /// Lower-case hex.
    package var sha256: String
    package var bytes: Int64

    package init(file: String, sha256: String, bytes: Int64) {
        self.file = file
        self.sha256 = sha256
        self.bytes = bytes
    }
}
