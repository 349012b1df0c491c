import Authenticating
import CurlClient
import Enqueuing
import JSONReader
import Vocabulary

/// The webhook to which the audit is shipped, signed as Standard Webhooks are.
///
/// `{"type": "audit.rows", "timestamp": …, "data": {"rows": […]}}`, or `audit.checkpoint` with `checkpoint`. The
/// same shipment comes again under the same id until the receiver answers 2xx.
struct AuditWebhook: AuditDestination {
    let name = "webhook"
    private let url: Secret
    private let signer: DeliverySigner
    private let http: any HTTPSending
    private let now: @Sendable () -> Timestamp

    init(
        _ ship: Settings.Audit.Ship,
        http: any HTTPSending,
        now: @escaping @Sendable () -> Timestamp
    ) throws {
        url = Secret(ship.url)
        signer = try DeliverySigner(.standardWebhooks, secret: ship.secret)
        self.http = http
        self.now = now
    }

    func take(_ shipment: AuditShipment) async throws {
        let moment = now()
        let event: JSONValue = [
            "type": .string(shipment.kind), "timestamp": .string(moment.iso8601), "data": shipment.data,
        ]
        let body = event.encoded()
        let signed = signer.headers(for: body, id: shipment.id, now: moment)
        let answer = try await http.send(
            OutgoingRequest(
                .post,
                url,
                headers: [.init("Content-Type", "application/json")]
                    + signed.map { .init($0.name, $0.value) },
                body: Secret(body),
                isIdempotent: true,
                deadline: .seconds(15),
                responseBytesMax: 64 << 10
            )
        )
        guard (200..<300).contains(answer.status) else { throw NotTaken(status: answer.status) }
    }

    /// The receiver answered, and did not take it.
    struct NotTaken: Error, CustomStringConvertible {
        let status: Int
        var description: String { "the receiver answered \(status)" }
    }
}
