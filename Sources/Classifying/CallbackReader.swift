package import Vocabulary

/// A system that is told and never listened to.
package struct CallbackReader: SourceReader {
    package static let kind = SourceKind("callback", isChat: false, provesPerson: false)

    package init(_ reading: SourceReading) {}

    /// Nothing that comes from there is genuine, so that this is never asked.
    package func classify(
        _ delivery: VerifiedDelivery,
        with routes: RouteAsking
    ) async throws(Unreadable) -> Classification {
        .unmatched
    }
}
