/// An IP address as its 16 bytes, so that two spellings of one address are equal; IPv4 is held as mapped.
///
/// Strict: no zone, no prefix, no leading zeros in IPv4, at most one `::`. What is not an address is nil and
/// equals nothing.
struct IPAddress: Hashable {
    let bytes: [UInt8]

    init?(_ text: String) {
        if let four = IPAddress.four(text[...]) {
            bytes = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + four
            return
        }
        let halves = IPAddress.halves(text)
        guard let head = IPAddress.groups(halves.head, mayEndInFour: halves.tail == nil) else { return nil }
        guard let tailText = halves.tail else {
            guard head.count == 16 else { return nil }
            bytes = head
            return
        }
        guard let tail = IPAddress.groups(tailText, mayEndInFour: true), head.count + tail.count <= 14 else {
            return nil
        }
        bytes = head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    /// What stands before and after the first `::`.
    private static func halves(_ text: String) -> (head: Substring, tail: Substring?) {
        var index = text.startIndex
        while index < text.endIndex {
            let next = text.index(after: index)
            if next < text.endIndex, text[index] == ":", text[next] == ":" {
                return (text[..<index], text[text.index(after: next)...])
            }
            index = next
        }
        return (text[...], nil)
    }

    private static func groups(_ text: Substring, mayEndInFour: Bool) -> [UInt8]? {
        guard !text.isEmpty else { return [] }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var bytes: [UInt8] = []
        for (index, part) in parts.enumerated() {
            if mayEndInFour, index == parts.count - 1, let four = four(part) {
                bytes += four
                continue
            }
            guard (1...4).contains(part.utf8.count), part.allSatisfy(\.isHexDigit),
                part.allSatisfy(\.isASCII),
                let value = UInt16(part, radix: 16)
            else { return nil }
            bytes += [UInt8(value >> 8), UInt8(value & 0xFF)]
        }
        return bytes.count <= 16 ? bytes : nil
    }

    private static func four(_ text: Substring) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            let isPlain = part.utf8.allSatisfy { (0x30...0x39).contains($0) }
            guard (1...3).contains(part.utf8.count), isPlain, part == "0" || part.first != "0",
                let byte = UInt8(part)
            else { return nil }
            bytes.append(byte)
        }
        return bytes
    }
}
