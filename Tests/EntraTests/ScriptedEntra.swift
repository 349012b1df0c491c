import Cryptography
import CurlClient
import Entra
import Foundation
import JSONReader
import Logging
import Synchronization
import Vocabulary

/// A token endpoint without a network: answers from a list, keeps what was sent, and can be held back.
final class ScriptedEntra: HTTPSending {
    struct Sent: Sendable {
        let url: String
        let headers: [String: String]
        let form: [String: String]
        let rawBody: String
    }

    typealias Answer = Result<IncomingResponse, TransferFailure>

    private struct State {
        var sent: [Sent] = []
        var answers: [Answer]
        var isHeld: Bool
        var held: [CheckedContinuation<Void, Never>] = []
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state: Mutex<State>

    init(_ answers: [Answer], isHeld: Bool = false) {
        state = Mutex(State(answers: answers, isHeld: isHeld))
    }

    var sent: [Sent] { state.withLock(\.sent) }

    func answer(_ more: Answer...) { state.withLock { $0.answers += more } }

    /// From now on, calls wait for ``letGo()``.
    func hold() { state.withLock { $0.isHeld = true } }

    func letGo() {
        let held = state.withLock { state in
            state.isHeld = false
            defer { state.held = [] }
            return state.held
        }
        for continuation in held { continuation.resume() }
    }

    /// Returns once `count` calls have arrived.
    func untilSent(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.sent.count >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    func send(_ request: OutgoingRequest) async throws(TransferFailure) -> IncomingResponse {
        let (answer, ready) = state.withLock { state in
            state.sent.append(Sent(request))
            let ready = state.watchers.filter { $0.count <= state.sent.count }
            state.watchers.removeAll { $0.count <= state.sent.count }
            return (state.answers.isEmpty ? .failure(.none) : state.answers.removeFirst(), ready)
        }
        for watcher in ready { watcher.continuation.resume() }
        await withCheckedContinuation { continuation in
            let goesOn = state.withLock { state in
                if state.isHeld { state.held.append(continuation) }
                return !state.isHeld
            }
            if goesOn { continuation.resume() }
        }
        return try answer.get()
    }

    func download(
        _ request: OutgoingRequest,
        to path: String,
        bytesMax: Int64,
        onBytes: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(TransferFailure) -> DownloadedFile {
        throw .none
    }
}

extension TransferFailure {
    /// What a test gets that calls more often than it said.
    static let none = TransferFailure(kind: .other, mayHaveBeenExecuted: false, detail: "one call too many")
}

extension ScriptedEntra.Sent {
    init(_ request: OutgoingRequest) {
        var headers: [String: String] = [:]
        for header in request.headers { headers[header.name] = header.value.withText { $0 } }
        let raw = request.body?.withText { $0 } ?? ""
        var form: [String: String] = [:]
        for field in raw.split(separator: "&") {
            let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            form[String(parts[0])] = parts.count > 1 ? String(parts[1]).removingPercentEncoding : nil
        }
        self.init(url: request.url.withText { $0 }, headers: headers, form: form, rawBody: raw)
    }
}

extension ScriptedEntra.Answer {
    static func json(_ status: Int, _ body: String, _ headers: [(name: String, value: String)] = []) -> Self {
        .success(IncomingResponse(status: status, headers: headers, body: Array(body.utf8)))
    }

    /// A token as Defender's look, valid for `seconds`.
    static func token(_ name: String, seconds: Int = 3_599, more: String = "") -> Self {
        .json(
            200,
            #"{"token_type":"Bearer","expires_in":\#(seconds),"ext_expires_in":3599\#(more),"access_token":"\#(name)"}"#
        )
    }

    /// An error in the form of `reference/entra-auth.md` §4.1.
    static func refusal(
        _ status: Int,
        _ error: String,
        _ number: Int?,
        text: String = "Some words.",
        _ headers: [(name: String, value: String)] = []
    ) -> Self {
        let codes = number.map { "[\($0)]" } ?? "[]"
        let prefix = number.map { "AADSTS\($0): " } ?? ""
        return .json(
            status,
            """
            {"error":"\(error)","error_description":"\(prefix)\(text) Trace ID: 0b1c Correlation ID: 0b1d",
            "error_codes":\(codes),"timestamp":"2026-11-02 09:14:07Z","trace_id":"x",
            "correlation_id":"6c0f1a2b-3c4d-4e5f-8a9b-0c1d2e3f4a5b"}
            """,
            headers
        )
    }
}

/// A clock that a test sets.
final class ManualClock: Sendable {
    private let value: Mutex<Timestamp>

    init(_ start: Timestamp = Timestamp(seconds: 1_793_610_847)) { value = Mutex(start) }

    var now: Timestamp { value.withLock { $0 } }

    func advance(_ seconds: Int64) { value.withLock { $0 = $0 + .seconds(seconds) } }
}

/// A token source on a script.
struct TokenBench {
    static let tenant = "7f1c0f5e-0000-4000-8000-000000000001"
    static let client = "0c5a0000-0000-4000-8000-000000000002"

    let entra: ScriptedEntra
    let clock = ManualClock()
    let source: TokenSource
    let credential: CredentialFile
    let log = LogLines()
    /// How long was waited between the tries for a managed identity; the clock went on by as much.
    let waits = Waits()

    final class Waits: Sendable {
        private let state = Mutex<[Duration]>([])
        var all: [Duration] { state.withLock { $0 } }
        func append(_ wait: Duration) { state.withLock { $0.append(wait) } }
    }

    /// The credential as it stands in a file that a test may change.
    final class CredentialFile: Sendable {
        private let state: Mutex<(EntraCredential, Int)>
        init(_ credential: EntraCredential) { state = Mutex((credential, 0)) }
        var reads: Int { state.withLock(\.1) }
        func replace(_ credential: EntraCredential) { state.withLock { $0.0 = credential } }
        func read() -> EntraCredential {
            state.withLock { state in
                state.1 += 1
                return state.0
            }
        }
    }

    init(
        _ answers: [ScriptedEntra.Answer],
        credential: EntraCredential = .secrets([Secret("s+e%c r=t&~")]),
        isHeld: Bool = false,
        jitter: Double = 1
    ) throws {
        let entra = ScriptedEntra(answers, isHeld: isHeld)
        let file = CredentialFile(credential)
        let clock = clock
        let log = log
        let waits = waits
        self.entra = entra
        self.credential = file
        source = TokenSource(
            settings: try Self.settings(),
            credential: { file.read() },
            sender: entra,
            logger: Logger(label: "test") { _ in log },
            now: { clock.now },
            pause: { wait in
                waits.append(wait)
                clock.advance(wait.components.seconds)
            },
            jitter: { jitter }
        )
    }

    static func settings() throws -> EntraSettings {
        try EntraSettings(
            loginBase: "https://login.example",
            tenant: tenant,
            client: client,
            scope: "https://api.securitycenter.microsoft.com/.default"
        )
    }

    /// The error of the next token; the test fails if there is a token.
    func error() async throws -> TokenError {
        do throws(TokenError) {
            _ = try await source.token()
        } catch {
            return error
        }
        throw TestFailure(what: "there was a token")
    }

    func bearer() async throws -> String {
        try await source.token().bearer.withText { $0 }
    }
}

struct TestFailure: Error { let what: String }

/// A JWT whose claims are `claims`, with a signature of no worth.
func makeToken(_ claims: JSONValue) -> String {
    let header: JSONValue = ["alg": "RS256", "typ": "JWT"]
    return [header.encoded(), claims.encoded(), [1, 2, 3]].map { Base64.encodeURL($0) }.joined(separator: ".")
}
