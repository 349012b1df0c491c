import Vocabulary

/// Why a text is not the JSON that was asked for.
///
/// Never carries text of the document itself.
package enum JSONError: Explained, Equatable {
    case tooLarge(bytesMax: Int)
    case tooDeep(line: Int, column: Int, depthMax: Int)
    case tooManyValues(valuesMax: Int)
    case notUTF8(line: Int, column: Int)
    case duplicateKey(line: Int, column: Int)
    case nulCharacter(line: Int, column: Int)
    case numberOutOfRange(line: Int, column: Int)
    case wrongRoot(expected: String)
    /// `what` is the parser's word for it.
    case malformed(line: Int, column: Int, what: String)

    package var code: String {
        switch self {
        case .tooLarge: "json.too-large"
        case .tooDeep: "json.too-deep"
        case .tooManyValues: "json.too-many-values"
        case .notUTF8: "json.not-utf8"
        case .duplicateKey: "json.duplicate-key"
        case .nulCharacter: "json.nul-character"
        case .numberOutOfRange: "json.number-out-of-range"
        case .wrongRoot: "json.wrong-root"
        case .malformed: "json.malformed"
        }
    }

    package var message: String {
        switch self {
        case .tooLarge(let bytesMax):
            "The JSON text is larger than \(bytesMax) bytes."
        case .tooDeep(let line, let column, let depthMax):
            "Line \(line), column \(column): the JSON text is nested deeper than \(depthMax) levels."
        case .tooManyValues(let valuesMax):
            "The JSON text holds more than \(valuesMax) values."
        case .notUTF8(let line, let column):
            "Line \(line), column \(column): the JSON text is not UTF-8."
        case .duplicateKey(let line, let column):
            "Line \(line), column \(column): an object has the same key twice."
        case .nulCharacter(let line, let column):
            "Line \(line), column \(column): a string holds a NUL character."
        case .numberOutOfRange(let line, let column):
            "Line \(line), column \(column): a number is too large to be read exactly."
        case .wrongRoot(let expected):
            "The JSON text is not \(expected)."
        case .malformed(let line, let column, let what):
            "Line \(line), column \(column): this is not JSON: \(what)."
        }
    }

    package var fix: String {
        switch self {
        case .tooLarge, .tooDeep, .tooManyValues:
            "Let the sender leave out what is not needed."
        case .duplicateKey:
            "Look for a template at the sender that pastes text into JSON without escaping it."
        case .notUTF8, .nulCharacter, .numberOutOfRange, .wrongRoot, .malformed:
            "Look at the sender's template: text pasted into JSON must be escaped, numbers beyond 64 bits be strings."
        }
    }
}
