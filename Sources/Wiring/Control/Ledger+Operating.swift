import Enqueuing
import Showing
import Vocabulary

extension Ledger {
    /// Puts on the audit that a user of this machine asks for something.
    func recordAccess(_ request: ControlRequest) async throws {
        let entry = AuditEntry(
            kind: "operator.access",
            subject: "bridge",
            actor: "unix:\(request.user)",
            detail: ["method": request.method, "path": String(request.path.prefix(200))]
        )
        try await write { try seal(entry, in: $0) }
    }

    /// Puts on the audit which settings are in force from now on: the SHA-256 of their file, and the one before.
    func recordSettings(_ settings: Settings, by actor: String) async throws {
        let digest = settings.fileDigest
        try await write { transaction in
            let was = try transaction.flag("settings.sha256")
            var detail = ["sha256": digest]
            if let was, was != digest { detail["was"] = was }
            let isChange = was != nil && was != digest
            let kind = isChange ? "settings.changed" : "settings.read"
            try seal(
                AuditEntry(kind: kind, subject: "bridge", actor: actor, detail: detail),
                in: transaction
            )
            try transaction.setFlag("settings.sha256", digest)
        }
    }
}
