import Vocabulary
import Yams

/// One mapping of the file with the keys it may have.
struct Fields {
    let reading: SettingsReading
    let node: Node
    /// For messages, such as `source "tickets"`.
    let name: String
    private let values: [String: Node]
    private let keys: [String: Node]

    /// Takes a mapping apart; nil, and a problem, if it is none.
    ///
    /// `known` are the keys with a meaning here, `unbuilt` those whose meaning the design names and this version
    /// has not; `hidden` ones are taken and not offered: whoever reads them says where they belong.
    init?(
        _ node: Node,
        _ name: String,
        known: [String],
        unbuilt: [String] = [],
        hidden: [String] = [],
        in reading: SettingsReading
    ) {
        guard let mapping = node.mapping else {
            reading.error(
                node,
                "\(name) is not a mapping",
                "write `key: value` pairs: \(known.joined(separator: ", "))"
            )
            return nil
        }
        var values: [String: Node] = [:]
        var keys: [String: Node] = [:]
        for (key, value) in mapping {
            guard let word = key.scalar?.string else {
                reading.error(key, "\(name) has a key that is not a word", "write it as a word")
                continue
            }
            if known.contains(word) || hidden.contains(word) {
                values[word] = value
                keys[word] = key
            } else if unbuilt.contains(word) {
                reading.error(
                    key,
                    "\"\(word)\" is not built yet in this version",
                    "remove it; nothing that is written here may be ignored"
                )
            } else {
                let nearest = nearestWord(to: word, among: known + unbuilt)
                reading.error(
                    key,
                    "\(name) has no key \"\(word)\"",
                    nearest.map { "did you mean \"\($0)\"?" }
                        ?? "it may have: \(known.joined(separator: ", "))"
                )
            }
        }
        self.reading = reading
        self.node = node
        self.name = name
        self.values = values
        self.keys = keys
    }

    subscript(_ key: String) -> Node? { values[key] }

    /// The node of the key itself, for messages.
    func key(_ key: String) -> Node? { keys[key] }

    /// A text; nil (and a problem if `isRequired`) where it is missing.
    func text(_ key: String, isRequired: Bool = false) -> String? {
        guard let value = values[key] else {
            if isRequired { missing(key) }
            return nil
        }
        guard let text = Fields.text(value) else {
            reading.error(value, "\"\(key)\" of \(name) is not a text", "write one value")
            return nil
        }
        return text
    }

    func missing(_ key: String) {
        reading.error(node, "\(name) has no \"\(key)\"", "add it")
    }

    /// One of these words.
    func word(_ key: String, of words: [String]) -> String? {
        guard let text = text(key) else { return nil }
        guard words.contains(text) else {
            let nearest = nearestWord(to: text, among: words).map { "did you mean \"\($0)\"?" }
            reading.error(
                values[key],
                "\"\(key)\" of \(name) is \"\(text)\"",
                nearest ?? "write one of: \(words.joined(separator: ", "))"
            )
            return nil
        }
        return text
    }

    /// `yes`, `no`, `true` or `false`.
    func flag(_ key: String) -> Bool? {
        guard let text = text(key)?.lowercased() else { return nil }
        switch text {
        case "yes", "true": return true
        case "no", "false": return false
        default:
            reading.error(values[key], "\"\(key)\" of \(name) is \"\(text)\"", "write yes or no")
            return nil
        }
    }

    /// A whole number within these bounds, in plain digits.
    func number(_ key: String, in bounds: ClosedRange<Int>) -> Int? {
        guard let text = text(key) else { return nil }
        let isPlain = text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard isPlain, let number = Int(text), bounds.contains(number) else {
            reading.error(
                values[key],
                "\"\(key)\" of \(name) is \"\(text)\"",
                "write a whole number from \(bounds.lowerBound) to \(bounds.upperBound)"
            )
            return nil
        }
        return number
    }

    /// A duration such as `60m`.
    func duration(_ key: String) -> Duration? {
        guard let text = text(key) else { return nil }
        guard let box = TimeBox(text) else {
            reading.error(
                values[key],
                "\"\(key)\" of \(name) is \"\(text)\", no duration",
                "write a whole number and s, m, h or d, such as 60m"
            )
            return nil
        }
        return box.duration
    }

    /// A size such as `20GB`, in bytes; units of 1000.
    func bytes(_ key: String) -> Int64? {
        guard let text = text(key) else { return nil }
        let units: [(String, Int64)] = [
            ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1_000), ("B", 1),
        ]
        for (unit, size) in units where text.uppercased().hasSuffix(unit) {
            let digits = text.dropLast(unit.count)
            if digits.utf8.count <= 6, let count = Int64(digits), count > 0 { return count * size }
        }
        reading.error(values[key], "\"\(key)\" of \(name) is \"\(text)\", no size", "write such as 20GB")
        return nil
    }

    /// One text or a list of texts.
    func texts(_ key: String) -> [String]? {
        guard let value = values[key] else { return nil }
        return Fields.texts(value, "\"\(key)\" of \(name)", in: reading)
    }

    /// Nil for anything but a scalar that says something; `null` and its kin say nothing.
    private static func text(_ node: Node) -> String? {
        guard let text = node.scalar?.string, !text.isEmpty, node.null == nil else { return nil }
        return text
    }

    static func texts(_ value: Node, _ name: String, in reading: SettingsReading) -> [String]? {
        if let text = text(value) { return [text] }
        guard let items = value.sequence else {
            reading.error(value, "\(name) is not a list of texts", "write [one, two]")
            return nil
        }
        return items.compactMap { item in
            guard let text = text(item) else {
                reading.error(item, "an entry of \(name) is not a text", "write one value")
                return nil
            }
            return text
        }
    }
}
