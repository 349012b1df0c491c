/// What jq says of a failed program, without the values it quotes: those are the sender's, and may be secret.
enum JQComplaint {
    private static let kinds: Set<String> = ["null", "boolean", "number", "string", "array", "object"]
    private static let verbs: Set<String> = [
        "cannot", "index", "iterate", "over", "with", "and", "be", "added", "subtracted", "multiplied",
        "divided", "parsed", "as", "a", "has", "no", "keys", "length", "sorted", "not", "an", "is", "valid",
        "matched", "it", "because", "zero", "divisor", "the", "check", "whether", "key", "containment",
        "checked", "out", "of", "bounds", "negative", "array", "indices", "must", "only",
    ]

    /// Keeps the words that jq itself uses and the kinds of values; everything else goes.
    ///
    /// A program's own `error("…")` may say anything, so a message that does not begin like one of jq's is
    /// not repeated at all.
    static func withoutValues(_ message: String) -> String {
        let words = message.split(separator: " ").map { $0.lowercased() }
        guard let first = words.first, first == "cannot" || kinds.contains(first) else {
            return "it raised an error"
        }
        let kept = words.filter { kinds.contains($0) || verbs.contains($0) }
        return kept.count < 3 ? "it raised an error" : kept.prefix(12).joined(separator: " ")
    }
}
