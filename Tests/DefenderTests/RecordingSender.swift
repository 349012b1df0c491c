import CurlClient
import Synchronization
import Vocabulary

/// Answers from a list and keeps what was sent, as text that a test can compare.
final class RecordingSender: HTTPSending {
    struct Sent: Equatable {
        let method: String
        let url: String
        let headers: [String: String]
        let body: String?
        let isIdempotent: Bool
        let deadline: Duration
    }

    typealias Answer = Result<IncomingResponse, TransferFailure>

    private struct State {
        var sent: [Sent] = []
        var answers: [Answer]
    }

    private let state: Mutex<State>
    private let onSend: @Sendable () -> Void

    /// `onSend` is called before each answer, for a clock that moves while a call is under way.
    init(_ answers: [Answer], onSend: @escaping @Sendable () -> Void = {}) {
        state = Mutex(State(answers: answers))
        self.onSend = onSend
    }

    var sent: [Sent] { state.withLock(\.sent) }

    func send(_ request: OutgoingRequest) async throws(TransferFailure) -> IncomingResponse {
        onSend()
        return try next(request).get()
    }

    func download(
        _ request: OutgoingRequest,
        to path: String,
        bytesMax: Int64,
        onBytes: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(TransferFailure) -> DownloadedFile {
        let response = try next(request).get()
        onBytes(response.body)
        return DownloadedFile(status: response.status, bytes: Int64(response.body.count))
    }

    private func next(_ request: OutgoingRequest) -> Answer {
        state.withLock { state in
            state.sent.append(Sent(request))
            guard !state.answers.isEmpty else {
                let failure = TransferFailure(
                    kind: .other,
                    mayHaveBeenExecuted: false,
                    detail: "one call too many"
                )
                return .failure(failure)
            }
            return state.answers.removeFirst()
        }
    }
}

extension RecordingSender.Sent {
    init(_ request: OutgoingRequest) {
        var headers: [String: String] = [:]
        for header in request.headers { headers[header.name] = header.value.withText { $0 } }
        self.init(
            method: request.method.rawValue,
            url: request.url.withText { $0 },
            headers: headers,
            body: request.body?.withText { $0 },
            isIdempotent: request.isIdempotent,
            deadline: request.deadline
        )
    }
}

extension RecordingSender.Answer {
    static func json(_ status: Int, _ body: String, _ headers: [(name: String, value: String)] = []) -> Self {
        .success(
            IncomingResponse(
                status: status,
                headers: [(name: "Content-Type", value: "application/json")] + headers,
                body: Array(body.utf8)
            )
        )
    }

    static func failure(_ kind: TransferFailure.Kind, mayHaveBeenExecuted: Bool) -> Self {
        .failure(TransferFailure(kind: kind, mayHaveBeenExecuted: mayHaveBeenExecuted, detail: "made up"))
    }
}
