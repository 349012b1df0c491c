/// Undoes what chat clients and Slack do to a typed command (design §7).
enum ChatText {
    /// Longest command that is looked at.
    static let bytesMax = 4_000

    /// Blanks and quotes as a keyboard makes them.
    ///
    /// Escapes and links stay: they mean something yet.
    static func plain(_ text: String) -> String {
        var output = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x201C, 0x201D, 0x201E, 0x201F, 0x2033, 0xAB, 0xBB: output.append("\"")
            case 0x2018, 0x2019, 0x201A, 0x201B, 0x2032: output.append("'")
            case 0xA0, 0x2007, 0x202F, 0x09, 0x0A, 0x0D: output.append(" ")
            // Zero-width marks come along with copied names; nobody sees them.
            case 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF: break
            default: output.unicodeScalars.append(scalar)
            }
        }
        return output.replacing("&nbsp;", with: " ")
    }

    /// Undoes Slack's three escapes, the ampersand last.
    static func unescaped(_ text: String) -> String {
        text.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&amp;", with: "&")
    }

    /// A word of the command proper: an auto-link becomes its label if the label is the link's host.
    ///
    /// `laptop-7.corp.example` is what was typed; Slack sends
    /// `<http://laptop-7.corp.example|laptop-7.corp.example>`. A label that says something else than its
    /// link is refused: what the person saw is not what was sent.
    ///
    /// Where an address of the web may be named (`takesLinks`), a link also counts as where it leads, if it has no
    /// label or one that says the same.
    static func word(
        _ raw: some StringProtocol,
        takesLinks: Bool = false
    ) throws(Misunderstanding) -> String {
        var output = ""
        var rest = raw[...]
        while let open = rest.firstIndex(of: "<") {
            guard let close = rest[open...].firstIndex(of: ">") else { break }
            output += unescaped(String(rest[..<open]))
            let link = rest[rest.index(after: open)..<close]
            if takesLinks, let address = try address(of: link) {
                output += address
            } else {
                output += try label(of: link)
            }
            rest = rest[rest.index(after: close)...]
        }
        return output + unescaped(String(rest))
    }

    /// The free text after `because`: links become their address, mentions their name.
    static func sentence(_ raw: some StringProtocol) -> String {
        var output = ""
        var rest = raw[...]
        while let open = rest.firstIndex(of: "<") {
            guard let close = rest[open...].firstIndex(of: ">") else { break }
            output += unescaped(String(rest[..<open]))
            let parts = rest[rest.index(after: open)..<close].split(separator: "|", maxSplits: 1)
            let target = parts.isEmpty ? "" : String(parts[0])
            if let sign = target.first, "@#".contains(sign) {
                output +=
                    String(sign) + unescaped(parts.count > 1 ? String(parts[1]) : String(target.dropFirst()))
            } else {
                output += unescaped(target)
            }
            rest = rest[rest.index(after: close)...]
        }
        return output + unescaped(String(rest))
    }

    /// Where a link leads, as its label shows it; nil for a link whose label says something else.
    private static func address(of link: some StringProtocol) throws(Misunderstanding) -> String? {
        let parts = link.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
        let target = unescaped(String(parts[0]))
        let folded = target.lowercased()
        guard folded.hasPrefix("http://") || folded.hasPrefix("https://"),
            parts.count == 1 || unescaped(String(parts[1])) == target
        else { return nil }
        // A comma would end it and begin another.
        guard !target.contains(",") else {
            throw Misunderstanding("A URL with a comma in it is not read. Write the comma as %2C.")
        }
        return target
    }

    private static func label(of link: some StringProtocol) throws(Misunderstanding) -> String {
        let parts = link.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2, let host = host(of: String(parts[0])) {
            let label = unescaped(String(parts[1]))
            if label.lowercased() == host { return label }
        }
        throw Misunderstanding(
            "A link stands where a name should; its label is not the host that it leads to. "
                + "Type the machine's name without a link."
        )
    }

    /// The host of a bare web address, lower case; nil if it has a path, a user, a port or anything else.
    private static func host(of address: String) -> String? {
        let folded = address.lowercased()
        for scheme in ["http://", "https://"] where folded.hasPrefix(scheme) {
            let host = folded.dropFirst(scheme.count)
            let bare = host.hasSuffix("/") ? host.dropLast() : host
            let isBare = !bare.isEmpty && !bare.contains { "/@:?#\\".contains($0) || $0.isWhitespace }
            return isBare ? String(bare) : nil
        }
        return nil
    }
}

/// A command that is not one: what was not understood, the nearest word, the right form.
package struct Misunderstanding: Error, Equatable {
    /// What the person is answered.
    ///
    /// Quotes what they typed; escape it for the medium.
    package let words: String

    init(_ words: String) {
        self.words = words
    }
}
