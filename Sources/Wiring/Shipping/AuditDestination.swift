import Enqueuing
import JSONReader
import Vocabulary

/// A place outside the ledger where the audit is kept as well.
protocol AuditDestination: Sendable {
    /// Names what of the audit it has, in the ledger.
    var name: String { get }
    /// Returns once the shipment is there for good; what is tried again may come twice.
    func take(_ shipment: AuditShipment) async throws
}

/// What goes to a destination at once.
enum AuditShipment: Sendable, Hashable {
    /// At least one, in order.
    case rows([AuditRow])
    case checkpoint(AuditCheckpoint)

    var kind: String {
        switch self {
        case .rows: "audit.rows"
        case .checkpoint: "audit.checkpoint"
        }
    }

    /// The same for the same content, by which a receiver knows a repetition.
    var id: String {
        switch self {
        case .rows(let rows):
            "audit-\(rows.first?.sequence ?? 0)-\(rows.last?.sequence ?? 0)-\((rows.last?.hash ?? "").prefix(12))"
        case .checkpoint(let checkpoint): "checkpoint-\(checkpoint.sequence)-\(checkpoint.at.milliseconds)"
        }
    }

    var lines: [JSONValue] {
        switch self {
        case .rows(let rows): rows.map(\.json)
        case .checkpoint(let checkpoint): [checkpoint.json]
        }
    }

    var data: JSONValue {
        switch self {
        case .rows: ["rows": .array(lines)]
        case .checkpoint(let checkpoint): ["checkpoint": checkpoint.json]
        }
    }
}
