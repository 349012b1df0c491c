/// The words of a command, one after the other, and at last the rest as a sentence.
struct CommandWords {
    private var rest: Substring

    init(_ text: String) {
        rest = text[...]
    }

    /// The next word with links and escapes undone, or nil at the end.
    mutating func next() throws(Misunderstanding) -> String? {
        rest = rest.drop { $0.isWhitespace }
        guard !rest.isEmpty else { return nil }
        let word = rest.prefix(upTo: endOfWord())
        rest = rest[word.endIndex...]
        return try ChatText.word(word)
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

    /// A blank inside `<…>` does not end a word, so that a link is looked at whole.
    private func endOfWord() -> Substring.Index {
        var isInLink = false
        for index in rest.indices {
            switch rest[index] {
            case "<": isInLink = true
            case ">": isInLink = false
            case let character where character.isWhitespace && !isInLink: return index
            default: break
            }
        }
        // An angle bracket that is never closed protects nothing.
        return isInLink ? rest.firstIndex { $0.isWhitespace } ?? rest.endIndex : rest.endIndex
    }
}
