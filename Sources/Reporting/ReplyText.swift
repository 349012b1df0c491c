/// Makes text fit to be shown by a provider.
enum ReplyText {
    private static let mark = " … (cut)"

    /// The text, cut between two characters as people see them, and saying so.
    ///
    /// Counted in UTF-16 units, the largest count that any provider may mean. Control characters become blanks,
    /// and marks that turn the direction of writing are left out: foreign text cannot reorder ours.
    static func cut(_ text: String, to unitsMax: Int) -> String {
        // Nothing beyond a few times the limit is looked at, however long the text is.
        let cleaned = clean(String(text.unicodeScalars.prefix(unitsMax * 2 + 1)))
        guard cleaned.utf16.count > unitsMax else { return cleaned }
        var kept = ""
        var units = mark.utf16.count
        for character in cleaned {
            units += String(character).utf16.count
            guard units <= unitsMax else { break }
            kept.append(character)
        }
        return kept + mark
    }

    /// The text of a notice whose earlier try may have arrived says so.
    static func marked(_ text: String, isRepeated: Bool) -> String {
        isRepeated ? text + " (repeated: the first try may have arrived)" : text
    }

    private static func clean(_ text: String) -> String {
        var kept = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0A: kept.append(scalar)
            case 0x0D, 0x202A...0x202E, 0x2066...0x2069: continue
            case 0..<0x20, 0x7F..<0xA0: kept.append(" ")
            default: kept.append(scalar)
            }
        }
        return String(kept)
    }
}
