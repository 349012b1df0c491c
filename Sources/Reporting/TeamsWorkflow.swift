import CurlClient
import Enqueuing
import JSONReader
package import Vocabulary

/// Tells a channel of Teams through a workflow that posts what it receives.
///
/// It posts to the one place that the workflow names, each time a message of its own; nothing can be pressed there.
///
/// - Source: `reference/webhook-replies.md` §2, "Later messages".
package struct TeamsWorkflow: ReplyChannel {
    /// The hosts on which Microsoft runs workflows.
    package static let hosts = ["*.logic.azure.com", "*.environment.api.powerplatform.com"]

    private let address: Secret
    /// Replace Microsoft's own, as `host` or `host:port`.
    private let hosts: [String]?
    private let pace = Pace(most: 4, within: .seconds(1))

    package init(address: Secret, hosts: [String]? = nil) {
        self.address = address
        self.hosts = hosts
    }

    /// True if the address may be posted to.
    package static func permits(_ address: Secret, hosts: [String]?) -> Bool {
        address.withText { WebAddress($0)?.isAmong(hosts ?? Self.hosts) ?? false }
    }

    package func deliver(_ batch: Batch, _ errand: Errand) async -> Delivery {
        switch batch.audience {
        case .conversation, .tell, .room, .place: break
        case .whisper, .dialog: return .impossible(trouble: "teams.nobody-alone")
        }
        guard let target = address.withText({ WebAddress($0) }), target.isAmong(hosts ?? Self.hosts) else {
            return .impossible(trouble: "teams.address-not-permitted")
        }
        if let later = pace.turn(at: errand.now) { return .deferred(until: later, trouble: "teams.pace") }
        let request = OutgoingRequest(
            .post,
            address,
            headers: [OutgoingRequest.Header("Content-Type", "application/json")],
            body: Secret(Self.message(batch).encoded()),
            isIdempotent: false,
            deadline: errand.deadline,
            responseBytesMax: 64 << 10,
            addressRule: rule(for: target)
        )
        do throws(TransferFailure) {
            return read(try await errand.http.send(request), now: errand.now)
        } catch {
            return Delivery.Trouble(error).map(Delivery.failed) ?? .impossible(trouble: error.code)
        }
    }

    static func message(_ batch: Batch) -> JSONValue {
        let content = AdaptiveCard.Content(
            notices: batch.shown,
            isRepeated: batch.entries.map(\.mayHaveBeenSent),
            typed: TypedWords.commands(of: batch),
            heading: batch.heading
        )
        return ["type": "message", "attachments": [AdaptiveCard.attachment(content)]]
    }

    private func rule(for target: WebAddress) -> AddressRule {
        let one = AddressRule.HostPort(host: target.host, port: target.port)
        return hosts == nil ? .publicAmong([one]) : .exactly([one])
    }

    private func read(_ answer: IncomingResponse, now: Timestamp) -> Delivery {
        if let trouble = Delivery.Trouble(answer, provider: "teams", now: now) { return .failed(trouble) }
        guard (200...299).contains(answer.status) else {
            return .impossible(trouble: "teams.http-\(answer.status)")
        }
        guard let status = innerStatus(answer) else { return .told(messageID: nil, usesResponseURL: false) }
        let inner = IncomingResponse(status: status, headers: answer.headers, body: [])
        guard var trouble = Delivery.Trouble(inner, provider: "teams", now: now) else {
            return .impossible(trouble: "teams.http-\(status)")
        }
        if status == 429 { trouble.retryAfter = trouble.retryAfter ?? .seconds(2) }
        return .failed(trouble)
    }

    /// The status that a connector of old wrote into the text of its 200.
    private func innerStatus(_ answer: IncomingResponse) -> Int? {
        let text = String(decoding: answer.body.prefix(2_000), as: UTF8.self)
        return text.firstMatch(of: /(?i)HTTP error:? ([45][0-9]{2})/).flatMap { Int($0.output.1) }
    }
}
