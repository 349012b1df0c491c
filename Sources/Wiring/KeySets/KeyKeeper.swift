import Authenticating
import CurlClient
import Logging
import Synchronization
import Vocabulary

/// Keeps the public keys of one source's tokens, and the verifier that uses them.
///
/// They are fetched with the first token, then once a day; a key that is not among them is looked for at most once
/// a minute. While they cannot be had, those at hand are used for five days; then nothing is accepted. Only who
/// needs them waits: nobody at another source.
final class KeyKeeper: Sendable {
    static let renewal = Duration.seconds(86_400)
    static let life = Duration.seconds(5 * 86_400)
    static let pause = Duration.seconds(60)

    private struct State {
        var keys: KeySet
        var verifier: Verifier
        var fetchedAt: Timestamp?
        var triedAt: Timestamp?
        var flight: Task<Void, Never>?
    }

    private let name: SourceName
    let origin: KeyOrigin
    private let fetcher: KeyFetcher?
    private let logger: Logger
    private let scheme: VerificationScheme
    private let state: Mutex<State>

    /// - Parameters:
    ///   - name: The source, for the log.
    ///   - origin: Where its keys come from; those of a file are read now.
    ///   - fetcher: Nil fetches nothing.
    ///   - logger: For what could not be fetched.
    ///   - scheme: What the tokens have to say.
    ///   - before: The keeper under former settings; if its keys come from the same place, they are good still.
    /// - Throws: ``KeyFetchError`` for a file, ``VerifierSetupError`` for what cannot be with any keys.
    init(
        _ name: SourceName,
        _ origin: KeyOrigin,
        fetcher: KeyFetcher?,
        logger: Logger,
        scheme: VerificationScheme,
        before: KeyKeeper? = nil
    ) throws {
        self.name = name
        self.origin = origin
        self.fetcher = fetcher
        self.logger = logger
        self.scheme = scheme
        var keys = KeySet()
        var fetchedAt: Timestamp?
        if case .file(let path) = origin {
            keys = try KeyFetcher.read(path)
        } else if let before, before.origin == origin {
            (keys, fetchedAt) = before.state.withLock { ($0.keys, $0.fetchedAt) }
        }
        state = Mutex(
            State(keys: keys, verifier: try Verifier(scheme, secrets: [], keySet: keys), fetchedAt: fetchedAt)
        )
    }

    /// With the keys at hand.
    var verifier: Verifier { state.withLock { $0.verifier } }

    /// Says whether a delivery is genuine, with keys that are fetched if need be.
    func verify(
        _ raw: RawDelivery,
        kind: SourceKind,
        now: Timestamp
    ) async throws(VerificationFailure) -> VerifiedDelivery {
        if isOld(at: now) { await renew(at: now) }
        do throws(VerificationFailure) {
            return try verifier.verify(raw, kind: kind, now: now)
        } catch {
            guard error == .webToken(.unknownKey), canFetch else { throw error }
            await renew(at: now)
            return try verifier.verify(raw, kind: kind, now: now)
        }
    }

    private var canFetch: Bool {
        if case .file = origin { false } else { fetcher != nil }
    }

    private func isOld(at now: Timestamp) -> Bool {
        guard canFetch, let fetched = state.withLock({ $0.fetchedAt }) else { return false }
        return now.since(fetched) >= Self.renewal
    }

    /// Fetches the keys, unless that was tried a moment ago; whoever comes meanwhile waits for the same fetch.
    private func renew(at now: Timestamp) async {
        let flight = state.withLock { state -> Task<Void, Never>? in
            if let flight = state.flight { return flight }
            // A clock that was put back does not stop it.
            if let tried = state.triedAt, now >= tried, now.since(tried) < Self.pause { return nil }
            state.triedAt = now
            // Awaited by everybody who needs the keys; ended by the deadlines of its calls.
            let flight = Task { await self.fetch(at: now) }
            state.flight = flight
            return flight
        }
        await flight?.value
    }

    private func fetch(at now: Timestamp) async {
        defer { state.withLock { $0.flight = nil } }
        do {
            guard let fetcher else { return }
            let keys = try await fetcher.fetch(origin)
            let verifier = try Verifier(scheme, secrets: [], keySet: keys)
            state.withLock { state in
                state.keys = keys
                state.verifier = verifier
                state.fetchedAt = now
            }
            logger.info("The keys of a source were fetched", metadata: ["source": "\(name)"])
        } catch {
            let explained = error as? any Explained
            logger.warning(
                "The keys of a source could not be fetched; what it sends is refused if it needs them",
                metadata: [
                    "source": "\(name)", "code": "\(explained?.code ?? "keys")",
                    "why": "\(explained?.message ?? "unknown")", "fix": "\(explained?.fix ?? "")",
                ]
            )
            drop(at: now)
        }
    }

    /// Keys of long ago may have been withdrawn since.
    private func drop(at now: Timestamp) {
        guard let none = try? Verifier(scheme, secrets: []) else { return }
        state.withLock { state in
            guard let fetched = state.fetchedAt, now.since(fetched) >= Self.life else { return }
            state.keys = KeySet()
            state.verifier = none
            state.fetchedAt = nil
        }
    }
}
