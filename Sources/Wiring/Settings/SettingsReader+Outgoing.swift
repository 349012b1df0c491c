import Vocabulary
import Yams

/// The way out: whom to trust, through what, to which cloud.
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
            url = fields.reading.secret(value, "the proxy's address")
        } else {
            url = part.text("url", isRequired: true).map { Secret($0) }
        }
        return url.map { Settings.Proxy(url: $0, except: part.texts("except") ?? []) }
    }

    static func readDefender(_ fields: Fields) -> Settings.Defender? {
        guard let node = fields["defender"] else {
            fields.missing("defender")
            return nil
        }
        guard
            let part = Fields(
                node,
                "\"defender\"",
                known: ["cloud", "tenant", "application"],
                unbuilt: ["user"],
                in: fields.reading
            )
        else { return nil }
        let cloud = readCloud(part)
        let tenant = part.text("tenant", isRequired: true)
        let application = readApplication(part)
        guard let cloud, let tenant, let application else { return nil }
        return Settings.Defender(
            api: cloud.api,
            login: cloud.login,
            scope: cloud.scope,
            tenant: tenant,
            client: application.client,
            credential: application.credential
        )
    }

    /// Source of the table: `reference/defender-api.md` §1.
    private static func readCloud(_ fields: Fields) -> (api: String, login: String, scope: String)? {
        let global = "https://login.microsoftonline.com"
        let government = "https://login.microsoftonline.us"
        if let node = fields["cloud"], node.mapping != nil {
            guard let part = Fields(node, "\"cloud\"", known: ["api", "login", "scope"], in: fields.reading),
                let api = base("api", part), let login = base("login", part),
                let scope = part.text("scope", isRequired: true)
            else { return nil }
            return (api, login, scope)
        }
        switch fields.word("cloud", of: ["commercial", "gcc", "gcc-high", "dod"]) ?? "commercial" {
        case "gcc":
            let api = "https://api-gcc.securitycenter.microsoft.us"
            return (api, global, "\(api)/.default")
        case "gcc-high", "dod":
            let api = "https://api-gov.securitycenter.microsoft.us"
            return (api, government, "\(api)/.default")
        default:
            return (
                "https://api.security.microsoft.com", global,
                "https://api.securitycenter.microsoft.com/.default"
            )
        }
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

    private static func readApplication(
        _ fields: Fields
    ) -> (client: String, credential: Settings.Credential)? {
        guard let node = fields["application"] else {
            fields.missing("application")
            return nil
        }
        guard
            let part = Fields(
                node,
                "\"application\"",
                known: ["client", "secret", "certificate"],
                unbuilt: ["federated", "managed-identity", "password"],
                in: fields.reading
            )
        else { return nil }
        let client = part.text("client", isRequired: true)
        switch (part["secret"], part["certificate"]) {
        case (let secret?, nil):
            let secrets = fields.reading.secrets(secret, "the application's secret")
            guard let client, !secrets.isEmpty else { return nil }
            return (client, .secrets(secrets))
        case (nil, let certificate?):
            guard let client, let pem = fields.reading.secret(certificate, "the application's certificate")
            else { return nil }
            return (client, .certificate(pem))
        case (nil, nil):
            fields.reading.error(
                node,
                "\"application\" has no credential",
                "add \"certificate\" or \"secret\""
            )
        case (.some, .some):
            fields.reading.error(node, "\"application\" has two credentials", "keep \"certificate\"")
        }
        return nil
    }
}
