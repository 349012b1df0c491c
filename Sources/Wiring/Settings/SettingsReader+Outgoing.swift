import Vocabulary
import Yams

/// The way out: whom to trust, and through what.
extension SettingsReader {
    static func readTrust(_ fields: Fields) -> String? {
        guard let node = fields["trust"],
            let part = Fields(node, "\"trust\"", known: ["file"], in: fields.reading)
        else { return nil }
        return part.text("file", isRequired: true).map(fields.reading.path)
    }

    static func readProxy(_ fields: Fields) -> Settings.Proxy? {
        guard let node = fields["proxy"],
            let part = Fields(node, "\"proxy\"", known: ["url", "except"], in: fields.reading)
        else { return nil }
        let url: Secret?
        if let value = part["url"], value.mapping != nil {
            url = fields.reading.secret(value, "the proxy's address", isProxy: true)
        } else {
            url = part.text("url", isRequired: true).map { Secret($0) }
        }
        return url.map { Settings.Proxy(url: $0, except: part.texts("except") ?? []) }
    }

    /// An address without path; http only to this machine.
    static func base(_ key: String, _ fields: Fields) -> String? {
        guard let text = fields.text(key, isRequired: true) else { return nil }
        var url = text
        while url.hasSuffix("/") { url.removeLast() }
        guard url.hasPrefix("https://") || isPlainLocal(url) else {
            fields.reading.error(fields[key], "\"\(key)\" is \"\(text)\"", "write an https address")
            return nil
        }
        return url
    }

    /// Plain http to this machine and to no name that only begins like it.
    static func isPlainLocal(_ url: String) -> Bool {
        url.wholeMatch(of: /http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]{1,5})?(?:\/.*)?/) != nil
    }
}
