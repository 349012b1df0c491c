import Accepting
import Yams

/// `addresses` of a source: where its deliveries may come from.
extension SettingsReader {
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
