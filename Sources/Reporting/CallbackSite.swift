package import CurlClient
import Enqueuing
package import Vocabulary

/// Tells any other system what becomes of its jobs: one signed Standard Webhooks POST for each notice.
///
/// The receiver knows a repeat by its `webhook-id` and the newest state by `sequence`.
///
/// - Source: `reference/webhook-replies.md` §10.
package struct CallbackSite: Sendable {
    /// Makes the headers of one attempt: its id, its time, and a signature by every secret in force.
    package typealias Signing =
        @Sendable (_ id: String, _ body: [UInt8], _ now: Timestamp) -> [(name: String, value: String)]

    /// More calls would outlast the lease under which they are made.
    static let callsMax = 3
    private static let answerBytesMax = 64 << 10
    /// How long a receiver is left alone that asks for it without saying for how long.
    private static let slowDown = Duration.seconds(60)

    /// The source of kind `callback`.
    package let name: SourceName
    /// The configured address; it may hold a credential.
    package let url: Secret
    /// Hosts whose addresses a delivery may have named instead.
    package let hosts: [AddressRule.HostPort]
    private let sign: Signing
    private let memory: CallbackMemory

    package init(
        name: SourceName,
        url: Secret,
        hosts: [AddressRule.HostPort] = [],
        memory: CallbackMemory = CallbackMemory(),
        sign: @escaping Signing
    ) {
        self.name = name
        self.url = url
        self.hosts = hosts
        self.memory = memory
        self.sign = sign
    }

    /// The same, remembering there what was taken and what has ended.
    package func remembering(in memory: CallbackMemory) -> CallbackSite {
        CallbackSite(name: name, url: url, hosts: hosts, memory: memory, sign: sign)
    }

    private enum Outcome {
        case taken
        case gone
        case failed(Delivery.Trouble)
        case impossible(String)
    }

    private func post(_ event: CallbackEvent, _ target: Target, _ errand: Errand) async -> Outcome {
        let body = event.body
        let request = OutgoingRequest(
            .post,
            target.url,
            headers: [.init("Content-Type", "application/json")]
                + sign(event.id, body, errand.now).map { .init($0.name, $0.value) },
            body: Secret(body),
            isIdempotent: false,
            deadline: errand.deadline,
            responseBytesMax: Self.answerBytesMax,
            cutsLongAnswer: true,
            addressRule: target.rule
        )
        do throws(TransferFailure) {
            let answer = try await errand.http.send(request)
            memory.noteAnswer(of: target.url)
            return read(answer, errand)
        } catch {
            guard var trouble = Delivery.Trouble(error) else { return .impossible(error.code) }
            trouble.retryAfter = memory.noteSilence(of: target.url)
            return .failed(trouble)
        }
    }

    /// Everything but 2xx and 410 may be right at the next try: a redirect, too, is a failure.
    private func read(_ answer: IncomingResponse, _ errand: Errand) -> Outcome {
        switch answer.status {
        case 200...299: return .taken
        case 410: return .gone
        default:
            var trouble =
                Delivery.Trouble(answer, provider: "callback", now: errand.now)
                ?? Delivery.Trouble(
                    code: "callback.http-\(answer.status)",
                    retryAfter: nil,
                    mayHaveArrived: false
                )
            if [429, 502, 504].contains(answer.status) {
                trouble.retryAfter = trouble.retryAfter ?? Self.slowDown
            }
            return .failed(trouble)
        }
    }

    /// Where a batch goes: the address that came with the delivery, else the configured one.
    private struct Target {
        let url: Secret
        let rule: AddressRule
    }

    private func target(of batch: Batch, at now: Timestamp) -> Target {
        guard !hosts.isEmpty, let named = batch.conversation?.address.responseURL, now < named.expiresAt
        else { return Target(url: url, rule: .any) }
        return Target(url: Secret(named.url), rule: .exactly(hosts))
    }
}

extension CallbackSite: ReplyChannel {
    package var retrying: RetryPlan { .webhook }

    package func deliver(_ batch: Batch, _ errand: Errand) async -> Delivery {
        switch batch.audience {
        case .conversation, .tell, .room, .place: break
        case .whisper, .dialog: return .impossible(trouble: "reply.wrong-kind")
        }
        let target = target(of: batch, at: errand.now)
        var trouble: Delivery.Trouble?
        var calls = 0
        let events = batch.entries.map(CallbackEvent.init)
        for event in events where !memory.hasTaken(event.id) {
            guard !memory.hasEnded(target.url) else { return .impossible(trouble: "callback.gone") }
            guard calls < Self.callsMax else {
                return trouble.map(Delivery.failed)
                    ?? .deferred(until: errand.now, trouble: "callback.more-to-tell")
            }
            calls += 1
            switch await post(event, target, errand) {
            case .taken: memory.take(event.id)
            case .gone: memory.end(target.url)
            case .impossible(let code): return .impossible(trouble: code)
            case .failed(let found):
                trouble = trouble ?? found
                // A receiver that does not answer, or asks for time, is not asked again at once.
                if found.retryAfter != nil { return .failed(found) }
            }
        }
        if memory.hasEnded(target.url) { return .impossible(trouble: "callback.gone") }
        if let trouble { return .failed(trouble) }
        memory.forget(events.map(\.id))
        return .told(messageID: nil, usesResponseURL: false)
    }
}
