/// The shape of a JSON text, found by one pass without recursion, before a parser sees it.
///
/// The parser's own depth limit is fixed when it is compiled and far too generous; a text that is not JSON
/// may pass here, it will not pass there.
enum JSONOutline {
    static func check(_ bytes: [UInt8], depthMax: Int, valuesMax: Int) throws(JSONError) {
        var depth = 0
        var values = 1
        var isInString = false
        var isEscaped = false
        var line = 1
        var lineStart = 0
        for (index, byte) in bytes.enumerated() {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                values += 1
                if depth > depthMax {
                    throw .tooDeep(line: line, column: index - lineStart + 1, depthMax: depthMax)
                }
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            case UInt8(ascii: ","): values += 1
            case UInt8(ascii: "\n"):
                line += 1
                lineStart = index + 1
            default: break
            }
            if values > valuesMax { throw .tooManyValues(valuesMax: valuesMax) }
        }
    }
}
