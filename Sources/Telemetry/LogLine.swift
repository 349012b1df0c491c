import Logging
import Vocabulary

/// How log lines are written.
package enum LogFormat: String, Sendable, CaseIterable {
    /// For people: time, level, message, then `key=value`.
    case text
    /// For programs: one JSON object a line.
    case json
}

/// One event as one line, whatever it holds: control characters are escaped and long values are cut.
struct LogLine {
    /// Longer values end in `…`.
    static let valueCharactersMax = 2_000

    let at: Timestamp
    let level: Logger.Level
    let label: String
    let message: String
    let fields: [(key: String, value: String)]

    func rendered(as format: LogFormat, colours: Bool) -> String {
        switch format {
        case .text: text(colours: colours)
        case .json: json
        }
    }

    private func text(colours: Bool) -> String {
        let name = level.rawValue.uppercased().padded(to: 8)
        let shown = colours ? "\u{1B}[\(level.colour)m\(name)\u{1B}[0m" : name
        var line = "\(at.iso8601) \(shown) \(Self.escaped(Self.cut(message), quotes: false))"
        for (key, value) in fields {
            let escaped = Self.escaped(Self.cut(value), quotes: true)
            let isBare = !value.isEmpty && escaped == value && !value.contains(" ") && !value.contains("=")
            line += " \(Self.escaped(key, quotes: false))=\(isBare ? value : "\"\(escaped)\"")"
        }
        return line
    }

    private var json: String {
        var members = [
            ("at", at.iso8601), ("level", level.rawValue), ("logger", label), ("message", Self.cut(message)),
        ]
        let reserved = members.map(\.0)
        for (key, value) in fields {
            members.append((reserved.contains(key) ? "\(key)_" : key, Self.cut(value)))
        }
        let written = members.map { key, value in
            "\"\(Self.escaped(key, quotes: true))\":\"\(Self.escaped(value, quotes: true))\""
        }
        return "{\(written.joined(separator: ","))}"
    }

    private static func cut(_ text: String) -> String {
        text.count > valueCharactersMax ? text.prefix(valueCharactersMax) + "…" : text
    }

    /// Escapes as JSON does, and also what would reorder or break a line on a terminal.
    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"" where quotes, "\\" where quotes: result += "\\\(scalar)"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where isHidden(scalar):
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: max(4 - digits.count, 0)) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Controls, line and paragraph separators, and marks of writing direction; all below U+10000.
    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F, 0x061C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x2069, 0xFEFF: true
        default: false
        }
    }
}

extension Logger.Level {
    fileprivate var colour: Int {
        switch self {
        case .trace, .debug: 90
        case .info: 32
        case .notice: 36
        case .warning: 33
        case .error, .critical: 31
        }
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(width - count, 0))
    }
}
