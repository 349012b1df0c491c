import Foundation

/// What a session on a machine may be told: file names, paths, and what a script is given.
///
/// A path or an argument of another spelling is another one, so nothing is folded or composed here. `<` and `>` are
/// refused in both: chats write links with them, so nobody could say them there, and no shell needs them for a plain
/// value. A double quote is no part of a path on Windows; an argument needs it for a path with blanks, and so it can
/// be said, twice inside quotes: a backslash before it would end every quoted folder (`"C:\\Temp\\"`) in the wrong
/// place.
extension ActionParameter {
    /// Longest name of a file in the library; ours, for no page names a limit.
    static let libraryFileCharactersMax = 255
    /// Longest path; ours.
    static let pathCharactersMax = 512

    /// Letters, digits, `-`, `_` and `.`, as the library's page demands; no dot in front.
    static func libraryFile(_ text: String) -> String? {
        let isName = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || [0x2D, 0x2E, 0x5F].contains(byte)
        }
        guard isName, (1...libraryFileCharactersMax).contains(text.utf8.count), !text.hasPrefix(".") else {
            return nil
        }
        return text
    }

    /// A drive with a folder, or a path from the root; no step leads back, so that what people agree to is what is
    /// fetched.
    static func path(_ text: String) -> String? {
        guard text.utf8.count <= pathCharactersMax * 4, text.count <= pathCharactersMax,
            isPlain(text, without: ["\"", "<", ">", "|", "*", "?"]), text.first?.isWhitespace == false,
            text.last?.isWhitespace == false
        else { return nil }
        let bytes = Array(text.utf8)
        let separators: Set<Character>
        if bytes.first == 0x2F {
            separators = ["/"]
        } else if bytes.count > 3, (0x41...0x5A).contains(bytes[0] & 0xDF), bytes[1] == 0x3A,
            bytes[2] == 0x5C || bytes[2] == 0x2F
        {
            separators = ["\\", "/"]
        } else {
            return nil
        }
        let steps = text.split(whereSeparator: { separators.contains($0) })
        guard !steps.isEmpty, !steps.contains(where: { $0 == "." || $0 == ".." }),
            let last = text.last, !separators.contains(last)
        else { return nil }
        return text
    }

    static func arguments(_ text: String, _ most: Int) -> String? {
        guard text.utf8.count <= most * 16, isPlain(text, without: ["<", ">"]) else { return nil }
        let kept = text.trimmingCharacters(in: .whitespaces)
        return (1...most).contains(kept.count) ? kept : nil
    }
}
