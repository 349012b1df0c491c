import Enqueuing
import JSONReader
import Vocabulary

extension AuditRow {
    /// One line of an export; from it, the chain can be verified again.
    var json: JSONValue {
        [
            "sequence": .integer(sequence),
            "at": .string(at.iso8601),
            "kind": .string(kind),
            "subject": .string(subject),
            "actor": .string(actor),
            "detail": .object(detail.mapValues { .string($0) }),
            "previous_hash": .string(previousHash),
            "hash": .string(hash),
        ]
    }

    /// Nil for anything that is not a row as ``json`` writes it.
    init?(json: JSONValue) {
        guard let sequence = json["sequence"]?.integer,
            let at = json["at"]?.string.flatMap({ Timestamp(iso8601: $0) }),
            let kind = json["kind"]?.string, let subject = json["subject"]?.string,
            let actor = json["actor"]?.string, let members = json["detail"]?.object,
            let previousHash = json["previous_hash"]?.string, let hash = json["hash"]?.string
        else { return nil }
        let detail = members.compactMapValues(\.string)
        guard detail.count == members.count else { return nil }
        self.init(
            sequence: sequence,
            at: at,
            kind: kind,
            subject: subject,
            actor: actor,
            detail: detail,
            previousHash: previousHash,
            hash: hash
        )
    }
}
