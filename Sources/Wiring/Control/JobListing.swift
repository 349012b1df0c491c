import Enqueuing
import JSONReader
import Vocabulary

/// Jobs and notices as JSON objects, for lists.
enum JobListing {
    /// The keys are a contract (design §10); `untold` is there only if something could not be told.
    static func row(_ job: Job, untold: [OutboxEntry]) -> JSONValue {
        var row: [String: JSONValue] = [
            "job": .string(job.id.text),
            "delivery": .text(job.delivery?.text),
            "action": .string(job.action),
            "machine": .string(job.machineText),
            "state": .string(job.state.rawValue),
            "by": .string(job.askerText),
            "source": .string(job.source.text),
            "since": .string(job.since.iso8601),
        ]
        if !untold.isEmpty { row["untold"] = .array(untold.map(notice)) }
        return .object(row)
    }

    /// What was to be told, and why it was not yet, or will not be.
    static func notice(_ entry: OutboxEntry) -> JSONValue {
        [
            "to": .string(entry.audience.word),
            "state": .string(entry.state.rawValue),
            "code": .string(entry.notice.code),
            "text": .string(entry.notice.text),
            "at": .string(entry.createdAt.iso8601),
            "tries": .integer(Int64(entry.tries)),
            "trouble": .text(entry.trouble),
        ]
    }
}

/// What holds machines contained, by machine.
enum ClaimListing {
    /// The keys are a contract (design §10); in order of the machines' names, claims oldest first.
    ///
    /// A machine is shown by its name; where two of the machines shown have the same one, by its id.
    static func json(in transaction: any LedgerTransaction) throws -> JSONValue {
        let claims = try transaction.openClaims(on: nil)
        let machines = Dictionary(grouping: claims, by: \.machine)
        var idsByName: [String: Set<MachineID>] = [:]
        for claim in claims { idsByName[claim.machineName, default: []].insert(claim.machine) }
        let rows = machines.map { id, claims in
            let name = claims.first?.machineName ?? ""
            let isUnique = !name.isEmpty && idsByName[name]?.count == 1
            return (shown: isUnique ? name : id.text, claims: claims.sorted { $0.sequence < $1.sequence })
        }
        return .array(
            rows.sorted { $0.shown < $1.shown }.map { row in
                ["machine": .string(row.shown), "claims": .array(row.claims.map(object))]
            }
        )
    }

    private static func object(_ claim: Claim) -> JSONValue {
        [
            "job": .string(claim.id.text),
            "by": .string(claim.ownerText),
            "reason": .text(claim.reason),
            "ends": .text(claim.endsAt?.iso8601),
        ]
    }
}

extension JSONValue {
    /// A string, or null for none.
    static func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
}

extension Audience {
    /// What operators read.
    fileprivate var word: String {
        switch self {
        case .conversation: "conversation"
        case .tell: "tell"
        case .room: "room"
        case .whisper: "whisper"
        case .dialog: "dialog"
        }
    }
}
