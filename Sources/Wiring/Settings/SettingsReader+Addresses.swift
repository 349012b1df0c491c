import Accepting
import Yams

/// `addresses` of a source: where its deliveries may come from.
extension SettingsReader {
    /// Behind a proxy on this machine every delivery comes from it, unless its word is trusted.
    static func warnOfProxy(_ settings: Settings, _ fields: Fields) {
        let here = ["127.0.0.1", "::1"]
        guard here.contains(settings.listen.hooks.host), settings.listen.trustedProxies.isEmpty else {
            return
        }
        for source in settings.sources {
            guard let addresses = source.addresses,
                !here.contains(where: { address in addresses.contains { $0.contains(address) } })
            else { continue }
            fields.reading.warn(
                fields.key("listen") ?? fields["sources"],
                "source \"\(source.name)\" takes deliveries from elsewhere, and hooks are heard on this machine alone",
                "name the proxy before it: `listen: { trusted-proxies: [127.0.0.1] }`; else all of them are refused"
            )
        }
    }

    static func readAddresses(_ fields: Fields) -> [AddressRange]? {
        guard let texts = someTexts("addresses", fields) else { return nil }
        return texts.compactMap { text in
            do throws(AcceptingError) {
                return try AddressRange(text)
            } catch {
                fields.reading.error(
                    fields["addresses"],
                    "\"\(text)\" is neither an IP address nor a range",
                    "write such as 192.0.2.7 or 10.0.0.0/8"
                )
                return nil
            }
        }
    }
}
