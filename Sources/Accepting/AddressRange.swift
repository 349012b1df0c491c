/// An IP address, or a range of them, such as `10.0.0.0/8` or `2001:db8::/32`.
package struct AddressRange: Sendable, Hashable {
    private let address: IPAddress
    private let prefixBits: Int

    /// - Throws: ``AcceptingError/badAddressRange(text:)``.
    package init(_ text: String) throws(AcceptingError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count <= 2, let address = IPAddress(String(first)) else {
            throw .badAddressRange(text: text)
        }
        self.address = address
        guard parts.count == 2 else {
            prefixBits = address.bytes.count * 8
            return
        }
        guard let bits = Int(parts[1]), (0...address.bytes.count * 8).contains(bits) else {
            throw .badAddressRange(text: text)
        }
        prefixBits = bits
    }

    /// True if the text is an address that lies in the range.
    package func contains(_ text: String) -> Bool {
        IPAddress(text).map { contains($0) } ?? false
    }

    /// True if the address lies in the range; an IPv4 address written as IPv6 counts as IPv4.
    func contains(_ other: IPAddress) -> Bool {
        guard other.bytes.count == address.bytes.count else { return false }
        for (index, (left, right)) in zip(address.bytes, other.bytes).enumerated() {
            let bits = min(max(prefixBits - index * 8, 0), 8)
            let mask = UInt8(truncatingIfNeeded: 0xFF00 >> bits)
            if left & mask != right & mask { return false }
        }
        return true
    }
}

/// An IPv4 or IPv6 address as its 4 or 16 bytes; `::ffff:a.b.c.d` is the IPv4 address in it.
struct IPAddress: Hashable, Sendable {
    let bytes: [UInt8]

    /// Nil unless the text is an address; a zone (`%eth0`) is ignored.
    init?(_ text: String) {
        if let four = Self.fourBytes(text) {
            bytes = four
            return
        }
        let plain =
            text.split(separator: "%", omittingEmptySubsequences: false).first.map(String.init) ?? text
        guard let sixteen = Self.sixteenBytes(plain) else { return nil }
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        bytes = Array(sixteen.prefix(12)) == mapped ? Array(sixteen.suffix(4)) : sixteen
    }

    private static func fourBytes(_ text: String) -> [UInt8]? {
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

    private static func sixteenBytes(_ text: String) -> [UInt8]? {
        let halves = text.split(separator: "::", maxSplits: 2, omittingEmptySubsequences: false)
        guard halves.count <= 2, let head = groups(halves[0]) else { return nil }
        guard halves.count == 2 else { return head.count == 16 ? head : nil }
        guard let tail = groups(halves[1]), head.count + tail.count <= 14 else { return nil }
        return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    private static func groups(_ text: Substring) -> [UInt8]? {
        if text.isEmpty { return [] }
        var bytes: [UInt8] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, let four = fourBytes(String(part)) {
                bytes += four
                continue
            }
            guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy({ $0.isHexDigit }),
                let group = UInt16(part, radix: 16)
            else { return nil }
            bytes += [UInt8(group >> 8), UInt8(truncatingIfNeeded: group)]
        }
        return bytes.count <= 16 ? bytes : nil
    }
}

extension UInt8 {
    fileprivate var isHexDigit: Bool {
        (0x30...0x39).contains(self) || (0x41...0x46).contains(self) || (0x61...0x66).contains(self)
    }
}
