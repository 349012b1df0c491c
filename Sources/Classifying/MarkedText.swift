/// Reads what people typed out of the HTML that an editor made of it.
enum MarkedText {
    private static let lineTags: Set<String> = [
        "br", "p", "div", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "hr",
    ]
    /// What stands in these was not typed here.
    private static let foreignTags: Set<String> = [
        "blockquote", "script", "style", "head", "title", "del", "s",
    ]
    private static let names: [String: Character] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ",
    ]

    /// The text without tags, a line for each block; quotations of others are left out.
    static func plain(_ html: String) -> String {
        var text = ""
        var rest = html[...]
        var foreignDepth = 0
        while let character = rest.first {
            switch character {
            case "<":
                guard let end = rest.firstIndex(of: ">") else { return text }
                let tag = rest[rest.index(after: rest.startIndex)..<end]
                rest = rest[rest.index(after: end)...]
                let isEnd = tag.first == "/"
                let name = tag.drop { $0 == "/" }.prefix { $0.isLetter || $0.isNumber }.lowercased()
                if foreignTags.contains(name) {
                    foreignDepth = max(0, foreignDepth + (isEnd ? -1 : 1))
                    text.append("\n")
                } else if lineTags.contains(name) {
                    text.append("\n")
                }
            case "&":
                let (decoded, after) = entity(rest)
                if foreignDepth == 0 { text.append(decoded) }
                rest = after
            default:
                if foreignDepth == 0 { text.append(character.isNewline ? " " : character) }
                rest = rest.dropFirst()
            }
        }
        return text
    }

    /// What an `&…;` stands for, and the text after it; what is none stands for itself.
    private static func entity(_ rest: Substring) -> (Character, Substring) {
        let body = rest.dropFirst().prefix(10)
        guard let end = body.firstIndex(of: ";") else { return ("&", rest.dropFirst()) }
        let name = body[..<end]
        let after = rest[rest.index(after: end)...]
        if let known = names[String(name)] { return (known, after) }
        if name.hasPrefix("#") {
            let digits = name.dropFirst()
            let isHex = digits.first == "x" || digits.first == "X"
            let code = isHex ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
            if let code, code >= 0x20, let scalar = UnicodeScalar(code) { return (Character(scalar), after) }
        }
        return ("&", rest.dropFirst())
    }
}
