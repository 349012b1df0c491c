/// Makes the text of a message in Teams what somebody typed: mentions, tags and entities undone.
///
/// The output is in the escapes that ``ChatGrammar`` undoes, so that a `<` that was typed stays one and a link
/// still says where it leads.
enum TeamsText {
    static let bytesMax = 16_000
    private static let inline: Set<String> = [
        "b", "i", "em", "strong", "u", "s", "span", "code", "font", "sub", "sup", "strike",
    ]

    /// - Parameters:
    ///   - text: As the activity has it.
    ///   - own: The mentions that mean the bridge, with their tags; nil if nobody says which they are: then the
    ///     first does, if nothing stands before it.
    /// - Returns: One text, its line ends kept.
    /// - Throws: ``Unreadable`` if it is too long to be looked at.
    static func typed(_ text: String, own: Set<String>?) throws(Unreadable) -> String {
        guard text.utf8.count <= bytesMax else {
            throw Unreadable("teams.text-too-long", "The message is longer than \(bytesMax) bytes.")
        }
        var output = ""
        var rest = text[...]
        var isAddressed = false
        while !rest.isEmpty {
            let start = rest
            guard let tag = Tag(taking: &rest) else {
                output += takeCharacter(&rest)
                continue
            }
            switch (tag.name, tag.isClosing) {
            case ("at", false):
                let name = take(until: "at", &rest)
                let whole = String(start[..<rest.startIndex])
                let isBefore = output.allSatisfy(\.isWhitespace)
                if own?.contains(whole) ?? (isBefore && !isAddressed) {
                    isAddressed = true
                    output += " "
                } else {
                    output += "@" + plain(name)
                }
            case ("a", false): output += link(to: tag.attributes, take(until: "a", &rest))
            case (let name, _) where inline.contains(name): break
            default: output += " "
            }
        }
        return output
    }

    /// `<name …>` or `</name>`; what else begins with `<` is text.
    private struct Tag {
        let name: String
        let isClosing: Bool
        let attributes: Substring

        /// Takes one off the beginning; nil, and nothing taken, if there is none.
        init?(taking rest: inout Substring) {
            guard rest.first == "<" else { return nil }
            var inside = rest.dropFirst()
            isClosing = inside.first == "/"
            if isClosing { inside = inside.dropFirst() }
            let word = inside.prefix { $0.isASCII && ($0.isLetter || $0.isNumber) }
            guard let first = word.first, first.isLetter else { return nil }
            let attributes = inside[word.endIndex...].prefix { $0 != "<" && $0 != ">" }
            guard attributes.first.map({ $0.isWhitespace || $0 == "/" }) ?? true,
                attributes.endIndex < inside.endIndex, inside[attributes.endIndex] == ">"
            else { return nil }
            name = word.lowercased()
            self.attributes = attributes
            rest = inside[inside.index(after: attributes.endIndex)...]
        }
    }

    /// What stands before the closing tag, which is taken as well; all of the rest if there is none.
    private static func take(until name: String, _ rest: inout Substring) -> Substring {
        for close in rest.ranges(of: "</") {
            let word = rest[close.upperBound...].prefix(name.count + 1)
            guard word.lowercased() == "\(name)>" else { continue }
            let inside = rest[..<close.lowerBound]
            rest = rest[word.endIndex...]
            return inside
        }
        defer { rest = rest[rest.endIndex...] }
        return rest
    }

    private static func link(to attributes: Substring, _ inside: Substring) -> String {
        let label = plain(inside)
        let address = attributes.firstMatch(of: /(?i)href\s*=\s*"([^"]*)"/).map { plain($0.output.1) } ?? ""
        guard !address.contains("|"), !label.contains("|") else { return label }
        return "<\(address)|\(label)>"
    }

    /// Tags left out, entities undone, escaped again.
    private static func plain(_ text: Substring) -> String {
        var output = ""
        var rest = text
        while !rest.isEmpty {
            if Tag(taking: &rest) == nil { output += takeCharacter(&rest) }
        }
        return output
    }

    /// One character or one entity, escaped.
    private static func takeCharacter(_ rest: inout Substring) -> String {
        if rest.first == "&" {
            let name = rest.dropFirst().prefix(8).prefix {
                $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "#")
            }
            if name.endIndex < rest.endIndex, rest[name.endIndex] == ";", let meant = entity(name) {
                rest = rest[rest.index(after: name.endIndex)...]
                return escaped(meant)
            }
        }
        return rest.popFirst().map(escaped) ?? ""
    }

    private static func entity(_ name: Substring) -> Character? {
        switch name.lowercased() {
        case "nbsp": return " "
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default: break
        }
        guard name.first == "#" else { return nil }
        let digits = name.dropFirst()
        let isHex = digits.first == "x" || digits.first == "X"
        guard let number = isHex ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits),
            let scalar = Unicode.Scalar(number), number >= 0x20 || [9, 10, 13].contains(number)
        else { return nil }
        return Character(scalar)
    }

    private static func escaped(_ character: Character) -> String {
        switch character {
        case "&": "&amp;"
        case "<": "&lt;"
        case ">": "&gt;"
        default: String(character)
        }
    }
}
