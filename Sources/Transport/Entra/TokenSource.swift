package import CurlClient
import Foundation
package import Logging
package import Vocabulary

/// Has a token at hand: one request at a time however many ask, renewed early, the old one served meanwhile.
///
/// What fails is not asked again at once: see ``TokenError/isTransient`` and `TokenSchedule`. A credential
/// that Entra refuses is read anew once before giving up, so that a rotation needs no restart.
package actor TokenSource {
    let settings: EntraSettings
    private let loadCredential: @Sendable () throws -> EntraCredential
    let sender: any HTTPSending
    let now: @Sendable () -> Timestamp
    private let jitter: @Sendable () -> Double
    let pause: @Sendable (Duration) async throws -> Void
    let makeIdentifier: @Sendable () -> String

    private var credential: EntraCredential?
    /// What Entra took last out of a rotation: it is tried first, until the settings are read again.
    var worked: Secret?
    private var schedule = TokenSchedule()
    var report = TokenReport()
    var log: TokenLog
    /// The `claims` of a challenge, for the next request only.
    var challenge: String?
    private var flight: Task<Void, Never>?
    private var waiters: [Int: CheckedContinuation<Result<AccessToken, TokenError>, Never>] = [:]
    private var waitersEver = 0

    /// - Parameters:
    ///   - settings: Who asks whom for what.
    ///   - credential: Reads the credential; called at the first use and again when Entra refuses it.
    ///   - sender: Makes the calls.
    ///   - logger: Gets a warning for a failed renewal, an error where no token is left.
    ///   - now: The wall clock.
    ///   - pause: Waits between the tries for a managed identity.
    ///   - jitter: A number between 0 and 1 for each pause.
    ///   - makeIdentifier: A fresh GUID for each call and assertion.
    package init(
        settings: EntraSettings,
        credential: @escaping @Sendable () throws -> EntraCredential,
        sender: any HTTPSending,
        logger: Logger,
        now: @escaping @Sendable () -> Timestamp = { Timestamp.now() },
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        jitter: @escaping @Sendable () -> Double = { Double.random(in: 0...1) },
        makeIdentifier: @escaping @Sendable () -> String = { UUID().uuidString.lowercased() }
    ) {
        self.settings = settings
        loadCredential = credential
        self.sender = sender
        log = TokenLog(logger: logger, client: settings.client)
        self.now = now
        self.pause = pause
        self.jitter = jitter
        self.makeIdentifier = makeIdentifier
    }

    /// A token that may be used now.
    ///
    /// Waits for Entra only where no usable token is at hand, and then at most the request deadline for each
    /// credential there is to try, for a managed identity also between the documented tries (52 to 75 s); ends at once as ``TokenError/cancelled`` when the task is cancelled.
    package func token() async throws(TokenError) -> AccessToken {
        switch schedule.advice(at: now()) {
        case .use(let token):
            return token
        case .useAndRenew(let token):
            startFlight()
            return token
        case .fail(let error):
            throw error
        case .fetch:
            startFlight()
            return try await join().get()
        }
    }

    /// Drops a token that Defender would not take, so that the next one is fetched.
    ///
    /// Without a challenge at most one token a minute is dropped: where every token is refused, fetching more
    /// of them helps nobody.
    ///
    /// - Parameters:
    ///   - bearer: The token as it was sent; another one than the present is left alone.
    ///   - challenge: The decoded `claims` of a 401 with `insufficient_claims`.
    package func discard(_ bearer: Secret, challenge: String? = nil) {
        guard schedule.discard(bearer, at: now(), isChallenged: challenge != nil) else { return }
        self.challenge = challenge
        log.dropped(isChallenged: challenge != nil)
    }

    /// Reads the credential, anew if it was read before, and says whether it can be used; nothing is sent.
    ///
    /// A pause after failures ends: somebody has corrected what was wrong. The newest of a rotation comes first
    /// again, so that whoever deploys one sees whether it works.
    package func prepare() throws(TokenError) {
        schedule.endPause()
        worked = nil
        try examine(try load())
    }

    /// How it stands, for metrics and `doctor`.
    package func status() -> TokenReport { report }

    /// Ends a request under way and waits for its end; whoever waits for it gets ``TokenError/cancelled``.
    package func stop() async {
        flight?.cancel()
        await flight?.value
    }

    // MARK: One request at a time

    private func startFlight() {
        guard flight == nil else { return }
        // Everybody in `waiters` awaits it; the request's deadline or `stop()` ends it. It belongs to no single
        // caller, whose cancellation must not take the token from the others.
        flight = Task { await self.fly() }
    }

    private func fly() async {
        let hadToken = schedule.current != nil
        let outcome = await acquire()
        let moment = now()
        switch outcome {
        case .success(let grant):
            schedule.succeeded(grant, at: moment)
            challenge = nil
            report.succeeded(grant.token, at: moment)
            log.received(grant.token)
        case .failure(.cancelled):
            break
        case .failure(let error):
            schedule.failed(error, at: moment, jitter: jitter())
            report.lastError = error
            log.failed(error, hasToken: hadToken)
        }
        flight = nil
        let waiting = waiters
        waiters = [:]
        for waiter in waiting.values { waiter.resume(returning: outcome.map(\.token)) }
    }

    private func join() async -> Result<AccessToken, TokenError> {
        waitersEver += 1
        let number = waitersEver
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled {
                    continuation.resume(returning: .failure(.cancelled))
                } else {
                    waiters[number] = continuation
                }
            }
        } onCancel: {
            // Nobody awaits it: it only carries the news into the actor and ends there.
            Task { await self.leave(number) }
        }
    }

    private func leave(_ number: Int) {
        waiters.removeValue(forKey: number)?.resume(returning: .failure(.cancelled))
    }

    // MARK: The request

    private func acquire() async -> Result<TokenAnswer.Grant, TokenError> {
        do throws(TokenError) {
            let used = if let credential { credential } else { try load() }
            let first = await attempt(used)
            guard case .failure(let error) = first, error.doubtsCredential else { return first }
            // A file may hold a new one by now. If it cannot be read, Entra's own words say more.
            guard let fresh = try? load(), fresh != used else { return first }
            log.readAnew()
            return await attempt(fresh)
        } catch {
            return .failure(error)
        }
    }

    private func load() throws(TokenError) -> EntraCredential {
        do {
            let loaded = try loadCredential()
            credential = loaded
            report.began(loaded)
            return loaded
        } catch {
            throw .credential(from: error)
        }
    }
}
