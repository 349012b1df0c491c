/// An https address, read by hand and narrowly, so that no two readers see another host in it.
///
/// No user part, no fragment, no blanks, no backslash, nothing beyond ASCII; a path always.
package struct WebAddress: Sendable, Hashable {
    private static let textMax = 4_096
    private static let scheme = "https://"

    /// Lower case; a name or an IPv4 address.
    package let host: String
    package let port: Int
    /// As written, from the first slash.
    package let path: String

    package init?(_ text: String) {
        guard text.utf8.count <= Self.textMax, text.hasPrefix(Self.scheme) else { return nil }
        let rest = text.dropFirst(Self.scheme.count)
        guard let slash = rest.firstIndex(of: "/") else { return nil }
        let isPlain = rest[slash...].utf8.allSatisfy { byte in
            Self.isLetterOrDigit(byte) || "/-._~%?=&:;,+!$@*()".utf8.contains(byte)
        }
        guard isPlain else { return nil }
        let parts = rest[..<slash].split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let name = parts.first, Self.isHost(name) else { return nil }
        var port = 443
        if parts.count == 2 {
            guard parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(parts[1]),
                (1...65_535).contains(number)
            else { return nil }
            port = number
        }
        host = name.lowercased()
        self.port = port
        path = String(rest[slash...])
    }

    /// True if one of these names its host and port.
    ///
    /// An entry `host` permits port 443, `host:port` exactly that port, `*.host` every name below it at 443.
    package func isAmong(_ entries: [String]) -> Bool {
        entries.contains { entry in
            let folded = entry.lowercased()
            if folded.hasPrefix("*.") {
                return port == 443 && host.hasSuffix(folded.dropFirst()) && host.count >= folded.count
            }
            return folded == "\(host):\(port)" || (port == 443 && folded == host)
        }
    }

    private static func isHost(_ text: Substring) -> Bool {
        (1...253).contains(text.utf8.count) && text.first != "." && text.first != "-"
            && text.utf8.allSatisfy { isLetterOrDigit($0) || $0 == 0x2D || $0 == 0x2E }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
