import Enqueuing
import GRDB
import Vocabulary

extension SQLiteTransaction {
    private static let select = "SELECT sequence, version, document FROM outbox WHERE"

    func insert(_ entry: OutboxEntry) throws -> OutboxEntry {
        var entry = entry
        entry.sequence = (try value("SELECT MAX(sequence) FROM outbox") ?? Int64(0)) + 1
        entry.version = 1
        try run(
            """
            INSERT INTO outbox (sequence, id, version, state, audience, due, fence, leased_until, document)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                entry.sequence, entry.id, entry.version, entry.state.rawValue, entry.audience.column,
                entry.due?.milliseconds, entry.fence, entry.lease?.until.milliseconds,
                try Document.encode(entry),
            ],
            orThrow: .staleVersion
        )
        note(Wake(entry), after: nil)
        return entry
    }

    func update(_ entry: OutboxEntry, fence: Int64?) throws -> OutboxEntry {
        let guards = "sequence, version, state, due, fence, leased_until"
        guard let stored = try row("SELECT \(guards) FROM outbox WHERE id = ?", [entry.id]) else {
            throw LedgerError.staleVersion
        }
        if let fence, fence != stored["fence"] { throw LedgerError.leaseLost }
        guard entry.version == stored["version"] else { throw LedgerError.staleVersion }
        var entry = entry
        entry.sequence = stored["sequence"]
        entry.version += 1
        try run(
            """
            UPDATE outbox SET version = ?, state = ?, audience = ?, due = ?, fence = ?, leased_until = ?,
                document = ?
            WHERE sequence = ?
            """,
            [
                entry.version, entry.state.rawValue, entry.audience.column, entry.due?.milliseconds,
                entry.fence, entry.lease?.until.milliseconds, try Document.encode(entry), entry.sequence,
            ]
        )
        note(Wake(entry), after: Wake(storedIn: stored))
        return entry
    }

    func outboxDue(limit: Int) throws -> [OutboxEntry] {
        try rows(
            "\(Self.select) state = 'due' AND due <= ? ORDER BY sequence LIMIT ?",
            [now.milliseconds, max(0, limit)]
        ).map(readEntry)
    }

    func outboxEntry(_ id: String) throws -> OutboxEntry? {
        try row("\(Self.select) id = ?", [id]).map(readEntry)
    }

    func outboxNextDue() throws -> Timestamp? {
        let due: Int64? = try value("SELECT MIN(due) FROM outbox WHERE state = 'due'")
        return due.map { Timestamp(milliseconds: $0) }
    }

    func outboxPending(_ audience: Audience) throws -> [OutboxEntry] {
        try rows("\(Self.select) audience = ? AND state = 'due' ORDER BY sequence", [audience.column])
            .map(readEntry)
    }

    func outbox(state: OutboxEntry.State, limit: Int) throws -> [OutboxEntry] {
        try rows("\(Self.select) state = ? ORDER BY sequence LIMIT ?", [state.rawValue, max(0, limit)])
            .map(readEntry)
    }

    private func readEntry(_ row: Row) throws -> OutboxEntry {
        let (text, place): (String, Int64) = (row["document"], row["sequence"])
        var entry: OutboxEntry = try Document.decode(text, of: "outbox entry \(place)")
        entry.sequence = place
        entry.version = row["version"]
        return entry
    }
}

extension Audience {
    fileprivate var column: String {
        switch self {
        case .conversation(let job): "conversation:\(job)"
        case .tell: "tell"
        case .room(let source, let room): "room:\(source)/\(room)"
        case .place(let source, let address): "place:\(source)/\(address.column)"
        case .whisper(let source, let room, let person): "whisper:\(source)/\(room)/\(person)"
        // One dialog is told once: no other entry shares its audience.
        case .dialog(let source, let dialog): "dialog:\(source)/\(dialog.job)/\(dialog.trigger.id)"
        }
    }
}

extension ReplyAddress {
    /// The place; what of it is a credential stays out.
    fileprivate var column: String {
        switch self {
        case .slack(let channel, _, _, let thread): thread.map { "\(channel)/\($0)" } ?? channel
        case .jira(let issue): issue
        case .at(let place):
            place.parts.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "/")
        }
    }
}
