import Catalogue
import Deciding
import Vocabulary
import Yams

/// What may be done at most, and the machines whose isolation hurts the defenders.
extension SettingsReader {
    /// Actions that begin something; a release is never held back.
    private static let limitable = Catalogue.actions.filter {
        $0.changesState && ![Catalogue.release.word, Catalogue.cancel.word].contains($0.word)
    }
    private static let countMax = 100_000
    private static let hour = Duration.seconds(3_600)
    private static let day = Duration.seconds(86_400)

    private static let counts: [(key: String, scope: Limit.Scope, window: Duration)] = [
        ("per-hour", .all, hour), ("per-day", .all, day),
        ("per-person-per-hour", .asker, hour), ("per-person-per-day", .asker, day),
        ("per-source-per-hour", .source, hour), ("per-source-per-day", .source, day),
    ]
    private static let shareKey = "share-of-estate"

    /// `limits: { isolate: { per-hour: 10, … } }`.
    static func readLimits(_ node: Node?, _ reading: SettingsReading) -> [Limit] {
        guard let node else { return [] }
        guard let mapping = node.mapping, !mapping.isEmpty else {
            reading.error(node, "\"limits\" names no action", "write `limits: { isolate: { per-hour: 10 } }`")
            return []
        }
        return mapping.flatMap { key, value -> [Limit] in
            guard let word = key.scalar?.string, isLimitable(word, key, reading) else { return [] }
            return readLimits(of: word, value, reading)
        }
    }

    private static func isLimitable(_ word: String, _ key: Node, _ reading: SettingsReading) -> Bool {
        let words = limitable.map(\.word)
        if words.contains(word) { return true }
        if let entry = Catalogue.entry(word), entry.word == word {
            let why = entry.changesState ? "is never held back" : "changes nothing"
            reading.error(key, "\(word) \(why) and has no limits", "remove it")
        } else if !reading.isDead(word, key) {
            let nearest = nearestWord(to: word, among: words).map { "did you mean \"\($0)\"?" }
            reading.error(
                key,
                "there is no action \"\(word)\" with limits",
                nearest ?? "actions: \(words.joined(separator: ", "))"
            )
        }
        return false
    }

    private static func readLimits(of word: String, _ node: Node, _ reading: SettingsReading) -> [Limit] {
        let title = "\"limits\" of \(word)"
        let known = counts.map(\.key) + [shareKey, "machines"]
        guard let fields = Fields(node, title, known: known, in: reading) else { return [] }
        if node.mapping?.isEmpty == true {
            reading.error(node, "\(title) says nothing", "write such as { per-hour: 10 }")
        }
        var limits = counts.compactMap { key, scope, window in
            limit(word, key, scope, window, fields)
        }
        if let share = share(fields, of: word) {
            let mark = Settings.Mark(fields.key(shareKey))
            limits.append(
                Limit(
                    action: word,
                    scope: .all,
                    bound: .shareOfEstate(share),
                    line: mark.line,
                    column: mark.column
                )
            )
        }
        return limits + readMachineLimits(of: word, fields)
    }

    private static func limit(
        _ word: String,
        _ key: String,
        _ scope: Limit.Scope,
        _ window: Duration,
        _ fields: Fields
    ) -> Limit? {
        guard let most = fields.number(key, in: 1...countMax) else { return nil }
        let mark = Settings.Mark(fields.key(key))
        return Limit(
            action: word,
            scope: scope,
            bound: .per(window, most: most),
            line: mark.line,
            column: mark.column
        )
    }

    /// `machines: [ { machines: { group: Finance }, per-hour: 2 } ]`.
    private static func readMachineLimits(of word: String, _ fields: Fields) -> [Limit] {
        guard let node = fields["machines"] else { return [] }
        guard let items = node.sequence, !items.isEmpty else {
            fields.reading.error(
                node,
                "\"machines\" of \(fields.name) is no list, or an empty one",
                "write `- { machines: { group: … }, per-hour: 2 }`"
            )
            return []
        }
        return items.enumerated().flatMap { index, item -> [Limit] in
            let title = "entry \(index + 1) of \(fields.name)"
            let known = ["machines", "per-hour", "per-day"]
            guard let part = Fields(item, title, known: known, in: fields.reading) else { return [] }
            if part["per-hour"] == nil, part["per-day"] == nil {
                fields.reading.error(item, "\(title) has no \"per-hour\" and no \"per-day\"", "add one")
            }
            guard let machines = part["machines"] else {
                part.missing("machines")
                return []
            }
            guard let condition = readCondition(machines, "\"machines\" of \(title)", fields.reading) else {
                return []
            }
            return counts.filter { $0.scope == .all }.compactMap { key, _, window in
                limit(word, key, .machines(condition), window, part)
            }
        }
    }

    /// `2%` as 0.02.
    private static func share(_ fields: Fields, of word: String) -> Double? {
        guard let text = fields.text(shareKey) else { return nil }
        if word != Catalogue.isolate.word {
            fields.reading.error(
                fields.key(shareKey),
                "\"\(shareKey)\" counts machines that are contained, and \(word) contains none",
                "remove it"
            )
        }
        if text.wholeMatch(of: /[0-9]{1,3}(\.[0-9]{1,2})?%/) != nil, let percent = Double(text.dropLast()),
            (0.1...100).contains(percent)
        {
            return percent / 100
        }
        fields.reading.error(
            fields[shareKey],
            "\"\(shareKey)\" of \(fields.name) is \"\(text)\"",
            "write a percentage from 0.1% to 100%, such as 2%"
        )
        return nil
    }

    /// `essential: [ { name: "vpn-*", as: VPN gateway, approvals: { of: leads } } ]`.
    static func readEssentials(
        _ node: Node?,
        _ policy: Policy,
        _ reading: SettingsReading
    ) -> [Essential] {
        guard let node else { return [] }
        guard let items = node.sequence, !items.isEmpty else {
            reading.error(
                node,
                "\"essential\" is no list, or an empty one",
                "write `- { name: …, as: VPN gateway, approvals: { of: … } }`"
            )
            return []
        }
        return items.enumerated().compactMap { index, item in
            let title = "essential \(index + 1)"
            let known = conditionKeys + ["as", "approvals"]
            let problemsBefore = reading.problems.count
            guard let fields = Fields(item, title, known: known, in: reading) else { return nil }
            let condition = condition(fields, since: problemsBefore)
            let name = fields.text("as", isRequired: true)
            if fields["approvals"] == nil { fields.missing("approvals") }
            let rule = fields["approvals"].flatMap { readApprovals($0, of: fields, policy) }
            guard let condition, let name, let rule else { return nil }
            let mark = Settings.Mark(item)
            return Essential(
                name: name,
                machines: condition,
                approvals: rule,
                line: mark.line,
                column: mark.column
            )
        }
    }
}
