import JSONReader

/// What Defender says of a script that ran: read leniently, for its JSON holds what JSON may not.
///
/// The documentation's own sample has raw line breaks and NULs inside its texts, so both are mended before it is read;
/// everything else must be right.
///
/// - Source: `reference/defender-api.md` §3.6.
package struct ScriptTranscript: Sendable, Hashable {
    package let script: String?
    /// Nil where the transcript does not say.
    package let exitCode: Int64?
    /// Foreign text.
    package let output: String
    /// Foreign text.
    package let errors: String

    /// Nil for what is no transcript even so.
    package init?(_ bytes: [UInt8]) {
        let mended = Self.mended(bytes)
        guard let value = try? JSONReader.read(mended, root: .object, bytesMax: mended.count),
            ["exit_code", "script_output", "script_errors"].contains(where: { value[$0] != nil })
        else { return nil }
        script = value["script_name"]?.string
        exitCode =
            value["exit_code"]?.integer ?? value["exit_code"]?.string.flatMap { Int64($0) }
            ?? value["exit_code"]?.number.flatMap { Int64(exactly: $0) }
        output = Self.text(value["script_output"])
        errors = Self.text(value["script_errors"])
    }

    private static func text(_ value: JSONValue?) -> String {
        guard let value, !value.isNull else { return "" }
        return value.string ?? value.encodedText
    }

    /// Escapes control characters inside texts and drops NULs, written out or escaped, wherever they are.
    private static func mended(_ bytes: [UInt8]) -> [UInt8] {
        // Repaired where it is no UTF-8; without the mark that some editors put first.
        var text = String(decoding: bytes, as: UTF8.self)
        if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
        let source = Array(text.utf8)
        var out: [UInt8] = []
        out.reserveCapacity(source.count + 64)
        var isInText = false
        var place = 0
        while place < source.count {
            let byte = source[place]
            place += 1
            switch byte {
            case 0: continue
            case 0x22:
                isInText.toggle()
                out.append(byte)
            case 0x5C where isInText && place < source.count:
                if source[place...].starts(with: Array("u0000".utf8)) {
                    place += 5
                } else {
                    out += [byte, source[place]]
                    place += 1
                }
            case 0x0A where isInText: out += Array("\\n".utf8)
            case 0x0D where isInText: out += Array("\\r".utf8)
            case 0x09 where isInText: out += Array("\\t".utf8)
            case 0..<0x20 where isInText:
                out += Array((byte < 0x10 ? "\\u000" : "\\u00").utf8) + Array(String(byte, radix: 16).utf8)
            default: out.append(byte)
            }
        }
        return out
    }
}
