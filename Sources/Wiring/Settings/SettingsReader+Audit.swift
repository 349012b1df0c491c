import Authenticating
import Cryptography
import Vocabulary
import Yams

extension SettingsReader {
    /// `audit: { key: { file }, every, file, ship: { url, secret } }`.
    static func readAudit(_ fields: Fields) -> Settings.Audit? {
        guard let node = fields["audit"],
            let part = Fields(node, "\"audit\"", known: ["key", "every", "file", "ship"], in: fields.reading)
        else { return nil }
        var audit = Settings.Audit()
        audit.file = part.text("file").map(fields.reading.path)
        audit.ship = readShip(part)
        if let key = part["key"] { audit.seed = readSeed(key, part) }
        audit.every = part.duration("every") ?? audit.every
        if part["file"] == nil, part["ship"] == nil {
            fields.reading.error(node, "\"audit\" goes nowhere", "add \"file\", \"ship\" or both")
        }
        if part["every"] != nil, part["key"] == nil {
            fields.reading.error(
                part.key("every"),
                "\"every\" is how often a checkpoint is signed, and there is no \"key\"",
                "add key: { file: PATH }"
            )
        }
        return audit
    }

    private static func readShip(_ fields: Fields) -> Settings.Audit.Ship? {
        guard let node = fields["ship"],
            let part = Fields(node, "\"ship\"", known: ["url", "secret"], in: fields.reading)
        else { return nil }
        let url = base("url", part)
        guard let place = part["secret"] else {
            part.missing("secret")
            return nil
        }
        guard let url, let secret = fields.reading.secret(place, "the audit webhook's secret") else {
            return nil
        }
        if fields.reading.secretScope.includes(nil) {
            do throws(VerifierSetupError) {
                _ = try DeliverySigner(.standardWebhooks, secret: secret)
            } catch {
                fields.reading.error(
                    place,
                    "the audit webhook's secret is unusable: \(error.message)",
                    error.fix
                )
            }
        }
        return Settings.Audit.Ship(url: url, secret: secret)
    }

    /// The file holds the seed as 64 hexadecimal digits; what stands for an unread one is left as it is.
    private static func readSeed(_ node: Node, _ fields: Fields) -> Secret? {
        guard let written = fields.reading.secret(node, "the audit's key", isAuditKey: true) else {
            return nil
        }
        let scope = fields.reading.secretScope
        guard scope == .all || scope == .auditKey else { return written }
        let seed = written.withBytes { Hex.decodeLowerCase(String(decoding: $0, as: UTF8.self)) }
        guard let seed, seed.count == 32 else {
            fields.reading.error(
                node,
                "the audit's key is not 64 lower-case hexadecimal digits",
                "make one: openssl rand -hex 32 > audit.key; chmod 600 audit.key"
            )
            return nil
        }
        return Secret(seed)
    }
}
