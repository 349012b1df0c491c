import Catalogue
import Deciding
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
        if let node = fields["for"] { readTimeBox(node, fields, &grant) }
    }

    /// `for: { max: 24h, default: 4h }`.
    private static func readTimeBox(_ node: Node, _ fields: Fields, _ grant: inout Grant) {
        let title = "\"for\" of \(fields.name)"
        guard let part = Fields(node, title, known: ["max", "default"], in: fields.reading) else { return }
        if node.mapping?.isEmpty == true {
            fields.reading.error(node, "\(title) says nothing", "write { max: 24h }")
            return
        }
        grant.durationMax = part.duration("max").flatMap { TimeBox(seconds: $0.wholeSeconds) }
        grant.durationDefault = part.duration("default").flatMap { TimeBox(seconds: $0.wholeSeconds) }
        if let most = grant.durationMax, let usual = grant.durationDefault, usual.seconds > most.seconds {
            fields.reading.error(
                part["default"],
                "\"default\" (\(usual)) of \(title) is longer than \"max\" (\(most))",
                "make it \(most) or less"
            )
        }
        if !grant.actions.contains(where: { Catalogue.entry($0)?.takesTimeBox == true }) {
            fields.reading.error(
                node,
                "\(title) has no action that takes an end",
                "leave it out, or allow isolate"
            )
        }
    }

    /// `may` of a source: what may be asked there at most; nil for anything.
    static func readCeiling(_ fields: Fields) -> Set<String>? {
        guard let words = someTexts("may", fields) else { return nil }
        let known = Catalogue.actions.map(\.word) + [Policy.freezeWord, Policy.unfreezeWord]
        for word in words where !known.contains(word) && !fields.reading.isDead(word, fields["may"]) {
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
    static func someTexts(_ key: String, _ fields: Fields) -> [String]? {
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
            var kept: Set<String> = []
            for value in values {
                for (word, entry) in zip(actions, entries) {
                    guard let canonical = read(value, of: entry?.parameter(name), word, name, part) else {
                        continue
                    }
                    kept.insert(canonical)
                }
            }
            parameters[name] = kept
        }
        return parameters
    }

    /// One value for one action as the catalogue spells it; nil, and a problem, for none of its.
    private static func read(
        _ value: String,
        of parameter: ActionParameter?,
        _ word: String,
        _ name: String,
        _ fields: Fields
    ) -> String? {
        guard let parameter else {
            fields.reading.error(
                fields[name],
                "\(word) has no parameter \"\(name)\"",
                "give \(word) a grant of its own"
            )
            return nil
        }
        if parameter.isFreeText {
            // `args: [none]` grants it without any.
            if !parameter.isRequired, value.lowercased() == "none" { return "" }
            if let text = parameter.canonical(value) { return text }
        } else if parameter.values.contains(value) {
            return value
        }
        fields.reading.error(
            fields[name],
            "\"\(name)\" of \(word) is never \"\(value)\"",
            parameter.isFreeText
                ? "write \(parameter.expectation)"
                : "write some of: \(parameter.values.joined(separator: ", "))"
        )
        return nil
    }
}
