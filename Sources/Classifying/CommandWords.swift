/// The words of a command, one after the other, and at last the rest as a sentence.
struct CommandWords {
    private var rest: Substring

    init(_ text: String) {
        rest = text[...]
    }

    /// The next word with links and escapes undone, or nil at the end.
    ///
    /// Where `takesLinks`, an address of the web may stand as a link; see ``ChatText/word(_:takesLinks:)``.
    mutating func next(takesLinks: Bool = false) throws(Misunderstanding) -> String? {
        rest = rest.drop { $0.isWhitespace }
        guard !rest.isEmpty else { return nil }
        let word = rest.prefix(upTo: endOfWord())
        rest = rest[word.endIndex...]
        return try ChatText.word(word, takesLinks: takesLinks)
    }

    /// True if the next word begins with a comma, as in `a , b`.
    var upcomingStartsWithComma: Bool {
        rest.first { !$0.isWhitespace } == ","
    }

    /// Everything that is left as one sentence, or nil if nothing is; at most the bound of a reason.
    mutating func takeRest() -> String? {
        let sentence = ChatText.sentence(rest)
            .split(whereSeparator: \.isWhitespace).joined(separator: " ")
        rest = ""
        return sentence.isEmpty ? nil : String(sentence.prefix(ChatGrammar.reasonCharactersMax))
    }

    /// A blank inside `<…>` does not end a word, so that a link is looked at whole, nor one in a value that
    /// stands in quotes, as in `tag="under review"`; two quotes inside quotes are one that is meant.
    private func endOfWord() -> Substring.Index {
        var isInLink = false
        var isInQuotes = false
        var last: Character = " "
        var index = rest.startIndex
        while index < rest.endIndex {
            let character = rest[index]
            let next = rest.index(after: index)
            switch character {
            case "<": isInLink = true
            case ">": isInLink = false
            case "\"" where isInQuotes && next < rest.endIndex && rest[next] == "\"": index = next
            case "\"": isInQuotes = !isInQuotes && last == "="
            case _ where character.isWhitespace && !isInLink && !isInQuotes: return index
            default: break
            }
            last = character
            index = rest.index(after: index)
        }
        // An angle bracket or a quote that is never closed protects nothing.
        guard isInLink || isInQuotes else { return rest.endIndex }
        return rest.firstIndex { $0.isWhitespace } ?? rest.endIndex
    }
}
