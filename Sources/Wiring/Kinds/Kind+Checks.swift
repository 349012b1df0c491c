import Vocabulary

/// What is wrong, or risky, in the settings of one source, by what only its kind knows.
enum KindProblem: Sendable {
    /// The key it stands under: one of the source's, or `reply` for all in there.
    case error(_ key: String, _ what: String, _ fix: String)
    case warning(_ key: String, _ what: String, _ fix: String)
}

extension Settings.Reply {
    /// The value of a key that is one of a few words; nil for no word or another.
    func chosen<Word: RawRepresentable>(_ key: String) -> Word? where Word.RawValue == String {
        options[key].flatMap(Word.init)
    }
}

extension Settings.Source {
    /// An error if a key of `reply` is there and none of these words.
    func choice<Word: RawRepresentable>(_ key: String, of words: [Word]) -> KindProblem?
    where Word.RawValue == String {
        guard let value = reply.options[key], Word(rawValue: value) == nil else { return nil }
        let known = words.map(\.rawValue).joined(separator: " or ")
        return .error("reply", "\"\(key)\" is \"\(value)\"", "write \(known)")
    }
}
