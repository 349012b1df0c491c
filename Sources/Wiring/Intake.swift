import Authenticating
import Classifying
import Cryptography
import Deciding
import Enqueuing
import JQFilter
import Logging
import Telemetry
import Vocabulary

/// The front half: one straight way from the bytes of a request to a committed record and its answer.
///
///     receive -> verify -> interpret -> decide -> record -> answer
///
/// Nothing is answered 2xx that is not in the ledger; what cannot be recorded is answered 503 and forgotten.
struct Intake: Sendable {
    let sources: @Sendable () -> [SourceName: PreparedSource]
    let policy: @Sendable () -> Policy
    let ledger: any Ledger
    let identifiers: IdentifierMaker
    let now: @Sendable () -> Timestamp
    let metrics: BridgeMetrics
    let rejections: BoundedLog
    let logger: Logger

    /// Takes one delivery.
    func take(_ raw: RawDelivery) async -> HookAnswer {
        guard let source = sources()[raw.source] else { return reject(raw, reason: "unknown-source", nil) }

        guard source.takes(from: raw.remoteAddress) else {
            return reject(raw, reason: "address", "Deliveries are not taken from this address.")
        }

        // verify
        let delivery: VerifiedDelivery
        do throws(VerificationFailure) {
            delivery = try await source.verifyFetching(raw, now: now())
        } catch {
            return reject(raw, reason: error.reason, error.message)
        }

        do {
            // seen before: the first answer again
            let senderKey = source.senderKey(of: delivery)
            let secondKey = source.secondKey(of: delivery)
            let first = try await ledger.firstAnswer(
                source: delivery.source,
                signedKey: delivery.signedKey,
                senderKey: senderKey,
                secondKey: secondKey
            )
            if let first { return repeated(delivery, first) }

            // interpret
            let classification = try await classify(delivery, with: source)
            if case .handshake(let answer) = classification {
                metrics.countDelivery(source: delivery.source, verdict: "handshake")
                return answer
            }

            // decide
            var understanding = try await understand(classification, of: delivery)

            // record
            let record = makeRecord(of: delivery, senderKey: senderKey, understanding)
            for index in understanding.jobs.indices { understanding.jobs[index].job.delivery = record.id }
            let receipt = try await ledger.record(
                Acceptance(
                    delivery: record,
                    secondKey: secondKey,
                    jobs: understanding.jobs,
                    deeds: understanding.deeds,
                    notices: understanding.outgoing(from: delivery.source),
                    actors: understanding.actors
                )
            )
            switch receipt {
            case .recorded: return recorded(record, understanding)
            case .repeated(let answer): return repeated(delivery, answer)
            }
        } catch {
            logger.error(
                "A delivery could not be recorded",
                metadata: ["source": "\(raw.source)", "error": "\(error)"]
            )
            metrics.countDelivery(source: raw.source, verdict: "unavailable")
            return .unavailable
        }
    }

    // MARK: Understanding

    /// A reload may end the source's helper between two steps of ours: its successor then reads the delivery.
    private func classify(
        _ delivery: VerifiedDelivery,
        with source: PreparedSource
    ) async throws(JQError) -> Classification {
        do throws(JQError) {
            return try await source.classify(delivery)
        } catch {
            guard error == .stopped, let successor = sources()[delivery.source] else { throw error }
            return try await successor.classify(delivery)
        }
    }

    private func understand(
        _ classification: Classification,
        of delivery: VerifiedDelivery
    ) async throws -> Understanding {
        switch classification {
        case .unreadable(let code, let words, let ticket, let replyTo):
            let notice = Notice(
                code: "delivery.unreadable",
                tone: .bad,
                text: "This could not be read: \(words)"
            )
            var unreadable = Understanding(verdict: .unreadable, notices: [notice], note: code)
            if !delivery.kind.isChat {
                let what = ticket.map { "What \($0) asks at \(delivery.source)" }
                let text =
                    "\(what ?? "A genuine delivery from \(delivery.source)") could not be read, so nothing was "
                    + "done: \(words)"
                var alarm = Notice(code: "delivery.unreadable", tone: .bad, text: text, isFinal: true)
                if let ticket { alarm.fields = [Notice.Field("ticket", ticket)] }
                unreadable.told = [(nil, alarm)]
                if let replyTo {
                    let place = Audience.place(source: delivery.source, replyTo.withoutResponseURL)
                    unreadable.addressed = [(place, alarm)]
                }
            }
            return unreadable
        case .unmatched:
            let notice = Notice(code: "delivery.unmatched", tone: .warning, text: "No route is about this.")
            return Understanding(verdict: .unmatched, notices: [notice], note: nil)
        case .own: return Understanding(verdict: .own, notices: [], note: nil)
        case .notUnderstood(let words, let way):
            let notice = Notice(code: "command.not-understood", tone: .warning, text: words)
            var refused = Understanding(verdict: .refused, notices: [notice], note: "not-understood")
            refused.answeredBy = way
            return refused
        case .refused(let code, let words, let way):
            let notice = Notice(code: "delivery.refused", tone: .bad, text: words)
            var refused = Understanding(verdict: .refused, notices: [notice], note: code)
            refused.answeredBy = way
            return refused
        case .handshake: return Understanding(verdict: .answered, notices: [], note: "handshake")
        case .intents(let intents):
            var all = Understanding(verdict: .answered, notices: [], note: nil)
            all.answeredBy = intents.first?.answeredBy ?? .response
            for intent in intents {
                let desk = IntentDesk(
                    policy: policy(),
                    ledger: ledger,
                    identifiers: identifiers,
                    now: delivery.receivedAt,
                    isAnswerRead: delivery.kind.isChat && !intent.answeredBy.isReply,
                    isChat: delivery.kind.isChat
                )
                var part = try await desk.decide(intent)
                if case .reply(let address) = intent.answeredBy {
                    part.say(at: address, from: delivery.source)
                }
                all.add(part)
            }
            all.group()
            for job in all.jobs {
                metrics.countDecision(
                    action: job.job.action,
                    outcome: job.job.state == .refused ? "refuse" : "hold"
                )
            }
            return all
        }
    }

    private func makeRecord(
        of delivery: VerifiedDelivery,
        senderKey: String?,
        _ understanding: Understanding
    ) -> DeliveryRecord {
        let id = identifiers.makeDeliveryID(at: delivery.receivedAt)
        let keepsBody = understanding.verdict == .unreadable || understanding.verdict == .unmatched
        return DeliveryRecord(
            id: id,
            source: delivery.source,
            receivedAt: delivery.receivedAt,
            signedKey: delivery.signedKey,
            senderKey: senderKey,
            verdict: understanding.verdict,
            bodyDigest: Hex.encode(Digest.of(delivery.body)),
            body: keepsBody ? delivery.body : nil,
            answer: understanding.answer(to: delivery.kind, delivery: id),
            note: understanding.note
        )
    }

    // MARK: Answering

    private func recorded(_ record: DeliveryRecord, _ understanding: Understanding) -> HookAnswer {
        metrics.countDelivery(source: record.source, verdict: record.verdict.rawValue)
        logger.info(
            "Delivery recorded",
            metadata: [
                "delivery.id": "\(record.id)", "source": "\(record.source)",
                "verdict": "\(record.verdict.rawValue)",
                "jobs": "\(understanding.jobs.map(\.job.id.text).joined(separator: " "))",
            ]
        )
        return record.answer
    }

    private func repeated(_ delivery: VerifiedDelivery, _ answer: HookAnswer) -> HookAnswer {
        metrics.countDelivery(source: delivery.source, verdict: "repeated")
        logger.info("Delivery seen before", metadata: ["source": "\(delivery.source)"])
        return answer
    }

    /// The one answer to strangers; the reason goes to the log, at a bounded rate, and into a count.
    private func reject(_ raw: RawDelivery, reason: String, _ message: String?) -> HookAnswer {
        let isKnown = reason != "unknown-source"
        metrics.countRejection(source: isKnown ? raw.source : nil, reason: reason)
        rejections.log(
            kind: "rejection",
            to: logger,
            level: .notice,
            "Delivery refused",
            metadata: [
                "source": "\(isKnown ? raw.source.text : "unknown")", "reason": "\(reason)",
                "remote": "\(raw.remoteAddress)", "why": "\(message ?? reason)",
            ]
        )
        return .unauthorized
    }
}
