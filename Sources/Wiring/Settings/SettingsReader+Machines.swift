import Deciding
import Foundation
import Vocabulary
import Yams

/// Which machines grants and protections speak of.
extension SettingsReader {
    static func readProtections(_ node: Node?, _ reading: SettingsReading) -> [Protection] {
        guard let node else { return [] }
        guard let items = node.sequence else {
            reading.error(node, "\"protect\" is not a list", "write `- { group: Tier-0 }`")
            return []
        }
        return items.enumerated().compactMap { index, item in
            let title = "protection \(index + 1)"
            guard let condition = readCondition(item, title, reading, besides: ["as"]) else { return nil }
            let name = item.mapping?["as"]?.scalar?.string ?? protectionName(item) ?? title
            return Protection(
                name: name,
                line: item.mark?.line ?? 1,
                column: item.mark?.column ?? 1,
                machines: condition
            )
        }
    }

    /// Without `as`, a protection is called what it protects.
    private static func protectionName(_ node: Node) -> String? {
        for key in ["group", "name", "tag"] {
            if let text = node.mapping?[Node(key)]?.scalar?.string { return text }
        }
        return nil
    }

    /// Reads a mapping of conditions; `besides` are keys of it that the caller reads.
    static func readCondition(
        _ node: Node,
        _ title: String,
        _ reading: SettingsReading,
        besides: [String] = []
    ) -> MachineCondition? {
        let known = conditionKeys + besides
        let problemsBefore = reading.problems.count
        guard let fields = Fields(node, title, known: known, in: reading) else { return nil }
        return condition(fields, since: problemsBefore)
    }

    /// The conditions among these fields; `problemsBefore` were known before the fields were read.
    static func condition(_ fields: Fields, since problemsBefore: Int) -> MachineCondition? {
        let reading = fields.reading
        let title = fields.name
        var condition = MachineCondition()
        if fields["ids"] != nil { condition.ids = readIDs(fields) }
        condition.groups = fields.texts("group")
        condition.tags = fields.texts("tag")
        condition.names = fields.texts("name")?.map { NamePattern($0) }
        for key in conditionKeys where fields[key]?.sequence?.isEmpty == true {
            reading.error(fields[key], "\"\(key)\" of \(title) is an empty list", "no machine can satisfy it")
        }
        if let words = fields.texts("os") {
            condition.osFamilies = Set(
                words.compactMap { word in
                    if word == "client" { return .client }
                    if word == "server" { return .server }
                    reading.error(fields["os"], "\"os\" of \(title) is \"\(word)\"", "write client or server")
                    return nil
                }
            )
        }
        readTags(fields, &condition)
        condition.values = scores("value", MachineCondition.valueWords, fields)
        condition.risks = scores("risk", MachineCondition.riskWords, fields)
        condition.exposures = scores("exposure", MachineCondition.exposureWords, fields)
        if condition.isAny {
            guard reading.problems.count == problemsBefore else { return nil }
            reading.error(
                fields.node,
                "\(title) has no condition",
                "name one of: \(conditionKeys.joined(separator: ", "))"
            )
            return nil
        }
        return condition
    }

    static let conditionKeys = [
        "ids", "group", "os", "name", "tag", "tags", "value", "risk", "exposure",
    ]

    /// `tags: { any, all, none }`; `tag` is short for `any`.
    private static func readTags(_ fields: Fields, _ condition: inout MachineCondition) {
        let known = ["any", "all", "none"]
        guard let node = fields["tags"],
            let part = Fields(node, "\"tags\" of \(fields.name)", known: known, in: fields.reading)
        else { return }
        for key in known where part[key]?.sequence?.isEmpty == true {
            fields.reading.error(part[key], "\"\(key)\" of \(part.name) is an empty list", "name some tags")
        }
        if known.allSatisfy({ part[$0] == nil }), node.mapping?.isEmpty == true {
            fields.reading.error(node, "\(part.name) says nothing", "write { any, all, none }")
        }
        if let tags = part.texts("any") {
            if condition.tags != nil {
                fields.reading.error(part["any"], "\(fields.name) has \"tag\" and \"any\"", "keep one")
            }
            condition.tags = tags
        }
        condition.tagsAll = part.texts("all")
        condition.tagsNone = part.texts("none")
    }

    /// Words of one of Defender's scales.
    private static func scores(_ key: String, _ words: [String], _ fields: Fields) -> [String]? {
        guard let found = fields.texts(key) else { return nil }
        for word in found where !words.contains(word) {
            let nearest = nearestWord(to: word, among: words).map { "did you mean \"\($0)\"?" }
            fields.reading.error(
                fields[key],
                "\"\(key)\" of \(fields.name) is \"\(word)\"",
                nearest ?? "write some of: \(words.joined(separator: ", "))"
            )
        }
        return found
    }

    /// A list of machine ids, or `{ file: PATH }` with one a line.
    private static func readIDs(_ fields: Fields) -> Set<MachineID> {
        guard let node = fields["ids"] else { return [] }
        var texts: [String] = []
        if node.mapping != nil {
            guard let inner = Fields(node, "\"ids\"", known: ["file"], in: fields.reading),
                let file = inner.text("file", isRequired: true).map(fields.reading.path)
            else { return [] }
            guard let data = FileManager.default.contents(atPath: file),
                let text = String(data: data, encoding: .utf8)
            else {
                fields.reading.error(node, "\(file) cannot be read", "check the name and its permissions")
                return []
            }
            texts = text.split(whereSeparator: \.isNewline)
                .map { $0.prefix { $0 != "#" }.trimmingCharacters(in: .whitespaces) }
                .filter { !$0.isEmpty }
        } else {
            texts = fields.texts("ids") ?? []
        }
        return Set(
            texts.compactMap { text in
                if let id = MachineID(text) { return id }
                fields.reading.error(node, "\"\(text)\" is no machine id", "write 40 hexadecimal digits")
                return nil
            }
        )
    }
}
