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
    /// - Returns: The jobs, with what is said of them.
    /// - Throws: ``ControlRefusal`` for what is no action, or nobody here may.
    func run(_ text: String, document: String? = nil, by user: String) async throws -> JSONValue {
        let requests: [Request]
        do throws(Misunderstanding) {
            requests = try ChatGrammar.parse(text, document: document)
        } catch {
            throw ControlRefusal(400, "not-understood", error.words)
        }
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
                    fix: "Such words have commands of their own: see `bascule help`."
                )
            }
            all.add(try await desk.decide(Intent(source: Self.source, asker: .local(user), request: request)))
        }
        all.group()
        let (jobs, actors) = (all.jobs.map(\.job), all.actors)
        try await ledger.write { transaction in
            for actor in actors { try noteActive(actor, in: transaction) }
        }
        try await ledger.record(jobs)
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
}
