import Foundation
import Vocabulary

/// Draws the demonstration on a terminal: headings, a column of words on the left, text wrapped on the right.
///
/// Everything shown passes here, where foreign text is made harmless. Colours only where they were asked for.
struct DemoPage: Sendable {
    enum Ink: String, Sendable {
        case plain = ""
        case bold = "1"
        case faint = "2"
        case good = "32"
        case bad = "31"
        case warning = "33"
    }

    static let width = 96
    private static let wordWidth = 11
    private static let indent = "  "

    let isColoured: Bool
    private let output: @Sendable (String) throws -> Void

    /// - Parameters:
    ///   - isColoured: True to send codes of colour.
    ///   - output: Takes one line, without its end.
    init(isColoured: Bool, output: @escaping @Sendable (String) throws -> Void) {
        self.isColoured = isColoured
        self.output = output
    }

    func title(_ text: String) throws {
        try output("")
        try output(inked(TerminalText.line(text), .bold))
    }

    /// Begins a part of the story.
    func heading(_ text: String) throws {
        let line = "── \(TerminalText.line(text)) "
        let rest = String(repeating: "─", count: max(3, Self.width - line.count))
        try output("")
        try output(inked(line, .bold) + inked(rest, .faint))
    }

    func paragraph(_ text: String) throws {
        for line in Self.wrapped(TerminalText.line(text), to: Self.width - Self.indent.count) {
            try output(Self.indent + line)
        }
    }

    /// A word on the left, text on the right; the word is left out for a line that goes on.
    func say(_ word: String, _ text: String, _ ink: Ink = .plain) throws {
        let room = Self.width - Self.indent.count - Self.wordWidth
        for (index, line) in Self.wrapped(TerminalText.line(text), to: room).enumerated() {
            try output(Self.left(index == 0 ? word : "", isColoured) + inked(line, ink))
        }
    }

    /// What somebody reads elsewhere: in chat, on a ticket.
    func quote(_ word: String, _ text: String) throws {
        let room = Self.width - Self.indent.count - Self.wordWidth - 2
        var isFirst = true
        for part in text.split(separator: "\n", omittingEmptySubsequences: true) {
            for line in Self.wrapped(TerminalText.line(String(part)), to: room) {
                try output(Self.left(isFirst ? word : "", isColoured) + inked("│ ", .faint) + line)
                isFirst = false
            }
        }
    }

    /// A state with its time and what belongs to it.
    func moment(_ word: String, after: Duration, _ state: String, _ text: String) throws {
        let ink: Ink =
            switch state {
            case "succeeded": .good
            case "refused", "failed", "timed-out": .bad
            case "cancelled", "held": .warning
            default: .plain
            }
        let name = TerminalText.line(state)
        let isLast = text.isEmpty
        let padded = isLast ? name : name + String(repeating: " ", count: max(0, 12 - name.count))
        let head = Self.left(word, isColoured) + inked(Self.spoken(after), .faint) + "  "
        let room = Self.width - Self.indent.count - Self.wordWidth - 22
        let lines = Self.wrapped(TerminalText.line(text), to: room)
        try output(head + inked(padded, ink) + (lines.first ?? ""))
        let margin = String(repeating: " ", count: Self.indent.count + Self.wordWidth + 22)
        for line in lines.dropFirst() { try output(margin + line) }
    }

    // MARK: Parts

    /// Such as `+ 1.25 s`, eight characters up to 99 s.
    static func spoken(_ duration: Duration) -> String {
        let hundredths = max(0, (duration.wholeMilliseconds + 5) / 10)
        let fraction = String(hundredths % 100)
        let whole = String(hundredths / 100)
        let padding = String(repeating: " ", count: max(0, 2 - whole.count))
        return "+\(padding)\(whole).\(fraction.count == 1 ? "0" : "")\(fraction) s"
    }

    /// Breaks at blanks; a word longer than the room keeps its line to itself.
    static func wrapped(_ text: String, to room: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if line.isEmpty {
                line = String(word)
            } else if line.count + 1 + word.count <= room {
                line += " " + word
            } else {
                lines.append(line)
                line = String(word)
            }
        }
        return lines + [line]
    }

    private static func left(_ word: String, _ isColoured: Bool) -> String {
        let padded = word + String(repeating: " ", count: max(1, wordWidth - word.count))
        return indent + (isColoured && !word.isEmpty ? "\u{1B}[2m\(padded)\u{1B}[0m" : padded)
    }

    private func inked(_ text: String, _ ink: Ink) -> String {
        isColoured && ink != .plain ? "\u{1B}[\(ink.rawValue)m\(text)\u{1B}[0m" : text
    }
}
