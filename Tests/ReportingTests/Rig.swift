import CurlClient
import Enqueuing
import InMemoryLogging
import JSONReader
import Logging
import Synchronization
import Vocabulary

@testable import Reporting

/// A provider that answers what the test says and remembers what it was asked.
final class ScriptedProvider: HTTPSending {
    enum Step: Sendable {
        case answer(Int, JSONValue, [(name: String, value: String)] = [])
        case failure(TransferFailure)
    }

    struct Call: Sendable {
        let method: OutgoingRequest.Method
        let url: String
        let headers: [String: String]
        /// As JSON; null if it is none.
        let body: JSONValue
        let text: String
        let rule: AddressRule
    }

    private let steps: Mutex<[Step]>
    private let made = Mutex<[Call]>([])
    private let otherwise: Step
    private let arrivals = AsyncStream<Void>.makeStream()

    /// Answers in order; when the steps are used up, `otherwise`.
    init(_ steps: [Step] = [], otherwise: Step = .answer(200, ["ok": true, "ts": "1.1"])) {
        self.steps = Mutex(steps)
        self.otherwise = otherwise
    }

    var calls: [Call] { made.withLock { $0 } }

    func waitForCall() async {
        for await _ in arrivals.stream { return }
    }

    func send(_ request: OutgoingRequest) async throws(TransferFailure) -> IncomingResponse {
        let headers = request.headers.map { ($0.name.lowercased(), $0.value.withText { $0 }) }
        let bytes = request.body?.withBytes { $0 } ?? []
        let call = Call(
            method: request.method,
            url: request.url.withText { $0 },
            headers: Dictionary(headers) { first, _ in first },
            body: (try? JSONReader.read(bytes, root: .object)) ?? .null,
            text: String(decoding: bytes, as: UTF8.self),
            rule: request.addressRule
        )
        made.withLock { $0.append(call) }
        arrivals.continuation.yield()
        switch steps.withLock({ $0.isEmpty ? otherwise : $0.removeFirst() }) {
        case .answer(let status, let body, let headers):
            return IncomingResponse(status: status, headers: headers, body: body.encoded())
        case .failure(let failure): throw failure
        }
    }

    func download(
        _ request: OutgoingRequest,
        to path: String,
        bytesMax: Int64,
        onBytes: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(TransferFailure) -> DownloadedFile {
        throw TransferFailure(kind: .file, mayHaveBeenExecuted: false, detail: "nothing is downloaded here")
    }
}

extension ScriptedProvider.Step {
    static let unknown = Self.failure(
        TransferFailure(kind: .timeout, mayHaveBeenExecuted: true, detail: "no answer")
    )
    static let notSent = Self.failure(
        TransferFailure(kind: .connect, mayHaveBeenExecuted: false, detail: "refused")
    )
}

/// A ledger with one job that was asked for in a conversation, a reporter, and a clock that the test moves.
final class Rig: Sendable {
    static let responseURL = "https://hooks.slack.com/commands/T024/planted-credential"
    static let job = JobID("j-01")

    let ledger: MemoryLedger
    let provider: ScriptedProvider
    let reporter: Reporter
    let logs = InMemoryLogHandler()
    private let moment: Moment

    private final class Moment: Sendable {
        let now = Mutex(Timestamp(seconds: 1_790_000_000))
    }

    init(
        _ steps: [ScriptedProvider.Step] = [],
        channel: (any ReplyChannel)? = SlackChannel(token: Secret("xoxb-planted")),
        replyTo: ReplyAddress = .slack(channel: "C1", user: "U1", responseURL: nil),
        tell: TellChannel? = nil
    ) async throws {
        let moment = Moment()
        self.moment = moment
        ledger = MemoryLedger { moment.now.withLock { $0 } }
        provider = ScriptedProvider(steps)
        let source = SourceName("chat")
        let settings = ReportingSettings(
            owner: "test",
            channels: channel.map { [source: $0] } ?? [:],
            tell: tell
        )
        let logs = logs
        reporter = Reporter(
            ledger: ledger,
            http: provider,
            settings: { settings },
            logger: Logger(label: "test") { _ in
                var handler = logs
                handler.logLevel = .trace
                return handler
            },
            wallClock: { moment.now.withLock { $0 } },
            chance: { 0.5 }
        )
        let request = ActionRequest(action: "isolate", subject: .hostName("laptop-7"))
        let intent = Intent(source: source, asker: .identity("T024/U1"), request: .action(request))
        let job = Job(
            id: Self.job,
            delivery: nil,
            intent: intent,
            request: request,
            principal: .person("mia"),
            acceptedAt: moment.now.withLock { $0 },
            validUntil: nil
        )
        try await ledger.record(job, replyTo: replyTo)
    }

    /// The wait between the first and the second try, with this rig's chance.
    func pass(_ duration: Duration) {
        moment.now.withLock { $0 = $0 + duration }
    }

    func tell(_ text: String, isFinal: Bool = false, audience: Audience = .conversation(Rig.job)) async throws
    {
        let fields = [Notice.Field("machine", "laptop-7"), Notice.Field("job", Rig.job.text)]
        let notice = Notice(code: "job.test", tone: .progress, text: text, fields: fields, isFinal: isFinal)
        try await ledger.write { try Enqueuing.tell(audience, notice, about: Rig.job, in: $0) }
    }

    func put(_ notice: Notice, audience: Audience = .conversation(Rig.job)) async throws {
        try await ledger.write { try Enqueuing.tell(audience, notice, about: Rig.job, in: $0) }
    }

    /// The time that the ledger and the reporter see.
    var now: Timestamp { moment.now.withLock { $0 } }

    func entries(_ state: OutboxEntry.State) async throws -> [OutboxEntry] {
        try await ledger.read { try $0.outbox(state: state, limit: 100) }
    }

    func conversation() async throws -> Conversation? {
        try await ledger.read { try $0.conversation(Rig.job) }
    }

    static func responseURL(lasting seconds: Int64 = 1_800) -> ReplyAddress {
        let url = ResponseURL(url: responseURL, expiresAt: Timestamp(seconds: 1_790_000_000 + seconds))
        return .slack(channel: "C1", user: "U1", responseURL: url)
    }
}
