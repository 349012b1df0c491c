import Catalogue
import Deciding
import Foundation
import Vocabulary
import Yams

/// The terms of a grant besides who, what and which machine: where, with what, when and for how long.
extension SettingsReader {
    static func readTerms(_ fields: Fields, _ grant: inout Grant) {
        for (key, make) in [("room", Place.room), ("project", Place.project)] {
            grant.places.formUnion((someTexts(key, fields) ?? []).map(make))
        }
        grant.parameters = readParameters(fields, grant.actions)
        if let node = fields["hours"] {
            grant.hours = readHours(node, fields)
        }
        guard let node = fields["for"],
            let part = Fields(
                node,
                "\"for\" of \(fields.name)",
                known: ["max"],
                unbuilt: ["default"],
                in: fields.reading
            ), let most = part.duration("max")
        else {
            if fields["for"]?.mapping?.isEmpty == true {
                fields.reading.error(
                    fields["for"],
                    "\"for\" of \(fields.name) says nothing",
                    "write { max: 24h }"
                )
            }
            return
        }
        grant.durationMax = TimeBox(seconds: most.wholeSeconds)
        if !grant.actions.contains(where: { Catalogue.entry($0)?.takesTimeBox == true }) {
            fields.reading.error(
                node,
                "\"for\" of \(fields.name) has no action that takes an end",
                "leave it out, or allow isolate"
            )
        }
    }

    /// `may` of a source: what may be asked there at most; nil for anything.
    static func readCeiling(_ fields: Fields) -> Set<String>? {
        guard let words = someTexts("may", fields) else { return nil }
        let known = Catalogue.actions.map(\.word) + [Policy.freezeWord, Policy.unfreezeWord]
        for word in words where !known.contains(word) {
            let nearest = nearestWord(to: word, among: known)
            fields.reading.error(
                fields["may"],
                "there is no action \"\(word)\"",
                nearest.map { "did you mean \"\($0)\"?" } ?? "actions: \(known.joined(separator: ", "))"
            )
        }
        return Set(words)
    }

    /// A list that must not be empty: nothing else said means anything, an empty list nothing.
    private static func someTexts(_ key: String, _ fields: Fields) -> [String]? {
        if fields[key]?.sequence?.isEmpty == true {
            fields.reading.error(
                fields[key],
                "\"\(key)\" of \(fields.name) is an empty list",
                "name some, or leave it out for all"
            )
        }
        return fields.texts(key)
    }

    /// `with: { type: [Selective] }`: each parameter must be one of every action, each value one of its values.
    private static func readParameters(_ fields: Fields, _ actions: [String]) -> [String: Set<String>] {
        guard let node = fields["with"] else { return [:] }
        let entries = actions.map { Catalogue.entry($0) }
        let names = Set(Catalogue.actions.flatMap { $0.parameters.map(\.name) }).sorted()
        guard let part = Fields(node, "\"with\" of \(fields.name)", known: names, in: fields.reading) else {
            return [:]
        }
        if names.allSatisfy({ part[$0] == nil }), node.mapping?.isEmpty == true {
            fields.reading.error(
                node,
                "\"with\" of \(fields.name) says nothing",
                "write { type: [Selective] }"
            )
        }
        var parameters: [String: Set<String>] = [:]
        for name in names {
            guard let values = someTexts(name, part) else { continue }
            for (word, entry) in zip(actions, entries) {
                let known = entry?.parameters.first { $0.name == name }?.values ?? []
                for value in values where !known.contains(value) {
                    fields.reading.error(
                        part[name],
                        known.isEmpty
                            ? "\(word) has no parameter \"\(name)\""
                            : "\"\(name)\" of \(word) is never \"\(value)\"",
                        known.isEmpty
                            ? "give \(word) a grant of its own"
                            : "write some of: \(known.joined(separator: ", "))"
                    )
                }
            }
            parameters[name] = Set(values)
        }
        return parameters
    }

    // MARK: Hours

    private static func readHours(_ node: Node, _ grant: Fields) -> Hours? {
        let title = "\"hours\" of \(grant.name)"
        let reading = grant.reading
        guard let fields = Fields(node, title, known: ["days", "from", "to", "zone"], in: reading),
            let from = minute("from", fields), let to = minute("to", fields),
            let name = fields.text("zone", isRequired: true)
        else { return nil }
        let zones = TimeZone.knownTimeZoneIdentifiers + ["UTC"]
        guard zones.contains(name), let zone = TimeZone(identifier: name) else {
            let nearest = nearestWord(to: name, among: zones).map { "did you mean \"\($0)\"?" }
            reading.error(
                fields["zone"],
                "there is no time zone \"\(name)\"",
                nearest ?? "write such as Europe/Stockholm, or UTC"
            )
            return nil
        }
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

    /// `08:00`, as minutes after midnight; YAML reads some unquoted times as other things than text.
    private static func minute(_ key: String, _ fields: Fields) -> Int? {
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
