import Catalogue
import CurlClient
import JSONReader
import Vocabulary

/// One call as it is meant; ``outgoing(base:bearer:deadline:)`` is the same as it is sent.
struct DefenderCall: Sendable {
    let method: OutgoingRequest.Method
    /// With its query.
    let path: String
    /// In words, for errors and logs: no id, no name.
    let purpose: String
    let kind: RateLedger.Kind
    let priority: CallPriority
    let body: JSONValue?
    /// A body that is no JSON.
    var content: RequestContent?
    /// Waiting for token and budget included.
    let deadline: Duration
    /// Which service it goes to.
    var host = BackEnd.defender
    var responseBytesMax = 8 << 20

    static let deadlineDefault = Duration.seconds(30)
    /// Packages are large and lines may be slow.
    static let downloadDeadline = Duration.seconds(1_800)
    /// A download that stands still ends and is begun again, long before its deadline.
    static let downloadStallMax = Duration.seconds(60)

    init(
        _ method: OutgoingRequest.Method,
        _ path: String,
        purpose: String,
        kind: RateLedger.Kind = .call,
        priority: CallPriority,
        body: JSONValue? = nil,
        deadline: Duration = deadlineDefault
    ) {
        self.method = method
        self.path = path
        self.purpose = purpose
        self.kind = kind
        self.priority = priority
        self.body = body
        self.deadline = deadline
    }

    var isChange: Bool { method != .get }

    func outgoing(base: String, bearer: Secret, deadline: Duration) -> OutgoingRequest {
        var headers: [OutgoingRequest.Header] = [
            .init("Authorization", secret: bearer.withText { Secret("Bearer \($0)") }),
            .init("Accept", "application/json"),
        ]
        if body != nil { headers.append(.init("Content-Type", "application/json")) }
        if let content { headers.append(.init("Content-Type", content.type)) }
        return OutgoingRequest(
            method,
            Secret(base + path),
            headers: headers,
            body: body.map { Secret($0.encoded()) } ?? content.map { Secret($0.bytes) },
            isIdempotent: !isChange,
            deadline: deadline,
            responseBytesMax: responseBytesMax
        )
    }

    /// Waiting took all of the time: nothing was sent.
    var tooLate: DefenderError {
        DefenderError(
            kind: .throttled,
            mayHaveBeenExecuted: false,
            message: "No time was left for \(purpose) after waiting for its turn; nothing was sent.",
            fix: "Nothing to do: it is tried again where that is still wanted."
        )
    }
}
