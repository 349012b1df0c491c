import Deciding
import Foundation
import Vocabulary
import Yams

/// Times of the day and of the week, by the clock on a wall of one zone.
extension SettingsReader {
    static func readHours(_ node: Node, _ grant: Fields) -> Hours? {
        let title = "\"hours\" of \(grant.name)"
        let reading = grant.reading
        guard let fields = Fields(node, title, known: ["days", "from", "to", "zone"], in: reading),
            let from = minute("from", fields), let to = minute("to", fields), let zone = zone(fields)
        else { return nil }
        guard let days = days(fields) else { return nil }
        guard let hours = Hours(days: days, from: from, to: to, zone: zone) else {
            reading.error(
                node,
                "\(title) is no window",
                "begin at 00:00 to 23:59 and end at another time, at most 24:00"
            )
            return nil
        }
        return hours
    }

    /// `zone: Europe/Stockholm`; never an abbreviation, which means other times in other places.
    static func zone(_ fields: Fields) -> TimeZone? {
        guard let name = fields.text("zone", isRequired: true) else { return nil }
        let zones = TimeZone.knownTimeZoneIdentifiers + ["UTC"]
        guard zones.contains(name), let zone = TimeZone(identifier: name) else {
            let nearest = nearestWord(to: name, among: zones).map { "did you mean \"\($0)\"?" }
            fields.reading.error(
                fields["zone"],
                "there is no time zone \"\(name)\"",
                nearest ?? "write such as Europe/Stockholm, or UTC"
            )
            return nil
        }
        return zone
    }

    /// `08:00`, as minutes after midnight; YAML reads some unquoted times as other things than text.
    static func minute(_ key: String, _ fields: Fields) -> Int? {
        guard let text = fields.text(key, isRequired: true) else { return nil }
        if let match = text.wholeMatch(of: /([0-2][0-9]):([0-5][0-9])/), let hour = Int(match.1),
            let minute = Int(match.2), hour * 60 + minute <= Hours.minutesOfDay
        {
            return hour * 60 + minute
        }
        fields.reading.error(
            fields[key],
            "\"\(key)\" of \(fields.name) is \"\(text)\", no time of day",
            "write such as \"08:00\", at most \"24:00\""
        )
        return nil
    }

    /// `[mon-fri, sun]`; every day where it is left out.
    private static func days(_ fields: Fields) -> Set<Hours.Day>? {
        guard let words = someTexts("days", fields) else {
            return fields["days"] == nil ? Set(Hours.Day.allCases) : nil
        }
        var days: Set<Hours.Day> = []
        for word in words {
            let ends = word.split(separator: "-", omittingEmptySubsequences: false)
                .map { Hours.Day(rawValue: String($0)) }
            guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1] else {
                fields.reading.error(
                    fields["days"],
                    "\"\(word)\" is no day",
                    "write mon, tue, wed, thu, fri, sat, sun or such as mon-fri"
                )
                return nil
            }
            let all = Hours.Day.allCases
            let start = all.firstIndex(of: first) ?? 0
            let length = ((all.firstIndex(of: last) ?? 0) - start + all.count) % all.count
            days.formUnion((0...length).map { all[(start + $0) % all.count] })
        }
        return days
    }
}
