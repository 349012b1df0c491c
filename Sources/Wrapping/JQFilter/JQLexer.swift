/// Finds the words of a jq program as jq's own lexer would, through nested strings and interpolations.
struct JQLexer {
    /// A function name, keyword, object key or variable.
    struct Word: Equatable {
        let text: String
        let isVariable: Bool
        /// True for the key of an object construction, which calls nothing.
        let isKey: Bool
        let line: Int
        let column: Int
    }

    private enum Bracket {
        case round
        case square
        case curly
        /// The round bracket of `\(…)` inside a string.
        case interpolation
    }

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var lineStart = 0
    private var brackets: [Bracket] = []
    private var isInString = false
    /// True right after `{`, or after `,` directly inside `{`: there a word is a key.
    private var isKeyPlace = false

    init(_ program: String) {
        bytes = Array(program.utf8)
    }

    /// The next word, or nil at the end.
    mutating func nextWord() -> Word? {
        while position < bytes.count {
            if isInString {
                skipString()
                continue
            }
            let byte = bytes[position]
            if Self.isBlank(byte) || byte == UInt8(ascii: "#") {
                skipBlanksAndComments()
            } else if byte == UInt8(ascii: "$") {
                advance()
                skipBlanksAndComments()
                isKeyPlace = false
                if let word = takeWord(isVariable: true, isKey: false) { return word }
            } else if Self.startsName(byte) {
                let isKey = isKeyPlace
                isKeyPlace = false
                if let word = takeWord(isVariable: false, isKey: isKey) { return word }
            } else if byte == UInt8(ascii: ".") {
                skipField()
            } else if byte == UInt8(ascii: "@") {
                skipFormat()
            } else if Self.isDigit(byte) {
                skipNumber()
            } else {
                takeSign(byte)
            }
        }
        return nil
    }

    private mutating func takeSign(_ byte: UInt8) {
        let wasCurlyComma = byte == UInt8(ascii: ",") && brackets.last == .curly
        switch byte {
        case UInt8(ascii: "\""): isInString = true
        case UInt8(ascii: "("): brackets.append(.round)
        case UInt8(ascii: "["): brackets.append(.square)
        case UInt8(ascii: "{"): brackets.append(.curly)
        case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
            if brackets.popLast() == .interpolation { isInString = true }
        default: break
        }
        isKeyPlace = byte == UInt8(ascii: "{") || wasCurlyComma
        advance()
    }

    /// Runs through text up to its end or the next interpolation.
    private mutating func skipString() {
        while position < bytes.count {
            let byte = bytes[position]
            advance()
            if byte == UInt8(ascii: "\"") {
                isInString = false
                return
            }
            if byte == UInt8(ascii: "\\"), position < bytes.count {
                let isInterpolation = bytes[position] == UInt8(ascii: "(")
                advance()
                if isInterpolation {
                    brackets.append(.interpolation)
                    isInString = false
                    isKeyPlace = false
                    return
                }
            }
        }
    }

    /// `.name` is a field only without a blank between; `..` is the recursion; `.5` a number.
    private mutating func skipField() {
        isKeyPlace = false
        advance()
        guard position < bytes.count else { return }
        if bytes[position] == UInt8(ascii: ".") {
            advance()
        } else if Self.startsName(bytes[position]) {
            while position < bytes.count, Self.continuesName(bytes[position]) { advance() }
        } else if Self.isDigit(bytes[position]) {
            skipNumber()
        }
    }

    private mutating func skipFormat() {
        isKeyPlace = false
        advance()
        while position < bytes.count, Self.continuesName(bytes[position]) { advance() }
    }

    /// Digits, point and exponent, so that the `e` of `1e9` is no word.
    private mutating func skipNumber() {
        isKeyPlace = false
        while position < bytes.count, Self.isDigit(bytes[position]) || bytes[position] == UInt8(ascii: ".") {
            advance()
        }
        guard position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") else { return }
        var ahead = position + 1
        if ahead < bytes.count, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[ahead]) { ahead += 1 }
        guard ahead < bytes.count, Self.isDigit(bytes[ahead]) else { return }
        while position < ahead { advance() }
        while position < bytes.count, Self.isDigit(bytes[position]) { advance() }
    }

    /// A name; of `a::b` the last part counts.
    private mutating func takeWord(isVariable: Bool, isKey: Bool) -> Word? {
        let start = position
        let column = position - lineStart + 1
        while position < bytes.count, Self.continuesName(bytes[position]) {
            advance()
            if position + 2 < bytes.count, bytes[position] == UInt8(ascii: ":"),
                bytes[position + 1] == UInt8(ascii: ":"), Self.startsName(bytes[position + 2])
            {
                return nil
            }
        }
        guard position > start else { return nil }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        return Word(text: text, isVariable: isVariable, isKey: isKey, line: line, column: column)
    }

    private mutating func skipBlanksAndComments() {
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "#") {
                while position < bytes.count, bytes[position] != 0x0A { advance() }
            } else if Self.isBlank(bytes[position]) {
                advance()
            } else {
                return
            }
        }
    }

    private mutating func advance() {
        if bytes[position] == 0x0A {
            line += 1
            lineStart = position + 1
        }
        position += 1
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func startsName(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "_")
    }

    private static func continuesName(_ byte: UInt8) -> Bool { startsName(byte) || isDigit(byte) }
}
