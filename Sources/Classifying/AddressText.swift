/// Reads IP addresses written as text, and writes them in one form.
enum AddressText {
    /// The canonical text of an IPv4 or IPv6 address (RFC 5952), or nil.
    static func canonical(_ text: String) -> String? {
        if let four = parseFour(text) { return four.map(String.init).joined(separator: ".") }
        return parseSix(text).map(write)
    }

    /// Four decimal numbers without leading zeros.
    private static func parseFour(_ text: some StringProtocol) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                part == "0" || part.first != "0", let byte = UInt8(part)
            else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    private static func parseSix(_ text: String) -> [UInt16]? {
        guard text.contains(":") else { return nil }
        let halves = text.components(separatedByDouble: ":")
        switch halves.count {
        case 1:
            let groups = parseGroups(halves[0])
            return groups?.count == 8 ? groups : nil
        case 2:
            guard let head = parseGroups(halves[0]), let tail = parseGroups(halves[1]),
                head.count + tail.count < 8
            else { return nil }
            return head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
        default: return nil
        }
    }

    /// Groups of up to four hex digits; the last two may be written as an IPv4 address.
    private static func parseGroups(_ text: String) -> [UInt16]? {
        if text.isEmpty { return [] }
        var groups: [UInt16] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, let four = parseFour(part) {
                groups += [UInt16(four[0]) << 8 | UInt16(four[1]), UInt16(four[2]) << 8 | UInt16(four[3])]
            } else if (1...4).contains(part.utf8.count), part.first != "+", part.first != "-",
                let group = UInt16(part, radix: 16)
            {
                groups.append(group)
            } else {
                return nil
            }
        }
        return groups
    }

    private static func write(_ groups: [UInt16]) -> String {
        var longest = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start > max(longest.count, 1) { longest = start..<end }
            start = max(end, start + 1)
        }
        let texts = groups.map { String($0, radix: 16) }
        if longest.isEmpty { return texts.joined(separator: ":") }
        return texts[..<longest.lowerBound].joined(separator: ":") + "::"
            + texts[longest.upperBound...].joined(separator: ":")
    }
}

extension String {
    /// The parts around each doubled `mark`.
    fileprivate func components(separatedByDouble mark: Character) -> [String] {
        var parts = [""]
        var rest = self[...]
        while let character = rest.first {
            if character == mark, rest.dropFirst().first == mark {
                parts.append("")
                rest = rest.dropFirst(2)
            } else {
                parts[parts.count - 1].append(character)
                rest = rest.dropFirst()
            }
        }
        return parts
    }
}
