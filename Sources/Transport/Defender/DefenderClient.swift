package import Catalogue
package import CurlClient
import Foundation
import JSONReader
package import Logging
package import Vocabulary

/// Calls Defender for Endpoint: tokens, budget, the wire, and what its answers mean.
///
/// Nothing that changes a machine is ever sent twice by it, but for a 401, which says that nothing was done.
package final class DefenderClient: DefenderCalling {
    package let clientID: String
    package let backEnds: BackEndChoice
    private let base: String
    private let graph: GraphAccess?
    private let sender: any HTTPSending
    private let downloader: any HTTPSending
    private let tokens: TokenSupply
    private let budget: RateBudget
    private let clock: MonotonicTime
    private let now: @Sendable () -> Timestamp
    private let logger: Logger
    private let note: @Sendable (CallNote) -> Void

    /// - Parameters:
    ///   - base: Such as `https://api.security.microsoft.com`, without path.
    ///   - clientID: Our application's client id, as Defender names the requestor.
    ///   - sender: Makes the calls.
    ///   - downloader: Fetches packages, so that a slow disk holds up no call; by default the sender.
    ///   - tokens: Where tokens come from and go back to.
    ///   - budget: Shared by everything that calls this address for this application.
    ///   - graph: How Microsoft Graph is called; nil where it is not.
    ///   - backEnds: Which of the two serves what both have.
    ///   - logger: Gets a debug line for each answer.
    ///   - clock: For deadlines.
    ///   - now: The wall clock, read where an answer names a moment.
    ///   - note: Told of every call that was made, for metrics.
    package init(
        base: String,
        clientID: String,
        sender: any HTTPSending,
        downloader: (any HTTPSending)? = nil,
        tokens: TokenSupply,
        budget: RateBudget,
        graph: GraphAccess? = nil,
        backEnds: BackEndChoice = BackEndChoice(),
        logger: Logger,
        clock: MonotonicTime = .continuous,
        now: @escaping @Sendable () -> Timestamp = { Timestamp.now() },
        note: @escaping @Sendable (CallNote) -> Void = { _ in }
    ) {
        self.base = Self.withoutSlash(base)
        self.graph = graph
        self.backEnds = backEnds
        self.clientID = clientID
        self.sender = sender
        self.downloader = downloader ?? sender
        self.tokens = tokens
        self.budget = budget
        self.clock = clock
        self.now = now
        self.logger = logger
        self.note = note
    }

    /// The same client with somebody else's tokens: budget, clock and notes are shared.
    package func speaking(with tokens: TokenSupply) -> DefenderClient {
        DefenderClient(
            base: base,
            clientID: clientID,
            sender: sender,
            downloader: downloader,
            tokens: tokens,
            budget: budget,
            logger: logger,
            clock: clock,
            now: now,
            note: note
        )
    }

    package func heldPermissions() async throws(DefenderError) -> Set<String>? {
        try await tokens.take().permissions
    }

    static func withoutSlash(_ base: String) -> String {
        var base = base
        while base.hasSuffix("/") { base.removeLast() }
        return base
    }

    package func heldPermissions(at backEnd: BackEnd) async throws(DefenderError) -> Set<String>? {
        guard backEnd == .graph else { return try await heldPermissions() }
        guard let graph else { throw GraphAccess.missing }
        return try await graph.tokens.take().permissions
    }

    /// Makes one call and returns its answer, whatever its status.
    ///
    /// The deadline covers waiting for a token and for the budget as well. After a 401 the token is dropped
    /// and the call made once more, if that brings another token.
    func call(_ call: DefenderCall) async throws(DefenderError) -> DefenderAnswer {
        let deadline = clock.elapsed() + call.deadline
        let tokens = try tokens(for: call.host)
        var held = try await tokens.take()
        var answer = try await send(call, held, before: deadline)
        if answer.response.status == 401 {
            await tokens.discard(held.bearer, ClaimsChallenge.claims(in: answer.response))
            let next = try await tokens.take()
            guard next.bearer != held.bearer else { return answer }
            held = next
            answer = try await send(call, held, before: deadline)
        }
        if answer.response.status == 429 { await obey(answer, call) }
        return answer
    }

    private func tokens(for host: BackEnd) throws(DefenderError) -> TokenSupply {
        guard host == .graph else { return tokens }
        guard let graph else { throw GraphAccess.missing }
        return graph.tokens
    }

    private func budget(of host: BackEnd) -> RateBudget { host == .graph ? graph?.budget ?? budget : budget }

    private func send(
        _ call: DefenderCall,
        _ held: HeldToken,
        before deadline: Duration
    ) async throws(DefenderError) -> DefenderAnswer {
        let patience = min(RateBudget.patience(of: call.priority), deadline - clock.elapsed())
        try await budget(of: call.host).take(
            call.kind,
            priority: call.priority,
            patience: max(patience, .zero)
        )
        let left = deadline - clock.elapsed()
        guard left >= .milliseconds(100) else { throw call.tooLate }
        do {
            let response = try await sender.send(
                call.outgoing(
                    base: call.host == .graph ? graph?.base ?? base : base,
                    bearer: held.bearer,
                    deadline: left
                )
            )
            logger.debug(
                "defender answered",
                metadata: ["call": "\(call.purpose)", "status": "\(response.status)"]
            )
            let moment = now()
            let ahead = response.header("Date").flatMap { Timestamp(httpDate: $0) }?.since(moment)
            note(
                CallNote(
                    call: call.purpose,
                    outcome: .init(status: response.status),
                    at: moment,
                    clockAhead: ahead
                )
            )
            return DefenderAnswer(
                response: response,
                purpose: call.purpose,
                isChange: call.isChange,
                now: now()
            )
        } catch {
            note(CallNote(call: call.purpose, outcome: .transfer, at: now()))
            throw DefenderError(from: error, purpose: call.purpose, isChange: call.isChange)
        }
    }

    private func obey(_ answer: DefenderAnswer, _ call: DefenderCall) async {
        do {
            try answer.check()
        } catch {
            guard let wait = error.retryAfter else { return }
            await budget(of: call.host).pause(call.kind, for: wait)
        }
    }

    // MARK: Packages

    package func packageAddress(actionID: String) async throws(DefenderError) -> Secret {
        guard let path = DefenderPath.action(actionID) else { throw .badIdentifier("action", actionID) }
        let answer = try await call(
            DefenderCall(
                .get,
                path + "/getPackageUri",
                purpose: "the package's address",
                kind: .packageAddress,
                priority: .watching
            )
        )
        return try passingAddress(in: answer, of: "package")
    }

    /// The address that an answer offers for a short time.
    func passingAddress(in answer: DefenderAnswer, of what: String) throws(DefenderError) -> Secret {
        guard var address = try answer.object()["value"]?.string else {
            throw answer.unreadable("no \(what) address")
        }
        // The documentation's sample has the address in quotes of its own; plain ones were seen as well.
        if address.count >= 2, address.hasPrefix("\""), address.hasSuffix("\"") {
            address = String(address.dropFirst().dropLast())
        }
        guard let parts = URLComponents(string: address), let host = parts.host, !host.isEmpty,
            parts.scheme?.lowercased() == "https" || Self.isLoopback(parts)
        else { throw answer.unreadable("a \(what) address that is not https") }
        return Secret(address)
    }

    package func download(
        _ address: Secret,
        to path: String,
        bytesMax: Int64,
        onBytes: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(DefenderError) -> Int64 {
        try await download(address, to: path, bytesMax: bytesMax, onLength: { _ in }, onBytes: onBytes)
    }

    package func download(
        _ address: Secret,
        to path: String,
        bytesMax: Int64,
        onLength: @escaping @Sendable (Int64) -> Void,
        onBytes: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(DefenderError) -> Int64 {
        // The address carries its own credential: our token stays here.
        var request = OutgoingRequest(
            .get,
            address,
            isIdempotent: true,
            deadline: DefenderCall.downloadDeadline,
            stallMax: DefenderCall.downloadStallMax
        )
        request.onLength = onLength
        let purpose = "the download of a package"
        let file: DownloadedFile
        do {
            file = try await downloader.download(request, to: path, bytesMax: bytesMax, onBytes: onBytes)
        } catch {
            throw DefenderError(from: error, purpose: purpose, isChange: false)
        }
        if let refusal = DefenderError(downloadStatus: file.status) { throw refusal }
        return file.bytes
    }

    private static func isLoopback(_ parts: URLComponents) -> Bool {
        parts.scheme?.lowercased() == "http"
            && ["127.0.0.1", "localhost", "::1", "[::1]"].contains(parts.host?.lowercased() ?? "")
    }
}
