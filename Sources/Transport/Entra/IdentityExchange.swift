import CurlClient
import Vocabulary

/// Gets one token for a managed identity, with the tries that the platform asks for.
struct IdentityExchange {
    let identity: ManagedIdentity
    /// What the token is for, without `/.default`.
    let resource: String
    let deadline: Duration
    let sender: any HTTPSending
    let now: @Sendable () -> Timestamp
    let pause: @Sendable (Duration) async throws -> Void
    let makeIdentifier: @Sendable () -> String

    /// Between the five documented tries.
    static let pauses = [Duration.seconds(2), .seconds(6), .seconds(14), .seconds(30)]
    /// 410 means that the service is being updated, which takes up to 70 s.
    static let updatePauses = [Duration.seconds(5), .seconds(10), .seconds(20), .seconds(40)]

    func token() async -> Result<TokenAnswer.Grant, TokenError> {
        var tries = 0
        while true {
            let outcome = await once()
            guard case .failure(.identity(let failure)) = outcome, let wait = Self.wait(after: failure, tries)
            else { return outcome }
            tries += 1
            do {
                try await pause(wait)
            } catch {
                return .failure(.cancelled)
            }
        }
    }

    /// Nil if the same request is not made again.
    private static func wait(after failure: IdentityFailure, _ tries: Int) -> Duration? {
        guard tries < pauses.count else { return nil }
        switch failure.reason {
        case .unreachable(let transfer):
            // Where not even a connection was made nobody is there, and whoever waits should hear it soon.
            let isBroken = transfer.kind == .timeout || transfer.kind == .reset
            return isBroken && transfer.mayHaveBeenExecuted ? pauses[tries] : nil
        case .unavailable(status: 410, let retryAfter):
            return max(updatePauses[tries], retryAfter ?? .zero)
        case .unavailable(status: 404, _) where failure.kind != .imds:
            // Only the metadata service says 404 while it is being updated.
            return nil
        case .unavailable(_, let retryAfter):
            return max(pauses[tries], retryAfter ?? .zero)
        case .unknown, .refused, .unreadable, .notEchoed, .badChallenge, .keyFile:
            return nil
        }
    }

    private func once() async -> Result<TokenAnswer.Grant, TokenError> {
        do throws(TokenError) {
            let sentAt = now()
            let first = try await send()
            guard identity.kind == .arc, first.status == 401 else { return answer(first, sentAt) }
            let key = try ArcChallenge(first, folder: identity.keyFolder).key(for: identity)
            return answer(try await send(authorization: key), sentAt)
        } catch {
            return .failure(error)
        }
    }

    private func answer(
        _ response: IncomingResponse,
        _ sentAt: Timestamp
    ) -> Result<TokenAnswer.Grant, TokenError> {
        IdentityAnswer(response: response, identity: identity, sentAt: sentAt, now: now()).read()
    }

    private func send(authorization: Secret? = nil) async throws(TokenError) -> IncomingResponse {
        do {
            return try await sender.send(request(authorization))
        } catch {
            if error.kind == .cancelled { throw .cancelled }
            throw .identity(IdentityFailure(identity, .unreachable(error)))
        }
    }

    private func request(_ authorization: Secret?) -> OutgoingRequest {
        var headers = [
            OutgoingRequest.Header("Accept", "application/json"),
            .init("x-ms-client-request-id", makeIdentifier()),
            // App Service does not ask for it; every library sends it.
            .init("Metadata", "true"),
        ]
        if let header = identity.header { headers.append(.init("X-IDENTITY-HEADER", secret: header)) }
        if let authorization { headers.append(.init("Authorization", secret: authorization)) }
        return OutgoingRequest(
            .get,
            Secret(identity.address(for: resource)),
            headers: headers,
            isIdempotent: true,
            deadline: deadline,
            responseBytesMax: 256 << 10,
            addressRule: .localOnly
        )
    }
}
