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
        program = RouteProgram(routes: reading.routes, askedForBy: reading.askedForBy)
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
            let routes = RouteAsking(program: program, jq: jq)
            let found = try await reading.reader.init(reading).classify(delivery, with: routes)
            return reading.callback?.lead(found, of: delivery) ?? found
        } catch {
            return .unreadable(
                code: error.code,
                words: error.words,
                ticket: error.ticket,
                replyTo: error.replyTo
            )
        }
    }

    /// The sender's own name for the delivery where it stands in the body, so that a repeat is seen.
    package func senderKey(of delivery: VerifiedDelivery) -> String? {
        reading.reader.senderKey(of: delivery)
    }

    /// A second name of the delivery, for senders that repeat one under another id of their own.
    package func secondKey(of delivery: VerifiedDelivery) -> String? {
        reading.reader.secondKey(of: delivery)
    }
}

/// A delivery that cannot be read, on its way to ``Classification/unreadable(code:words:)``.
package struct Unreadable: Error, Equatable {
    package let code: String
    package let words: String
    /// The ticket that it was about, and where it is told, once that is known.
    let ticket: String?
    let replyTo: ReplyAddress?

    /// True if it is not known whether any route is about the delivery.
    let isUnsure: Bool

    package init(_ code: String, _ words: String, isUnsure: Bool = false) {
        self.code = code
        self.words = words
        self.isUnsure = isUnsure
        ticket = nil
        replyTo = nil
    }

    /// The same, of an event whose ticket is known.
    init(_ other: Unreadable, of event: TicketEvent) {
        code = other.code
        words = other.words
        isUnsure = other.isUnsure
        ticket = event.ticket
        replyTo = event.replyTo
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
