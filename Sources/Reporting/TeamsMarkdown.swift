/// Makes foreign text plain in what Teams reads as Markdown: messages and cards.
///
/// Marks are escaped where Teams takes a backslash; what else draws, links or addresses anybody is broken by a
/// zero-width space, which the grammar leaves out again when somebody copies a name.
///
/// - Source: `reference/webhook-replies.md` §§2, 9.
enum TeamsMarkdown {
    private static let breaker = "\u{200B}"

    /// One line or several.
    static func escaped(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(escapedLine).joined(separator: "\n")
    }

    private static func escapedLine(_ line: Substring) -> String {
        var output = ""
        // A list, a heading, a quotation or a block of code begins a line.
        if let first = line.first, first.isASCII, !first.isLetter { output += breaker }
        var before: Character?
        for character in line {
            switch character {
            case "\\", "*", "_", "[", "]", "(", ")", "`": output += "\\" + String(character)
            // A tag, an entity, a word that is filled in, struck out text, a table.
            case "<", "&", "{", "~", "|", "@": output += String(character) + breaker
            case "/" where before == ":": output += breaker + "/"
            default: output.append(character)
            }
            before = character
        }
        return output
    }
}
