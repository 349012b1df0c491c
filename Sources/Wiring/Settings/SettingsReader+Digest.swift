import Deciding
import Vocabulary
import Yams

extension SettingsReader {
    /// `digest: { at: "07:00", zone: Europe/Stockholm, to: { source, channel } }`.
    static func readDigest(_ fields: Fields, _ sources: Set<SourceName>) -> Settings.Digest? {
        let reading = fields.reading
        guard let node = fields["digest"],
            let part = Fields(node, "\"digest\"", known: ["at", "zone", "to"], in: reading)
        else { return nil }
        if part["to"] == nil, fields["tell"] == nil {
            reading.error(
                node,
                "\"digest\" goes nowhere: it has no \"to\", and there is no \"tell\"",
                "add `to: { source: …, channel: … }`"
            )
        }
        let to = readTell(part["to"], "\"to\" of \"digest\"", sources, reading)
        let minute = minute("at", part)
        let zone = zone(part)
        guard let minute, let zone else { return nil }
        guard minute < Hours.minutesOfDay else {
            reading.error(part["at"], "\"at\" of \"digest\" is \"24:00\"", "write \"00:00\"")
            return nil
        }
        return Settings.Digest(minuteOfDay: minute, zone: zone, to: to)
    }
}
