import JSONReader
package import Vocabulary

/// Interprets verified deliveries of one source: who asks, what for, of which machine, where to answer.
///
/// Pure but for the jq closure, which is handed in.
package struct Classifier: Sendable {
    /// Runs the source's combined program on a JSON text; gives all its outputs as one JSON array.
    package typealias Filter = @Sendable ([UInt8]) async throws -> [UInt8]

    private let reading: SourceReading
    private let program: RouteProgram?

    package init(_ reading: SourceReading) {
        self.reading = reading
        program =
            reading.routes.isEmpty
            ? nil : RouteProgram(routes: reading.routes, askedForBy: reading.askedForBy)
    }

    /// All jq of the source as one program; nil if the source has no routes with jq.
    package var combinedProgram: String? { program?.text }

    /// Interprets one delivery.
    ///
    /// Never throws: what cannot be read is an answer too.
    ///
    /// - Parameters:
    ///   - delivery: A delivery of this source.
    ///   - jq: Runs ``combinedProgram``; may be nil only if there is none.
    /// - Returns: Intents, or the reason why there are none.
    package func classify(_ delivery: VerifiedDelivery, jq: Filter?) async -> Classification {
        do throws(Unreadable) {
            switch delivery.kind {
            case .slack: return try Slack(reading).classify(delivery)
            case .jira: return try await Jira(reading, program: program).classify(delivery, jq: jq)
            case .standardWebhooks, .hmac: return try await classifyService(delivery, jq: jq)
            }
        } catch {
            return .unreadable(code: error.code, words: error.words)
        }
    }

    /// The sender's own name for the delivery where it stands in the body, so that a repeat is seen.
    ///
    /// Slack: `trigger_id`, of a command, a press or a form. Jira: issue, time and changelog id, for senders that give no header.
    package func senderKey(of delivery: VerifiedDelivery) -> String? {
        switch delivery.kind {
        case .slack: Slack.triggerID(of: delivery)
        case .jira: Jira.eventKey(of: delivery)
        case .standardWebhooks, .hmac: nil
        }
    }

    private func classifyService(
        _ delivery: VerifiedDelivery,
        jq: Filter?
    ) async throws(Unreadable) -> Classification {
        _ = try Unreadable.reading(delivery.body, root: .objectOrArray)
        guard let program, let jq else { return .unmatched }
        let matches = try await program.matches(delivery.body, jq: jq)
        if matches.isEmpty { return .unmatched }
        return .intents(
            matches.map { match in
                Intent(
                    source: reading.name,
                    asker: .service,
                    request: .action(match.request),
                    askedForBy: match.askedForBy,
                    ticket: match.ticket,
                    route: match.route
                )
            }
        )
    }
}

/// A delivery that cannot be read, on its way to ``Classification/unreadable(code:words:)``.
struct Unreadable: Error, Equatable {
    let code: String
    let words: String

    init(_ code: String, _ words: String) {
        self.code = code
        self.words = words
    }

    /// Reads a body strictly.
    static func reading(_ body: [UInt8], root: JSONReader.Root) throws(Unreadable) -> JSONValue {
        do throws(JSONError) {
            return try JSONReader.read(body, root: root)
        } catch {
            throw Unreadable(error.code, error.message)
        }
    }
}
