package import Vocabulary

/// Splunk's alert action "webhook": the first row of a search, from a sender that proves nothing but its address.
///
/// Source: `reference/webhook-sources.md` §6.3.
package struct Splunk: ServiceReader {
    package static let kind = SourceKind("splunk", isChat: false, provesPerson: false)

    package let reading: SourceReading

    package init(_ reading: SourceReading) {
        self.reading = reading
    }
}
