import Enqueuing
import JSONReader
import Vocabulary

extension AuditCheckpoint {
    /// One line of a shipped audit; told from a row by its `signature`.
    var json: JSONValue {
        [
            "sequence": .integer(sequence), "hash": .string(hash), "at": .string(at.iso8601),
            "key": .string(key), "signature": .string(signature),
        ]
    }

    /// Nil for anything that is not a checkpoint as ``json`` writes it.
    init?(json: JSONValue) {
        guard let sequence = json["sequence"]?.integer, sequence >= 0, let hash = json["hash"]?.string,
            let at = json["at"]?.string.flatMap({ Timestamp(iso8601: $0) }), let key = json["key"]?.string,
            let signature = json["signature"]?.string
        else { return nil }
        self.init(sequence: sequence, hash: hash, at: at, key: key, signature: signature)
    }

    /// The checkpoints in the text of a shipped file: whole lines with a signature; rows are passed over.
    ///
    /// - Returns: Nil if a line says that it is signed and is no checkpoint.
    static func all(in text: String) -> [AuditCheckpoint]? {
        var found: [AuditCheckpoint] = []
        for line in text.split(separator: "\n") {
            // A line that a crash cut short is no JSON; it was written again whole.
            guard let json = try? JSONReader.read(String(line)), json["signature"] != nil else { continue }
            guard let checkpoint = AuditCheckpoint(json: json) else { return nil }
            found.append(checkpoint)
        }
        return found
    }
}
