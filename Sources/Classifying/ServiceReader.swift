import JSONReader
package import Vocabulary

/// Kinds that prove no person: whoever signed acts as the source's one service.
///
/// What is asked is found by routes; the body is any JSON.
package protocol ServiceReader: SourceReader {
    var reading: SourceReading { get }
}

extension ServiceReader {
    package func classify(
        _ delivery: VerifiedDelivery,
        with routes: RouteAsking
    ) async throws(Unreadable) -> Classification {
        _ = try Unreadable.reading(delivery.body, root: .objectOrArray)
        let matches = try await routes.matches(delivery.body)
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

/// Any sender that signs Standard Webhooks.
package struct StandardWebhooksReader: ServiceReader {
    package static let kind = SourceKind("standard-webhooks", isChat: false, provesPerson: false)

    package let reading: SourceReading

    package init(_ reading: SourceReading) {
        self.reading = reading
    }
}

/// Any sender that signs as Svix does: Standard Webhooks under other names.
package struct SvixReader: ServiceReader {
    package static let kind = SourceKind("svix", isChat: false, provesPerson: false)

    package let reading: SourceReading

    package init(_ reading: SourceReading) {
        self.reading = reading
    }
}

/// Any sender whose HMAC the settings describe.
package struct HMACReader: ServiceReader {
    package static let kind = SourceKind("hmac", isChat: false, provesPerson: false)

    package let reading: SourceReading

    package init(_ reading: SourceReading) {
        self.reading = reading
    }
}
