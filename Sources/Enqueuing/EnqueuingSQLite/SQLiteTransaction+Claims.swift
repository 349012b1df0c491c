import Enqueuing
import GRDB
import Vocabulary

extension SQLiteTransaction {
    func claim(_ id: JobID) throws -> Claim? {
        try row("SELECT id, document FROM claim WHERE id = ?", [id.text]).map(readClaim)
    }

    func put(_ claim: Claim) throws {
        try run(
            "INSERT OR REPLACE INTO claim (id, sequence, machine, closed_at, document) VALUES (?, ?, ?, ?, ?)",
            [
                claim.id.text, claim.sequence, claim.machine.text, claim.closedAt?.milliseconds,
                try Document.encode(claim),
            ]
        )
    }

    func openClaims(on machine: MachineID?) throws -> [Claim] {
        let select = "SELECT id, document FROM claim WHERE closed_at IS NULL"
        if let machine {
            return try rows("\(select) AND machine = ? ORDER BY sequence", [machine.text]).map(readClaim)
        }
        return try rows("\(select) ORDER BY sequence").map(readClaim)
    }

    private func readClaim(_ row: Row) throws -> Claim {
        let (text, id): (String, String) = (row["document"], row["id"])
        return try Document.decode(text, of: "claim \(id)")
    }

    // MARK: Conversations

    func conversation(_ job: JobID) throws -> Conversation? {
        let text: String? = try value("SELECT document FROM conversation WHERE job = ?", [job.text])
        return try text.map { try Document.decode($0, of: "the conversation of \(job)") }
    }

    func put(_ conversation: Conversation) throws {
        try run(
            "INSERT OR REPLACE INTO conversation (job, document) VALUES (?, ?)",
            [conversation.job.text, try Document.encode(conversation)]
        )
    }

    func deleteConversation(_ job: JobID) throws {
        try run("DELETE FROM conversation WHERE job = ?", [job.text])
    }
}
