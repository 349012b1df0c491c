/// Which network addresses a call may be connected to.
///
/// For addresses that came in a delivery: their host name can be made to resolve to anything, so the
/// decision falls on the address that is really connected to.
package enum AddressRule: Sendable, Hashable {
    /// The address stands in the settings.
    case any
    /// No private, loopback, link-local, shared, reserved or multicast address.
    ///
    /// Through a proxy only an address written in the URL can be looked at; names are the proxy's to resolve.
    case publicOnly
    /// As ``publicOnly``, and the URL's host and port must be one of these.
    case publicAmong([HostPort])
    /// The URL's host and port must be one of these, compared without regard to case; the address may then be
    /// any.
    case exactly([HostPort])
    /// Only a service of this machine or of the cloud it runs in: a loopback or link-local address.
    ///
    /// Such a service speaks plain http and is never asked through a proxy.
    case localOnly

    /// One host and one port.
    package struct HostPort: Sendable, Hashable {
        package let host: String
        package let port: Int

        /// A host as the settings write it; the port is 443 where they name none.
        package init(host: String, port: Int = 443) {
            self.host = host.lowercased()
            self.port = port
        }

        /// Reads `host`, `host:port`, `[v6]` or `[v6]:port`.
        ///
        /// Nil for anything else.
        package init?(_ text: String) {
            var host = Substring(text)
            var port = 443
            if let colon = text.lastIndex(of: ":"), !text[colon...].contains("]") {
                guard let number = Int(text[text.index(after: colon)...]), (1...65_535).contains(number)
                else {
                    return nil
                }
                host = text[..<colon]
                port = number
            }
            if host.first == "[" && host.last == "]" { host = host.dropFirst().dropLast() }
            guard !host.isEmpty, !host.contains(where: { "[]/@ ".contains($0) }) else { return nil }
            self.init(host: String(host), port: port)
        }
    }
}
