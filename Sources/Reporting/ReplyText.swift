/// Cuts text for a provider's limit.
enum ReplyText {
    private static let mark = " … (cut)"

    /// The text, cut between two characters as people see them, and saying so.
    ///
    /// Counted in UTF-16 units, the largest count that any provider may mean.
    static func cut(_ text: String, to unitsMax: Int) -> String {
        guard text.utf16.count > unitsMax else { return text }
        var kept = ""
        var units = mark.utf16.count
        for character in text {
            units += String(character).utf16.count
            guard units <= unitsMax else { break }
            kept.append(character)
        }
        return kept + mark
    }

    /// Whether a repeat of this entry may be a second one, as people are told.
    static func marked(_ text: String, isRepeated: Bool) -> String {
        isRepeated ? text + " (repeated: the first try may have arrived)" : text
    }
}
