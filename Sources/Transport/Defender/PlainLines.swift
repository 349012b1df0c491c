/// Foreign text made fit to be shown: no control characters, no marks that nobody sees, few lines, few characters.
package enum PlainLines {
    /// The first lines that say something.
    ///
    /// Blanks at their ends are dropped, tabs become blanks, and `…` stands where something was cut.
    package static func of(_ text: String, linesMax: Int, charactersMax: Int) -> String {
        var lines: [String] = []
        var left = charactersMax
        var isCut = false
        // Looked at in pieces: a transcript may hold megabytes.
        for line in text.prefix(charactersMax * 8).split(
            omittingEmptySubsequences: true,
            whereSeparator: \.isNewline
        ) {
            let shown = plain(line)
            guard !shown.isEmpty else { continue }
            guard lines.count < linesMax, left > 0 else {
                isCut = true
                break
            }
            lines.append(String(shown.prefix(left)))
            isCut = shown.count > left
            left -= shown.count
        }
        if !isCut, text.dropFirst(charactersMax * 8).contains(where: { !$0.isWhitespace }) { isCut = true }
        return lines.joined(separator: "\n") + (isCut ? "…" : "")
    }

    private static func plain(_ line: Substring) -> String {
        var out = ""
        for scalar in line.unicodeScalars {
            switch scalar.properties.generalCategory {
            case _ where scalar == "\t": out += " "
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
                break
            default: out.unicodeScalars.append(scalar)
            }
        }
        while out.last?.isWhitespace == true { out.removeLast() }
        return out
    }
}
