import Deciding
import Enqueuing
import JSONReader
import Observing
import Showing
import Vocabulary

/// Serves the commands of this machine's users.
///
/// Reading is for whoever may connect, and needs nobody in `people`. Acting is decided by ``IntentDesk`` as a
/// word in chat is: the Unix user that the kernel names must be somebody's `local`; root is nobody unless
/// mapped. What was done is on the audit under that person's name.
///
///     GET  /jobs?limit=N&state=S,S    newest first     GET  /isolated
///     GET  /jobs/J                    all of one       GET  /freeze
///     POST /jobs/J/approve {"seen": …}                 POST /freeze {"because": …, "all": false}
///     POST /jobs/J/deny {"because": …, "seen": …}      POST /unfreeze
///     POST /jobs/J/cancel                              POST /hold {"machine": …}
///     POST /jobs/J/go                                  POST /extend {"machine": …, "for": "4h"}
///     POST /run {"text": …, "document": …, "as": …}    GET  /evidence
///     GET  /audit?after=N&limit=N     or ?last=N
///
/// `seen` is the digest of what was looked at before approving or denying; left out, what is there now counts.
///
/// `as` is `{"token", "user", "expires"}`, the access token of whoever wants it done in their own name.
///
/// Whatever is asked is put on the audit first, under the Unix user's name.
///
/// Refusals are `{"error", "message", "fix"}` under the statuses of ``ControlRefusal``.
struct ControlDesk: Sendable {
    /// What the audit and the settings call the control socket.
    static let source = SourceName("local")

    let ledger: any Ledger
    let policy: @Sendable () -> Policy
    let identifiers: IdentifierMaker
    let wallClock: @Sendable () -> Timestamp
    /// Nil where nobody can have anything done in their own name.
    let users: UserTokens?
    /// Where files for the library wait; nil without a folder of evidence.
    var staging: StagingFolder?
    /// How far downloads are; nil shows none.
    var transfers: Transfers?

    init(
        ledger: any Ledger,
        policy: @escaping @Sendable () -> Policy,
        identifiers: IdentifierMaker,
        wallClock: @escaping @Sendable () -> Timestamp,
        users: UserTokens? = nil
    ) {
        self.ledger = ledger
        self.policy = policy
        self.identifiers = identifiers
        self.wallClock = wallClock
        self.users = users
    }

    /// Answers one request; never throws, because a command must always hear something.
    func answer(_ request: ControlRequest) async -> ControlAnswer {
        do {
            try await ledger.recordAccess(request)
            let json = try await serve(request)
            return ControlAnswer(status: 200, json: json.encodedText)
        } catch let refusal as ControlRefusal {
            return refusal.answer
        } catch let error as TransitionError {
            return ControlRefusal(409, error.code, error.message, fix: "Look at the job again.").answer
        } catch let error as any Explained {
            return ControlRefusal(503, error.code, error.message, fix: error.fix).answer
        } catch {
            return ControlRefusal(500, "internal", "The bridge could not do it.", fix: "See its log.").answer
        }
    }

    private func serve(_ request: ControlRequest) async throws -> JSONValue {
        if request.method == "GET" {
            let answer = try await LedgerReading(ledger: ledger).answer(request.path, query: request.query)
            return withTransfer(answer)
        }
        let steps = request.path.split(separator: "/").map(String.init)
        guard request.method == "POST" else { throw Self.methodNotAllowed }
        switch steps {
        case ["freeze"]:
            let body = try ControlBody(request.body, keys: ["because", "all"])
            return try await act(
                .freeze(because: try body.because("A freeze", code: "freeze.because")),
                by: request.user,
                stopsReleases: try body.bool("all")
            )
        case ["unfreeze"]: return try await act(.unfreeze(because: nil), by: request.user)
        case ["hold"]:
            let body = try ControlBody(request.body, keys: ["machine"])
            return try await act(.hold(try body.machine()), by: request.user)
        case ["extend"]:
            let body = try ControlBody(request.body, keys: ["machine", "for"])
            let word = Request.extend(try body.machine(), by: try body.duration())
            return try await act(word, by: request.user)
        case ["run"]:
            let body = try ControlBody(request.body, keys: ["text", "document", "as"])
            return try await run(
                try body.command(),
                document: try body.document(),
                by: request.user,
                lending: try body.lentToken()
            )
        case _ where steps.count == 4 && steps[0] == "staged": return try await stage(steps, request)
        case _ where steps.count == 3 && steps[0] == "jobs":
            return try await act(on: JobID(steps[1]), word: steps[2], request)
        default: throw LedgerReading.noSuchPath
        }
    }

    /// A job that fetches something now says how far it is.
    private func withTransfer(_ answer: JSONValue) -> JSONValue {
        guard var job = answer.object, let id = job["job"]?.string,
            let progress = transfers?.progress(of: JobID(id))
        else { return answer }
        job["transfer"] = [
            "bytes": .integer(progress.bytes),
            "bytes_in_all": progress.bytesInAll.map { .integer($0) } ?? .null,
        ]
        return .object(job)
    }

    // MARK: Acting

    private func act(on id: JobID, word: String, _ asked: ControlRequest) async throws -> JSONValue {
        let request: Request
        switch word {
        case "approve":
            let body = try ControlBody(asked.body, keys: ["seen"])
            request = .approve(id, seen: try body.seen())
        case "deny":
            let body = try ControlBody(asked.body, keys: ["because", "seen"])
            let because = try body.because("A denial", code: "deny.because")
            request = .deny(id, because: because, seen: try body.seen())
        case "cancel": request = .cancel(id)
        case "go": request = .go(id)
        case "retry":
            throw ControlRefusal(
                400,
                "not-built",
                "`jobs retry` is not built yet in this version.",
                fix: "Built are approve, deny, cancel and go."
            )
        default: throw LedgerReading.noSuchPath
        }
        guard try await ledger.read({ try $0.job(id) }) != nil else { throw LedgerReading.noSuchJob(id) }
        var answer = try await act(request, by: asked.user).object ?? [:]
        let job = try await ledger.read { try $0.job(id) }
        answer["job"] = .string(id.text)
        answer["state"] = job.map { .string($0.state.rawValue) } ?? .null
        return .object(answer)
    }

    /// Decides the word as if it had been said in chat, and does it.
    private func act(
        _ request: Request,
        by user: String,
        stopsReleases: Bool = false
    ) async throws -> JSONValue {
        let desk = IntentDesk(
            policy: policy(),
            ledger: ledger,
            identifiers: identifiers,
            now: wallClock(),
            isAnswerRead: true
        )
        let intent = Intent(source: Self.source, asker: .local(user), request: request)
        let understood = try await desk.decide(intent)
        let actors = understood.actors
        try await ledger.write { transaction in
            for actor in actors { try noteActive(actor, in: transaction) }
        }
        var words = understood.notices.map(\.text).joined(separator: "\n")
        guard understood.verdict != .refused else {
            throw ControlRefusal(403, understood.note ?? "refused", words)
        }
        guard !understood.deeds.isEmpty else { throw ControlRefusal(409, "nothing-to-do", words) }
        for deed in understood.deeds {
            try await ledger.perform(stopsReleases ? deed.stoppingReleases : deed)
        }
        if stopsReleases { words += "\nReleases asked by a person wait as well." }
        return ["words": .string(words)]
    }

    private static let methodNotAllowed = ControlRefusal(
        405,
        "method-not-allowed",
        "The control socket takes GET and POST."
    )
}

extension Deed {
    /// A freeze that stops releases asked by people as well; any other deed as it is.
    fileprivate var stoppingReleases: Deed {
        guard case .freeze(var freeze) = self else { return self }
        freeze.stopsReleases = true
        return .freeze(freeze)
    }
}

extension String {
    /// Without blanks and line ends around it.
    var trimmingBlanks: String {
        let inner = drop { $0.isWhitespace }
        guard let end = inner.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(inner[...end])
    }
}
