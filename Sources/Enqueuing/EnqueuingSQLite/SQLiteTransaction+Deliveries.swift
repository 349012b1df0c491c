import Enqueuing
import Foundation
import GRDB
import Vocabulary

extension SQLiteTransaction {
    private static let columns = "sequence, body, document"

    func delivery(source: SourceName, signedKey: String, senderKey: String?) throws -> DeliveryRecord? {
        let select = "SELECT \(Self.columns) FROM delivery WHERE source = ? AND"
        if let row = try row("\(select) signed_key = ?", [source.text, signedKey]) { return try read(row) }
        guard let senderKey else { return nil }
        return try row("\(select) sender_key = ?", [source.text, senderKey]).map(read)
    }

    func delivery(_ id: DeliveryID) throws -> DeliveryRecord? {
        try row("SELECT \(Self.columns) FROM delivery WHERE id = ?", [id.text]).map(read)
    }

    func insert(_ delivery: DeliveryRecord) throws {
        // The body has a column of its own, so that dropping it leaves the document alone.
        var document = delivery
        document.body = nil
        try run(
            """
            INSERT INTO delivery (id, source, signed_key, sender_key, received_at, verdict, body, document)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                delivery.id.text, delivery.source.text, delivery.signedKey, delivery.senderKey,
                delivery.receivedAt.milliseconds, delivery.verdict.rawValue, delivery.body.map { Data($0) },
                try Document.encode(document),
            ],
            orThrow: .duplicateDelivery
        )
    }

    func dropBodies(unreadableBefore: Timestamp, unmatchedBefore: Timestamp, bytesMax: Int64) throws {
        try run(
            """
            UPDATE delivery SET body = NULL WHERE body IS NOT NULL
            AND received_at < CASE verdict WHEN 'unreadable' THEN ? ELSE ? END
            """,
            [unreadableBefore.milliseconds, unmatchedBefore.milliseconds]
        )
        try run(
            """
            UPDATE delivery SET body = NULL WHERE sequence IN (
                SELECT sequence FROM (
                    SELECT sequence,
                        SUM(length(body)) OVER (ORDER BY received_at DESC, sequence DESC) AS total
                    FROM delivery WHERE body IS NOT NULL
                ) WHERE total > ?
            )
            """,
            [bytesMax]
        )
    }

    private func read(_ row: Row) throws -> DeliveryRecord {
        let (text, place): (String, Int64) = (row["document"], row["sequence"])
        var delivery: DeliveryRecord = try Document.decode(text, of: "delivery \(place)")
        let body: Data? = row["body"]
        delivery.body = body.map { Array($0) }
        return delivery
    }
}
