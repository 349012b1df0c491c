package import Vocabulary

/// Something to tell somebody, in plain words; the medium's markup is Reporting's.
package struct Notice: Sendable, Hashable, Codable {
    package enum Tone: String, Sendable, Codable {
        case progress
        case good
        case bad
        case warning
    }

    /// A name and a value, where the value may hold foreign text (a reason, a machine's name).
    package struct Field: Sendable, Hashable, Codable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Stable, such as `job.succeeded`.
    package var code: String
    package var tone: Tone
    /// One sentence.
    ///
    /// It may hold foreign text: escape it.
    package var text: String
    package var fields: [Field]
    /// No further notice about this job is expected.
    package var isFinal: Bool
    /// What can be pressed; shown only where the medium has buttons and nothing newer was told.
    package var buttons: [Button]?

    package init(
        code: String,
        tone: Tone,
        text: String,
        fields: [Field] = [],
        isFinal: Bool = false,
        buttons: [Button]? = nil
    ) {
        self.code = code
        self.tone = tone
        self.text = text
        self.fields = fields
        self.isFinal = isFinal
        self.buttons = buttons
    }
}

/// A question to whoever pressed a button, in a window of its own.
package struct Dialog: Sendable, Hashable, Codable {
    /// The job whose denial needs a reason.
    package var job: JobID
    package var seen: String?
    /// `isolate srv-1`, to be shown; it may hold foreign text.
    package var title: String
    package var trigger: DialogTrigger
    /// Where the button was pressed, to answer there.
    package var room: String
    package var person: String

    package init(
        job: JobID,
        seen: String?,
        title: String,
        trigger: DialogTrigger,
        room: String,
        person: String
    ) {
        self.job = job
        self.seen = seen
        self.title = title
        self.trigger = trigger
        self.room = room
        self.person = person
    }
}

/// Who is told.
package enum Audience: Sendable, Hashable, Codable {
    /// Where the job was asked for: its conversation.
    case conversation(JobID)
    /// The `tell` channel of the settings.
    case tell
    /// Another room of a chat source, such as a digest's.
    case room(source: SourceName, room: String)
    /// Where something was said that is about no job: the room, the ticket.
    case place(source: SourceName, ReplyAddress)
    /// One person in a room, seen by nobody else.
    case whisper(source: SourceName, room: String, person: String)
    /// Whoever pressed a button is asked something.
    case dialog(source: SourceName, Dialog)
}

extension Audience {
    /// The job that an audience is asked or told about by itself; nil for the others.
    package var job: JobID? {
        switch self {
        case .conversation(let job): job
        case .dialog(_, let dialog): dialog.job
        case .tell, .room, .place, .whisper: nil
        }
    }
}

/// One notice on its way out.
package struct OutboxEntry: Sendable, Hashable, Codable, Identifiable {
    package enum State: String, Sendable, Codable {
        case due
        case sent
        /// It cannot be told any more: the address is spent or its life is over.
        case untold
    }

    package let id: String
    package var sequence: Int64
    package var version: Int64
    /// The job it is about; nil for news of the bridge itself.
    package var job: JobID?
    package var audience: Audience
    package var notice: Notice
    package var state: State
    package var createdAt: Timestamp
    package var due: Timestamp?
    package var lease: Lease?
    package var fence: Int64
    package var tries: Int
    /// A post whose outcome was never learnt: the next one says that it may be a repeat.
    package var mayHaveBeenSent: Bool
    /// Why it was not sent, in a code; for `jobs` and the log.
    package var trouble: String?

    package init(id: String, job: JobID?, audience: Audience, notice: Notice, createdAt: Timestamp) {
        self.id = id
        sequence = 0
        version = 0
        self.job = job
        self.audience = audience
        self.notice = notice
        state = .due
        self.createdAt = createdAt
        due = createdAt
        fence = 0
        tries = 0
        mayHaveBeenSent = false
    }
}

/// Where a job is talked about, and what was posted there.
///
/// It holds credentials: it stays out of audit, exports and logs, and is deleted when the address has expired
/// and the job has ended.
package struct Conversation: Sendable, Hashable, Codable {
    package let job: JobID
    package var address: ReplyAddress
    /// The `ts` of the message that is kept up to date.
    package var messageID: String?
    /// Uses of a `response_url` so far, at most 5.
    package var uses: Int
    /// What was told already, by entry id, to recognise a repeat.
    package var told: [String]
    /// Of a group: the last that was told of each of its jobs, in their order.
    package var lines: [Line]?

    /// The last that was told of one job.
    package struct Line: Sendable, Hashable, Codable {
        package let job: JobID
        package var notice: Notice

        package init(job: JobID, notice: Notice) {
            self.job = job
            self.notice = notice
        }
    }

    package init(job: JobID, address: ReplyAddress) {
        self.job = job
        self.address = address
        uses = 0
        told = []
    }
}
