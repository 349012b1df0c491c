/// What the simulated Defender takes for a hash, an address and a domain.
enum FactText {
    /// SHA-1 or SHA-256.
    static func isHash(_ text: String) -> Bool {
        [40, 64].contains(text.utf8.count) && text.utf8.allSatisfy(isHex)
    }

    static func isAddress(_ text: String) -> Bool { text.contains(":") ? isSix(text) : isFour(text) }

    /// Two labels or more, the last of which is no number.
    static func isDomain(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2, text.utf8.count <= 253, let last = labels.last, Int(last) == nil else {
            return false
        }
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count)
                && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
        }
    }

    private static func isFour(_ text: some StringProtocol) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                (1...3).contains(part.utf8.count) && part.allSatisfy { $0.isASCII && $0.isNumber }
                    && (Int(part) ?? 256) < 256
            }
    }

    /// Eight groups, or fewer with one gap; the last two may be an IPv4 address.
    private static func isSix(_ text: String) -> Bool {
        let gaps = text.ranges(of: "::").count
        guard gaps <= 1, !text.contains(":::") else { return false }
        var groups = text.split(separator: ":").map(String.init)
        var room = 8
        if let last = groups.last, last.contains(".") {
            guard isFour(last) else { return false }
            groups.removeLast()
            room = 6
        }
        return groups.allSatisfy { (1...4).contains($0.utf8.count) && $0.utf8.allSatisfy(isHex) }
            && (gaps == 1 ? groups.count < room : groups.count == room)
    }

    private static func isHex(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
    }
}
