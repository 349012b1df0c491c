import Glibc

/// An IP address as bytes, and what kind of network it belongs to.
///
/// Source: IANA IPv4 and IPv6 special-purpose address registries (RFC 6890 and its updates).
struct NetworkAddress: Equatable {
    /// Four or sixteen bytes.
    let bytes: [UInt8]

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads a literal address, without brackets.
    ///
    /// Nil for a name.
    init?(_ text: String) {
        var four = in_addr()
        var six = in6_addr()
        if unsafe inet_pton(AF_INET, text, &four) == 1 {
            bytes = unsafe withUnsafeBytes(of: four) { unsafe Array($0) }
        } else if unsafe inet_pton(AF_INET6, text, &six) == 1 {
            bytes = unsafe withUnsafeBytes(of: six) { unsafe Array($0) }
        } else {
            return nil
        }
    }

    /// Reads a `sockaddr`; nil for families other than IPv4 and IPv6.
    ///
    /// The address is lent for the call and must be as long as its family needs.
    init?(socketAddress address: UnsafeRawPointer, family: Int32) {
        switch family {
        case AF_INET:
            let four = unsafe address.loadUnaligned(as: sockaddr_in.self).sin_addr
            bytes = unsafe withUnsafeBytes(of: four) { unsafe Array($0) }
        case AF_INET6:
            let six = unsafe address.loadUnaligned(as: sockaddr_in6.self).sin6_addr
            bytes = unsafe withUnsafeBytes(of: six) { unsafe Array($0) }
        default:
            return nil
        }
    }

    var isLoopback: Bool {
        if let four = asIPv4 { return four[0] == 127 }
        return bytes == [UInt8](repeating: 0, count: 15) + [1]
    }

    /// 169.254.0.0/16 and fe80::/10: never routed, so that whoever answers is on this link.
    var isLinkLocal: Bool {
        if let four = asIPv4 { return four[0] == 169 && four[1] == 254 }
        return bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80
    }

    /// True if the address is reached over the public internet.
    var isPublic: Bool {
        if let four = asIPv4 { return Self.isPublicIPv4(four) }
        // Only 2000::/3 is global unicast; NAT64 carries an IPv4 address in its last four bytes.
        if bytes.starts(with: [0x00, 0x64, 0xFF, 0x9B]) && bytes[4..<12].allSatisfy({ $0 == 0 }) {
            return Self.isPublicIPv4(Array(bytes[12...]))
        }
        guard bytes[0] & 0xE0 == 0x20 else { return false }
        let isIETF = bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] & 0xFE == 0
        let isDocumentation =
            bytes.starts(with: [0x20, 0x01, 0x0D, 0xB8])
            || (bytes[0] == 0x3F && bytes[1] == 0xFF && bytes[2] < 0x10)
        let is6to4 = bytes.starts(with: [0x20, 0x02])
        return !isIETF && !isDocumentation && !is6to4
    }

    /// The four bytes of an IPv4 address, also of one mapped into IPv6.
    private var asIPv4: [UInt8]? {
        if bytes.count == 4 { return bytes }
        let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
        return bytes.starts(with: mapped) ? Array(bytes[12...]) : nil
    }

    private static let notPublicIPv4: [(network: UInt32, bits: UInt32)] = [
        (0x0000_0000, 8), (0x0A00_0000, 8), (0x6440_0000, 10), (0x7F00_0000, 8), (0xA9FE_0000, 16),
        (0xAC10_0000, 12), (0xC000_0000, 24), (0xC000_0200, 24), (0xC058_6300, 24), (0xC0A8_0000, 16),
        (0xC612_0000, 15), (0xC633_6400, 24), (0xCB00_7100, 24), (0xE000_0000, 3),
    ]

    private static func isPublicIPv4(_ four: [UInt8]) -> Bool {
        let value = four.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return !notPublicIPv4.contains { value >> (32 - $0.bits) == $0.network >> (32 - $0.bits) }
    }
}
