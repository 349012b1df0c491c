/// Finds the address of the client behind proxies that we trust, and believes no other.
enum ClientAddress {
    /// - Parameters:
    ///   - peer: The address at the other end of the connection.
    ///   - forwarded: The values of `X-Forwarded-For`, in order.
    ///   - trusted: The settings' `trusted-proxies`.
    /// - Returns: The rightmost forwarded address that is not a trusted proxy, if the peer is one; else the peer.
    ///   Whatever stands left of something that is no address may be made up: the last proxy is returned then.
    static func find(peer: String, forwarded: [String], trusted: [AddressRange]) -> String {
        var client = peer
        guard isTrusted(peer, trusted) else { return client }
        for hop in forwarded.flatMap({ $0.split(separator: ",") }).reversed() {
            let text = withoutPort(hop)
            guard IPAddress(text) != nil else { return client }
            client = text
            guard isTrusted(text, trusted) else { return client }
        }
        return client
    }

    private static func isTrusted(_ text: String, _ trusted: [AddressRange]) -> Bool {
        guard let address = IPAddress(text) else { return false }
        return trusted.contains { $0.contains(address) }
    }

    /// `192.0.2.1:443` and `[2001:db8::1]:443` are written by some proxies.
    private static func withoutPort(_ hop: Substring) -> String {
        let text = hop.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            return String(text[text.index(after: text.startIndex)..<end])
        }
        let colons = text.count { $0 == ":" }
        return String(colons == 1 ? text.prefix { $0 != ":" } : text)
    }
}
