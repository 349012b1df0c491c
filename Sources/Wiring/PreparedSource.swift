import Accepting
import Authenticating
import Classifying
import Cryptography
import JQFilter
import Logging
import Synchronization
import Vocabulary

/// One source of the settings, ready to take its deliveries: verify, then interpret.
///
/// `serve`, `verify` and `explain` all use this, so that they cannot differ. ``start()`` compiles the source's
/// jq; ``stop()`` ends the helper process that runs it.
struct PreparedSource: Sendable {
    let name: SourceName
    let kind: SourceKind
    private let addresses: [AddressRange]?
    private let ownVerifier: Verifier?
    /// For tokens of an identity provider.
    let keys: KeyKeeper?
    private let classifier: Classifier
    private let filter: JQFilter?

    /// - Parameters:
    ///   - source: As the settings name it.
    ///   - routes: Those of every source; the others' are left out here.
    ///   - jq: How the helper process is started.
    ///   - fetching: What fetches keys of tokens, and tells what became of it; nil uses only those of files.
    ///   - before: The same source under the former settings, whose keys may be good still.
    /// - Throws: ``VerifierSetupError``, ``KeyFetchError`` or ``RouteError``; such a source must not start.
    init(
        _ source: Settings.Source,
        routes: [Settings.Route],
        jq: JQCommand = JQCommand(),
        fetching: (fetcher: KeyFetcher, logger: Logger)? = nil,
        before: PreparedSource? = nil
    ) throws {
        name = source.name
        kind = source.kind
        addresses = source.addresses
        let scheme = try source.kind.whole.scheme(source)
        if let origin = source.kind.whole.keys(source) {
            ownVerifier = nil
            keys = try KeyKeeper(
                source.name,
                origin,
                fetcher: fetching?.fetcher,
                logger: fetching?.logger ?? Logger(label: "keys") { _ in SwiftLogNoOpLogHandler() },
                scheme: scheme,
                before: before?.keys
            )
        } else {
            keys = nil
            ownVerifier = try Verifier(scheme, secrets: source.secrets, publicKeys: source.publicKeys)
        }
        let own = routes.filter { $0.from == source.name }
        classifier = Classifier(
            SourceReading(
                name: source.name,
                reader: source.kind.whole.reader,
                tenants: Set(source.tenants),
                replyHosts: source.kind.whole.replyHosts(source),
                ownAccounts: Set(source.ownAccounts),
                askedForBy: source.askedForBy,
                callback: source.reply.callback,
                routes: try own.compactMap { try $0.classified() },
                commands: Set(own.compactMap(\.command))
            )
        )
        filter = classifier.combinedProgram.map { JQFilter(program: $0, command: jq) }
    }

    /// Starts the helper process, so that a mistake shows before the first delivery.
    func start() async throws(JQError) {
        try await filter?.start()
    }

    /// Ends the helper process.
    func stop() async {
        await filter?.stop()
    }

    /// True if the settings let deliveries come from this address.
    func takes(from address: String) -> Bool {
        addresses?.contains { $0.contains(address) } ?? true
    }

    /// Says whether a delivery is genuine and fresh, with the keys at hand; pure.
    func verify(_ raw: RawDelivery, now: Timestamp) throws(VerificationFailure) -> VerifiedDelivery {
        guard let verifier = ownVerifier ?? keys?.verifier else {
            preconditionFailure("a source has one or the other")
        }
        return try verifier.verify(raw, kind: kind, now: now)
    }

    /// The same, with keys that are fetched if need be.
    func verifyFetching(
        _ raw: RawDelivery,
        now: Timestamp
    ) async throws(VerificationFailure) -> VerifiedDelivery {
        guard let keys else { return try verify(raw, now: now) }
        return try await keys.verify(raw, kind: kind, now: now)
    }

    /// Says what a genuine delivery asks for.
    ///
    /// - Throws: ``JQError`` if the helper is not to be had: overloaded, not startable, or stopped by a reload.
    ///   That says nothing about the delivery, which must not be taken for unreadable.
    func classify(_ delivery: VerifiedDelivery) async throws(JQError) -> Classification {
        guard let filter else { return await classifier.classify(delivery, jq: nil) }
        let absence = Mutex<JQError?>(nil)
        let classification = await classifier.classify(delivery) { body in
            do throws(JQError) {
                return try await filter.run(body)
            } catch {
                if error.isAbsence { absence.withLock { $0 = error } }
                throw error
            }
        }
        if let error = absence.withLock({ $0 }) { throw error }
        return classification
    }

    /// The sender's own key of a delivery: the header's, or the one in its body.
    func senderKey(of delivery: VerifiedDelivery) -> String? {
        delivery.senderKey ?? classifier.senderKey(of: delivery)
    }

    /// A second name of a delivery; nil for kinds that repeat none under another id.
    func secondKey(of delivery: VerifiedDelivery) -> String? {
        classifier.secondKey(of: delivery)
    }
}

extension JQError {
    /// True if the helper could not be asked: another moment, or another helper, may answer.
    fileprivate var isAbsence: Bool {
        switch self {
        case .busy, .unavailable, .stopped: true
        case .forbiddenWord, .doesNotCompile, .programTooLarge, .inputTooLarge, .outputTooLarge, .failed,
            .timedOut, .outOfMemory, .died:
            false
        }
    }
}

extension Settings.Route {
    /// Nil for a route that only names the command under which the grammar is spoken.
    fileprivate func classified() throws(RouteError) -> Classifying.Route? {
        if case .commentCommand(let word)? = trigger {
            return Classifying.Route(name: name, commentCommand: word, confirmation: confirmation)
        }
        guard let action, let machine else { return nil }
        return try Classifying.Route(
            name: name,
            when: when,
            trigger: trigger,
            action: action,
            machine: machine.program,
            because: because?.program,
            duration: duration?.classified,
            parameters: parameters.mapValues(\.classified),
            ticket: ticket?.program,
            confirmation: confirmation
        )
    }
}

extension Settings.RouteValue {
    fileprivate var classified: Classifying.RouteValue {
        switch self {
        case .word(let word): .word(word)
        case .jq(let program): .jq(program)
        }
    }

    /// The jq that says it.
    fileprivate var program: String {
        switch self {
        case .jq(let program), .word(let program): program
        }
    }
}
