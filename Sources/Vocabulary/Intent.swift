/// What somebody wants, as a delivery says it: interpreted, not yet decided.
package struct Intent: Sendable, Hashable, Codable {
    package var source: SourceName
    package var asker: Asker
    /// A name to show beside the identity; never used for a permission.
    package var askerShownName: String?
    package var request: Request
    /// Where answers go; nil answers nobody but the record.
    package var replyTo: ReplyAddress?
    /// For the record only: whom a service says it acts for.
    package var askedForBy: String?
    /// The ticket the intent comes from, such as `SEC-1482`.
    package var ticket: String?
    /// The route's name or number that produced it.
    package var route: String?
    /// The room or project it was said in, as the signed delivery names it.
    package var place: Place?
    /// How whoever asks reads what they are answered.
    package var answeredBy: AnswerWay
    /// Where whoever asks must say once more that it was them; nil for nowhere.
    package var confirmation: Confirmation?

    package init(
        source: SourceName,
        asker: Asker,
        askerShownName: String? = nil,
        request: Request,
        replyTo: ReplyAddress? = nil,
        askedForBy: String? = nil,
        ticket: String? = nil,
        route: String? = nil,
        place: Place? = nil,
        answeredBy: AnswerWay = .response,
        confirmation: Confirmation? = nil
    ) {
        self.source = source
        self.asker = asker
        self.askerShownName = askerShownName
        self.request = request
        self.replyTo = replyTo
        self.askedForBy = askedForBy
        self.ticket = ticket
        self.route = route
        self.place = place
        self.answeredBy = answeredBy
        self.confirmation = confirmation
    }
}

/// Where an intent is confirmed by whoever asked it, before anything comes of it.
package enum Confirmation: String, Sendable, Hashable, Codable {
    /// By one click or word in a chat, where nobody else can write in their name.
    case chat
}

/// How whoever asks reads what they are answered.
package enum AnswerWay: Sendable, Hashable, Codable {
    /// In the answer to the delivery itself.
    case response
    /// That answer's body is not shown: privately, in the room where something was pressed.
    case whisper(room: String, person: String)
    /// In the form that was filled in: it stays open, with the words at this field.
    case form(field: String)
    /// That answer's body is shown to nobody: as a message or a comment at this address.
    case reply(ReplyAddress)

    /// True for ``reply(_:)``.
    package var isReply: Bool { if case .reply = self { true } else { false } }
}

/// Where within a source something was said.
///
/// A room is never taken for a project of the same name.
package enum Place: Sendable, Hashable, Codable {
    /// A chat channel by its id, such as `C05SOCOPS7`.
    case room(String)
    /// A ticket system's project by its key, such as `SEC`.
    case project(String)
}

extension Place: CustomStringConvertible {
    package var description: String {
        switch self {
        case .room(let id): "room \(id)"
        case .project(let key): "project \(key)"
        }
    }
}

/// The sentence of the grammar that was said (design §7).
package enum Request: Sendable, Hashable, Codable {
    case action(ActionRequest)
    case status(Subject)
    case isolated
    case jobs
    case whoAmI
    case help
    /// A command that is not one, beside something else that the delivery asks for; the words say the right form.
    case notUnderstood(String)
    case freeze(because: String)
    case unfreeze(because: String?)
    case cancel(JobID)
    /// Lets a held job go on.
    case go(JobID)
    /// Approves what a job asks for.
    ///
    /// `seen` is the digest of what a button showed; nil where the words were typed.
    case approve(JobID, seen: String?)
    case deny(JobID, because: String, seen: String?)
    /// Somebody pressed *Deny*: they are asked why before it counts.
    case askWhy(JobID, seen: String?, DialogTrigger)
    /// Moves the end of one's containments of a machine further off.
    case extend(Subject, by: TimeBox)
    /// The same for the claim of one job, by a button.
    case extendClaim(JobID, by: TimeBox)
    /// Releases the machine of a job's claim, by a button.
    case releaseClaim(JobID)
    /// No automatic release of the machine until somebody lets it go on.
    case hold(Subject)
}

/// What opens a dialog for whoever pressed a button; a provider takes it once, within seconds.
package struct DialogTrigger: Sendable, Hashable, Codable, CustomStringConvertible, CustomReflectable {
    /// The provider's word for it; a credential while it lives.
    package let id: String
    package let expiresAt: Timestamp

    package init(id: String, expiresAt: Timestamp) {
        self.id = id
        self.expiresAt = expiresAt
    }

    package var description: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// One action on one machine, or about one thing, with what was said about it.
package struct ActionRequest: Sendable, Hashable, Codable {
    /// The catalogue's word, such as `isolate`.
    package var action: String
    package var subject: Subject
    /// Canonical names and values, defaults not filled in.
    package var parameters: [String: String]
    /// `for`: the time box, counted from success.
    package var duration: TimeBox?
    package var reason: String?
    /// `with break-glass=NAME`: the grant of that name is to be used, without approval.
    package var breakGlass: String?

    package init(
        action: String,
        subject: Subject,
        parameters: [String: String] = [:],
        duration: TimeBox? = nil,
        reason: String? = nil,
        breakGlass: String? = nil
    ) {
        self.action = action
        self.subject = subject
        self.parameters = parameters
        self.duration = duration
        self.reason = reason
        self.breakGlass = breakGlass
    }

    /// Ledgers know the subject as `machine`.
    private enum CodingKeys: String, CodingKey {
        case action
        case subject = "machine"
        case parameters
        case duration
        case reason
        case breakGlass
    }
}

/// How long a containment lasts, in whole seconds, 1 s to 365 d.
package struct TimeBox: Sendable, Hashable, Codable, CustomStringConvertible {
    package let seconds: Int64

    /// One second.
    package static let shortest = TimeBox(whole: 1)

    private init(whole seconds: Int64) {
        self.seconds = seconds
    }

    /// Nil outside 1 second to 365 days.
    package init?(seconds: Int64) {
        guard (1...31_536_000).contains(seconds) else { return nil }
        self.seconds = seconds
    }

    /// Reads a whole number and `s`, `m`, `h` or `d`, such as `4h`.
    ///
    /// Nil for anything else or out of bounds.
    package init?(_ text: String) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        let folded = text.lowercased()
        guard let last = folded.last, let unit = units[last] else { return nil }
        let digits = folded.dropLast()
        guard !digits.isEmpty, digits.utf8.count <= 9, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let count = Int64(digits)
        else { return nil }
        self.init(seconds: count * unit)
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let box = TimeBox(seconds: try container.decode(Int64.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "out of bounds")
        }
        self = box
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(seconds)
    }

    package var duration: Duration { .seconds(seconds) }
    package var description: String { duration.spoken }
}

/// Where an answer goes.
///
/// An address out of a payload is a credential: it stays out of audit, exports and logs.
package enum ReplyAddress: Sendable, Hashable, Codable {
    /// A Slack channel, with the `response_url` of the command if one came, or the thread to answer in.
    ///
    /// Rows of older ledgers name no `thread`; it is the `ts` of the message that the thread is under.
    case slack(channel: String, user: String?, responseURL: ResponseURL?, thread: String? = nil)
    /// A comment on a Jira issue.
    case jira(issue: String)
    /// Somewhere at any other kind of source; see ``ReplyPlace``.
    case at(ReplyPlace)

    /// A place that its parts name, with an address that expires if one came.
    package static func at(_ parts: [String: String], responseURL: ResponseURL? = nil) -> ReplyAddress {
        .at(ReplyPlace(parts: parts, responseURL: responseURL))
    }

    /// The address among its parts that is a credential and expires.
    package var responseURL: ResponseURL? {
        switch self {
        case .slack(_, _, let responseURL, _): responseURL
        case .at(let place): place.responseURL
        case .jira: nil
        }
    }

    /// The same place without the address that expires.
    package var withoutResponseURL: ReplyAddress {
        switch self {
        case .slack(let channel, let user, _, let thread):
            .slack(channel: channel, user: user, responseURL: nil, thread: thread)
        case .at(let place): .at(place.parts)
        case .jira: self
        }
    }
}

/// Where an answer goes at one kind of source, in parts that its reader writes and its way back reads.
///
/// GitHub: `repository` and `issue`. The parts are no credentials; what is one goes into ``responseURL``.
package struct ReplyPlace: Sendable, Hashable, Codable {
    package let parts: [String: String]
    package let responseURL: ResponseURL?

    package init(parts: [String: String], responseURL: ResponseURL? = nil) {
        self.parts = parts
        self.responseURL = responseURL
    }

    package subscript(_ part: String) -> String? { parts[part] }
}

/// An address that came with a delivery to answer it, such as a Slack `response_url`: five uses within 30 minutes.
package struct ResponseURL: Sendable, Hashable, Codable, CustomStringConvertible,
    CustomDebugStringConvertible,
    CustomReflectable
{
    /// The address; a credential.
    package let url: String
    package let expiresAt: Timestamp

    package init(url: String, expiresAt: Timestamp) {
        self.url = url
        self.expiresAt = expiresAt
    }

    package var description: String { "<redacted>" }
    package var debugDescription: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
