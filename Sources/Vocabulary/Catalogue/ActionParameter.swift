import Foundation
import Vocabulary

/// One parameter of an action, said as `with name=value`.
package struct ActionParameter: Sendable, Hashable {
    /// What may stand behind the sign.
    package enum Domain: Sendable, Hashable {
        /// One of these words, compared without regard to case and passed on as spelled here.
        ///
        /// Without a default it must be said.
        case words([String], defaultValue: String?)
        /// A moment in UTC as ISO 8601 writes it, passed on digit by digit; it must be said.
        case moment
        /// Any text of one line with at most so many characters; it must be said.
        case text(charactersMax: Int)
        /// Any text of several lines with at most so many bytes, passed on as it is; it must be said.
        case document(bytesMax: Int)
        /// Exactly so many hexadecimal digits, kept in lower case; it must be said.
        case hexadecimal(digits: Int)
        /// The name of a file in the live-response library; it must be said.
        case libraryFile
        /// An absolute path on a machine, kept to the letter; it must be said.
        case path
        /// What a script is given, kept to the letter.
        case arguments(charactersMax: Int)
    }

    package let name: String
    package let summary: String
    package let domain: Domain
    /// True if it may be left out although nothing stands in for it.
    package var isOptional = false
    /// Words that a grant must name under `with`: one that says nothing of the parameter does not give them.
    package var mustBeGranted: Set<String> = []
    /// What every line of a document is, where it is a list: then comments, blank lines and repetitions fall away.
    package var linesOf: SubjectKind?

    /// True if it must be said.
    package var isRequired: Bool { defaultValue == nil && !isOptional }

    /// True for a text of several lines, such as comes in a file.
    package var isDocument: Bool { if case .document = domain { true } else { false } }

    /// True if any text will do within its bounds.
    package var isFreeText: Bool { values.isEmpty }

    /// The words that it may be; empty for a free text.
    package var values: [String] {
        switch domain {
        case .words(let words, _): words
        default: []
        }
    }

    /// What holds where nothing is said; nil for a parameter that must be said.
    package var defaultValue: String? {
        if case .words(_, let word) = domain { word } else { nil }
    }

    /// The longest free text; nil for one of some words.
    package var charactersMax: Int? {
        switch domain {
        case .text(let most), .document(let most), .arguments(let most): most
        case .libraryFile: Self.libraryFileCharactersMax
        case .path: Self.pathCharactersMax
        case .words, .moment, .hexadecimal: nil
        }
    }

    /// True if another spelling is another value: case and accents count on some machines.
    package var isExact: Bool {
        switch domain {
        case .path, .arguments: true
        case .words, .moment, .text, .document, .hexadecimal, .libraryFile: false
        }
    }

    /// What may be said, as forms of commands show it: `Full|Selective`, `<tag>`.
    package var placeholder: String { isFreeText ? "<\(name)>" : values.joined(separator: "|") }

    /// What may be said, in words, to go after "is" or "write".
    package var expectation: String {
        switch domain {
        case .words(let words, _): "one of \(words.joined(separator: ", "))"
        case .moment: "a time in UTC such as 2026-11-02T09:14:07.1234567Z"
        case .text(let most): "1 to \(most) characters on one line, without \", < and >"
        case .document(let most): "1 to \(most) bytes of text"
        case .hexadecimal(let digits): "\(digits) hexadecimal digits"
        case .libraryFile:
            "the name of a file in the library: 1 to \(Self.libraryFileCharactersMax) letters, digits, -, _ and ."
        case .path:
            "a whole path such as C:\\Temp\\out.zip or /var/log/syslog, at most \(Self.pathCharactersMax) "
                + "characters, without .., \", < and >"
        case .arguments(let most):
            "1 to \(most) characters on one line, without < and >; in quotes a quote is written twice"
        }
    }

    /// The value as it is kept and passed on; nil for what it cannot be.
    ///
    /// Of a free text runs of blanks become one, and accents are composed: two texts that look the same are the
    /// same. Marks that nobody sees are refused, and so are the characters that a typed command could not say.
    package func canonical(_ text: String) -> String? {
        switch domain {
        case .moment:
            let isMoment =
                text.wholeMatch(of: /[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,7})?Z/)
                != nil
            return isMoment && Timestamp(iso8601: text) != nil ? text : nil
        case .words(let words, _):
            let folded = text.lowercased()
            return words.first { $0.lowercased() == folded }
        case .hexadecimal(let digits):
            let isPlain =
                text.utf8.count == digits
                && text.utf8.allSatisfy { byte in
                    (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte)
                        || (0x61...0x66).contains(byte)
                }
            return isPlain ? text.lowercased() : nil
        case .document(let most):
            let isPlain = text.unicodeScalars.allSatisfy { $0 == "\n" || $0 == "\t" || $0.value >= 0x20 }
            return (1...most).contains(text.utf8.count) && isPlain ? text : nil
        case .libraryFile: return Self.libraryFile(text)
        case .path: return Self.path(text)
        case .arguments(let most): return Self.arguments(text, most)
        case .text(let most):
            // Looked at before anything is made of it: a payload may hold megabytes.
            guard text.utf8.count <= most * 16 else { return nil }
            guard Self.isPlain(text, without: ["\"", "<", ">"]) else { return nil }
            let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
                .precomposedStringWithCanonicalMapping
            return (1...most).contains(line.count) ? line : nil
        }
    }

    /// True for characters that everybody sees, none of `refused` among them.
    static func isPlain(_ text: String, without refused: Set<Unicode.Scalar>) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
                .unassigned:
                false
            default: !refused.contains(scalar)
            }
        }
    }

    /// `name=value` as a command says it, in quotes where a blank would end the word; a quote inside is doubled.
    package static func spelled(_ name: String, _ value: String) -> String {
        guard value.contains(where: { $0.isWhitespace || $0 == "\"" }) else { return "\(name)=\(value)" }
        return "\(name)=\"\(value.replacing("\"", with: "\"\""))\""
    }

    /// What stands in quotes, with each pair inside read as one; anything else as it is.
    package static func unquoted(_ value: some StringProtocol) -> String {
        guard value.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") else { return String(value) }
        return String(value.dropFirst().dropLast()).replacing("\"\"", with: "\"")
    }
}
