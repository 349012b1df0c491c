package import Logging
package import Vocabulary

/// Writes every event as one scrubbed line.
package struct LineLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let format: LogFormat
    private let colours: Bool
    private let scrubber: Scrubber
    private let now: @Sendable () -> Timestamp
    private let write: @Sendable (String) -> Void

    /// - Parameters:
    ///   - label: The logger's name.
    ///   - format: Text or JSON.
    ///   - level: Events below it are not written.
    ///   - colours: For a terminal; ignored by JSON.
    ///   - scrubber: Knows the secrets of the settings.
    ///   - now: The wall clock.
    ///   - write: Takes a line without its end, from any thread; ``LogOutput`` is the usual one.
    package init(
        label: String,
        format: LogFormat,
        level: Logger.Level = .info,
        colours: Bool = false,
        scrubber: Scrubber = Scrubber(),
        now: @escaping @Sendable () -> Timestamp = Timestamp.now,
        write: @escaping @Sendable (String) -> Void
    ) {
        self.label = label
        self.format = format
        logLevel = level
        self.colours = colours
        self.scrubber = scrubber
        self.now = now
        self.write = write
    }

    package subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var merged = metadata
        if let provided = metadataProvider?.get() { merged.merge(provided) { _, new in new } }
        if let own = event.metadata { merged.merge(own) { _, new in new } }
        if let error = event.error { merged["error"] = .string(Self.text(of: error)) }
        var fields: [(key: String, value: String)] = []
        for (key, value) in merged.sorted(by: { $0.key < $1.key }) { append(value, under: key, to: &fields) }
        let line = LogLine(
            at: now(),
            level: event.level,
            label: label,
            message: scrubber.scrub(event.message.description),
            fields: fields
        )
        write(line.rendered(as: format, colours: colours))
    }

    /// Nested dictionaries become `outer.inner`, so that each name is looked at.
    private func append(
        _ value: Logger.MetadataValue,
        under key: String,
        to fields: inout [(key: String, value: String)]
    ) {
        switch value {
        case .string(let text): fields.append((key, scrubber.scrub(text, named: key)))
        case .stringConvertible(let value):
            fields.append((key, scrubber.scrub(value.description, named: key)))
        case .dictionary(let members):
            for (inner, value) in members.sorted(by: { $0.key < $1.key }) {
                append(value, under: "\(key).\(inner)", to: &fields)
            }
        case .array(let values):
            for (index, value) in values.enumerated() { append(value, under: "\(key).\(index)", to: &fields) }
        }
    }

    /// An error that was written for people says its code and message; of any other only its type is shown.
    private static func text(of error: any Error) -> String {
        guard let explained = error as? any Explained else { return String(reflecting: type(of: error)) }
        return "\(explained.code): \(explained.message)"
    }
}
