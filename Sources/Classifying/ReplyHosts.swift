/// Which addresses out of a payload may be answered to (design §11).
///
/// Only https, only port 443, only the provider's own hosts. The settings' list replaces those: an entry
/// `host` permits port 443, an entry `host:port` exactly that port.
struct ReplyHosts: Equatable {
    /// Slack's, commercial and government.
    static let slack = ReplyHosts(["hooks.slack.com", "hooks.slack-gov.com"])

    private static let textMax = 2_048
    private let authorities: Set<String>

    init(_ entries: [String]) {
        authorities = Set(
            entries.map { entry in
                let folded = entry.lowercased()
                return Self.hasPort(folded) ? folded : folded + ":443"
            }
        )
    }

    /// True if an answer may go to `address`.
    ///
    /// Read by hand and narrowly, so that whoever sends the request cannot read another host in it: no user
    /// part, no fragment, no blanks, no backslash, no characters beyond ASCII.
    func permits(_ address: String) -> Bool {
        guard address.utf8.count <= Self.textMax, address.hasPrefix("https://") else { return false }
        let rest = address.dropFirst("https://".count)
        guard let slash = rest.firstIndex(of: "/") else { return false }
        let authority = rest[..<slash].lowercased()
        let isPlainPath = rest[slash...].utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "/-._~%?=&".utf8.contains(byte)
        }
        return isPlainPath && authorities.contains(Self.hasPort(authority) ? authority : authority + ":443")
    }

    private static func hasPort(_ authority: String) -> Bool {
        guard let colon = authority.lastIndex(of: ":") else { return false }
        let port = authority[authority.index(after: colon)...]
        return !port.isEmpty && port.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}
