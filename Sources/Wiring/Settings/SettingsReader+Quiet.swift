import Vocabulary

extension SettingsReader {
    /// Silence is looked at once a minute.
    private static let quietAfterMin = Duration.seconds(300)

    /// How long a source may say nothing before that is told.
    static func readQuietAfter(_ fields: Fields) -> Duration? {
        guard let time = fields.duration("quiet-after") else { return nil }
        guard time >= quietAfterMin else {
            fields.reading.error(
                fields["quiet-after"],
                "\"quiet-after\" of \(fields.name) is \(time.spoken)",
                "write 5m or more, and more than the longest silence that is usual there"
            )
            return nil
        }
        return time
    }
}

extension Settings {
    /// Sources whose silence is told.
    var quietSources: [(name: SourceName, after: Duration)] {
        sources.compactMap { source in source.quietAfter.map { (source.name, $0) } }
    }
}
