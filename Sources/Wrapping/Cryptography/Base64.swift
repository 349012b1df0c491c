/// Bytes as base64 text (RFC 4648), read strictly: no white space, no stray bits, one alphabet.
package enum Base64 {
    private static let standard = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    )
    private static let urlSafe = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8
    )
    private static let standardValues = values(of: standard)
    private static let urlSafeValues = values(of: urlSafe)
    private static let padding = UInt8(ascii: "=")

    /// Standard alphabet with padding.
    package static func encode(_ bytes: [UInt8]) -> String {
        var text = encode(bytes, standard)
        while !text.count.isMultiple(of: 4) { text.append(padding) }
        return String(decoding: text, as: UTF8.self)
    }

    /// URL-safe alphabet without padding, as in JSON web tokens.
    package static func encodeURL(_ bytes: [UInt8]) -> String {
        String(decoding: encode(bytes, urlSafe), as: UTF8.self)
    }

    /// Reads what ``encode(_:)`` writes and nothing else.
    package static func decodeCanonical(_ text: String) -> [UInt8]? {
        guard text.utf8.count.isMultiple(of: 4) else { return nil }
        return decodePaddingOptional(text)
    }

    /// Reads the standard alphabet with whole padding or none at all.
    package static func decodePaddingOptional(_ text: String) -> [UInt8]? {
        var characters = Array(text.utf8)
        if characters.count.isMultiple(of: 4) {
            for _ in 0..<2 where characters.last == padding { characters.removeLast() }
        }
        return decode(characters, standardValues)
    }

    /// Reads what ``encodeURL(_:)`` writes and nothing else.
    package static func decodeURL(_ text: String) -> [UInt8]? {
        decode(Array(text.utf8), urlSafeValues)
    }

    private static func encode(_ bytes: [UInt8], _ alphabet: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var bits: UInt32 = 0
        var count: UInt32 = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                text.append(alphabet[Int(bits >> count) & 63])
            }
            bits &= (1 << count) - 1
        }
        if count > 0 { text.append(alphabet[Int(bits << (6 - count)) & 63]) }
        return text
    }

    private static func decode(_ characters: [UInt8], _ values: [UInt8?]) -> [UInt8]? {
        guard characters.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(characters.count * 3 / 4)
        var bits: UInt32 = 0
        var count: UInt32 = 0
        for character in characters {
            guard let value = values[Int(character)] else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> count))
                bits &= (1 << count) - 1
            }
        }
        return bits == 0 ? bytes : nil
    }

    private static func values(of alphabet: [UInt8]) -> [UInt8?] {
        var values = [UInt8?](repeating: nil, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }
}
