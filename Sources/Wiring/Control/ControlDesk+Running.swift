import Catalogue
import Classifying
import Enqueuing
import JSONReader
import Vocabulary

/// Actions asked for at the terminal: the same grammar, decision and record as in chat.
extension ControlDesk {
    /// Records what is asked for; what becomes of it is for the caller to watch.
    ///
    /// - Parameters:
    ///   - text: Such as `isolate laptop-7 for 4h because SEC-142`.
    ///   - document: What a file beside it says, for actions that take one.
    ///   - user: The Unix user that the kernel names.
    ///   - lent: Their own access token, to be posted with; nil for the application's.
    /// - Returns: The jobs, with what is said of them.
    /// - Throws: ``ControlRefusal`` for what is no action, or nobody here may.
    func run(
        _ text: String,
        document: String? = nil,
        by user: String,
        lending lent: LentToken? = nil
    ) async throws -> JSONValue {
        let requests: [Request]
        do throws(Misunderstanding) {
            requests = try ChatGrammar.parse(text, document: document)
        } catch {
            throw ControlRefusal(400, "not-understood", error.words, fix: fileHint(text, document))
        }
        let name = try lent.map { try checked($0, for: requests) }
        let desk = IntentDesk(
            policy: policy(),
            ledger: ledger,
            identifiers: identifiers,
            now: wallClock(),
            isAnswerRead: true
        )
        var all = Understanding(verdict: .answered, notices: [], note: nil)
        for request in requests {
            switch request {
            case .action, .status: break
            default:
                throw ControlRefusal(
                    400,
                    "no-action",
                    "That is no action on a machine.",
                    fix: Self.command(of: request)
                )
            }
            all.add(try await desk.decide(Intent(source: Self.source, asker: .local(user), request: request)))
        }
        all.group()
        let actors = all.actors
        let jobs = all.jobs.map { accepted in
            var job = accepted.job
            job.inNameOf = name
            return job
        }
        try await ledger.write { transaction in
            for actor in actors { try noteActive(actor, in: transaction) }
        }
        try await record(jobs, lending: lent)
        let words = all.notices.map(\.text).joined(separator: "\n")
        let open = jobs.filter { $0.state != .refused }
        guard !open.isEmpty else { throw ControlRefusal(403, all.note ?? "refused", words) }
        return [
            "words": .string(words),
            "jobs": .array(
                jobs.map { job in
                    [
                        "job": .string(job.id.text), "action": .string(job.action),
                        "machine": .string(job.machineText), "state": .string(job.state.rawValue),
                    ]
                }
            ),
        ]
    }

    /// In whose name it is; refused for what is posted in nobody's.
    private func checked(_ lent: LentToken, for requests: [Request]) throws(ControlRefusal) -> String {
        guard let users else {
            throw ControlRefusal(400, "as-me.not-set", "This bridge does nothing in a user's own name.")
        }
        for request in requests {
            guard case .action(let asked) = request, let entry = Catalogue.entry(asked.action),
                entry.canBePostedInName
            else {
                throw ControlRefusal(
                    400,
                    "as-me.not-for-this",
                    "Only what changes something at Defender is done in a user's own name.",
                    fix: "Ask without --as-me: questions are answered with the application's sight."
                )
            }
        }
        return try users.check(lent)
    }

    /// The executor may begin as soon as the jobs are recorded: their token is there first.
    private func record(_ jobs: [Job], lending lent: LentToken?) async throws {
        guard let lent, let users else { return try await ledger.record(jobs) }
        let open = jobs.filter { $0.state != .refused }.map(\.id)
        try users.keep(lent, for: open)
        do {
            try await ledger.record(jobs)
        } catch {
            for job in open { users.forget(job) }
            throw error
        }
    }

    /// Where the action's words come from a file, how the file is named; else empty.
    private func fileHint(_ text: String, _ document: String?) -> String {
        let word = text.prefix { !$0.isWhitespace }
        guard document == nil, let entry = Catalogue.entry(String(word)),
            entry.parameters.contains(where: \.isDocument)
        else { return "" }
        return "At the terminal name the file with --file PATH."
    }

    /// What is typed instead of `run` for a word that is no action.
    private static func command(of request: Request) -> String {
        switch request {
        case .isolated: "Type `bascule isolated`."
        case .jobs: "Type `bascule jobs list`."
        case .cancel(let job): "Type `bascule jobs cancel \(job)`."
        case .go(let job): "Type `bascule jobs go \(job)`."
        case .approve(let job, _): "Type `bascule jobs approve \(job)`."
        case .deny(let job, _, _): "Type `bascule jobs deny \(job) --because TEXT`."
        case .freeze, .unfreeze, .hold, .extend: "It is a command of its own: see `bascule --help`."
        case .help: "`bascule actions` lists what `run` takes, `bascule --help` the commands."
        default: "It is said in a chat; `bascule actions` lists what `run` takes."
        }
    }
}
