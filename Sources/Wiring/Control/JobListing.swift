import Catalogue
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
    /// The keys `machine`, `claims` and, of a claim, `job`, `by`, `reason` and `ends` are a contract (design
    /// §10); in order of the machines' names, claims oldest first.
    ///
    /// A machine is shown by its name; where two of the machines shown have the same one, by its id. One that
    /// only somebody outside Bascule contained has no claims. `since` is null until Defender says so. One that is
    /// restricted has a row of its own with `held`, whose word says so.
    static func json(in transaction: any LedgerTransaction) throws -> JSONValue {
        let containments = try Containment.all(in: transaction)
        let count = Dictionary(grouping: containments, by: \.machineName).mapValues {
            Set($0.map(\.machine)).count
        }
        let rows = containments.map { containment in
            let isUnique = count[containment.machineName] == 1
            return (shown: isUnique ? containment.machineName : containment.machine.text, containment)
        }
        return .array(
            rows.sorted { $0.shown < $1.shown }.map { shown, containment in
                var row: [String: JSONValue] = [
                    "machine": .string(shown),
                    "claims": .array(containment.claims.map(object)),
                    "foreign": containment.foreign.map(object) ?? .null,
                ]
                if containment.restraint.lane != .network {
                    row["held"] = .string(containment.restraint.done)
                }
                return .object(row)
            }
        )
    }

    private static func object(_ claim: Claim) -> JSONValue {
        [
            "job": .string(claim.id.text),
            "by": .string(claim.ownerText),
            "source": .string(claim.source.text),
            "ticket": .text(claim.ticket),
            "reason": .text(claim.reason),
            "since": .text(claim.containedAt?.iso8601),
            "ends": .text(claim.endsAt?.iso8601),
        ]
    }

    private static func object(_ foreign: ForeignContainment) -> JSONValue {
        ["by": .string(foreign.by), "since": .string(foreign.since.iso8601)]
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
        case .place: "place"
        case .whisper: "whisper"
        case .dialog: "dialog"
        }
    }
}
