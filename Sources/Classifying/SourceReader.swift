package import Vocabulary

/// How deliveries of one kind of source are read; one file a kind.
///
/// Pure but for the source's jq, which comes with the call.
package protocol SourceReader: Sendable {
    /// The kind, as the settings name it.
    static var kind: SourceKind { get }

    /// The sender's own name for the delivery where it stands in the body, so that a repeat is seen.
    ///
    /// It only ever adds refusals; nil where there is none.
    static func senderKey(of delivery: VerifiedDelivery) -> String?

    /// A second name of the delivery, for senders that repeat one under another id of their own.
    ///
    /// Nil where there is none.
    static func secondKey(of delivery: VerifiedDelivery) -> String?

    init(_ reading: SourceReading)

    /// Interprets one delivery.
    ///
    /// - Parameters:
    ///   - delivery: A genuine delivery of this kind.
    ///   - routes: The source's routes, ready to be asked.
    /// - Returns: Intents, or the reason why there are none.
    /// - Throws: ``Unreadable`` for what cannot be read; recorded, and never acted on.
    func classify(
        _ delivery: VerifiedDelivery,
        with routes: RouteAsking
    ) async throws(Unreadable) -> Classification
}

extension SourceReader {
    package static func senderKey(of delivery: VerifiedDelivery) -> String? { nil }
    package static func secondKey(of delivery: VerifiedDelivery) -> String? { nil }
}

/// A source's routes together with what runs their jq.
package struct RouteAsking: Sendable {
    let program: RouteProgram?
    let jq: Classifier.Filter?

    /// The requests of all routes that are about the delivery; none is no error.
    ///
    /// - Parameters:
    ///   - body: The JSON that the routes' jq reads.
    ///   - event: What happened, for routes with a trigger; nil where nothing is that a trigger could name.
    /// - Returns: What the routes ask for, in the order of the settings.
    /// - Throws: ``Unreadable`` if a route is about the delivery and cannot be answered.
    func matches(
        _ body: [UInt8],
        on event: TicketEvent? = nil
    ) async throws(Unreadable) -> [RouteProgram.Match] {
        guard let program, let jq else { return [] }
        let firing = program.firing(on: event)
        guard !firing.isEmpty else { return [] }
        return try await program.matches(body, firing: firing, jq: jq)
    }
}
