import Authenticating
import Classifying
import CurlClient
import Vocabulary
import Yams

/// `kind: callback`, and the sources that are answered by one.
extension SettingsReader {
    /// `reply` of a callback: where to, and what it is signed with.
    static func readCallback(_ fields: Fields) -> Settings.Reply {
        let reading = fields.reading
        var reply = Settings.Reply()
        guard let node = fields["reply"] else {
            fields.missing("reply")
            return reply
        }
        guard let part = Fields(node, "\"reply\"", known: ["url", "address", "secret", "hosts"], in: reading)
        else { return reply }
        reply.url = callbackURL(part)
        reply.address = part["address"].flatMap {
            reading.secret($0, "the reply address of \(fields.name)")
        }
        if (part["url"] == nil) == (part["address"] == nil) {
            reading.error(
                node,
                "a callback has one address",
                "write `url: https://…`, or `address: { file: … }` where it is a secret itself"
            )
        }
        reply.hosts = part.texts("hosts")
        for host in reply.hosts ?? [] where AddressRule.HostPort(host) == nil {
            reading.error(part["hosts"], "\"\(host)\" is no host", "write a host, or host:port")
        }
        guard let secret = part["secret"] else {
            part.missing("secret")
            return reply
        }
        reply.secrets = reading.secrets(secret, "the reply secret of \(fields.name)")
        guard reading.secretScope == .all else { return reply }
        for (index, value) in reply.secrets.enumerated() {
            do throws(VerifierSetupError) {
                _ = try DeliverySigner(.standardWebhooks, secret: value)
            } catch {
                let items = secret.sequence.map(Array.init) ?? [secret]
                reading.error(
                    items.indices.contains(index) ? items[index] : secret,
                    "the reply secret of \(fields.name) is not \"whsec_\" followed by base64",
                    "make one: printf whsec_; openssl rand -base64 32"
                )
            }
        }
        return reply
    }

    private static func callbackURL(_ part: Fields) -> String? {
        guard let text = part.text("url") else { return nil }
        guard text.hasPrefix("https://") || isPlainLocal(text) else {
            part.reading.error(part["url"], "\"url\" is \"\(text)\"", "write an https address")
            return nil
        }
        return text
    }

    /// `reply: { callback: NAME }`; nil, with nothing said, where it is not written.
    static func readCallbackName(_ part: Fields) -> CallbackPlace? {
        part.text("callback").map { CallbackPlace(name: SourceName($0), hosts: []) }
    }

    /// Names must be those of callbacks; what a callback says of hosts holds for all that are answered there.
    static func resolveCallbacks(
        _ sources: [Settings.Source],
        _ node: Node,
        _ reading: SettingsReading
    ) -> [Settings.Source] {
        sources.map { source in
            guard let callback = source.reply.callback else { return source }
            let place = node.mapping?[source.name.text]?.mapping?["reply"]?.mapping?["callback"]
            guard let found = sources.first(where: { $0.name == callback.name }) else {
                unknownSource(callback.name.text, place, Set(sources.map(\.name)), reading)
                return source
            }
            guard found.kind == CallbackReader.kind else {
                reading.error(
                    place,
                    "\(callback.name) is a \(found.kind), no callback",
                    "name a source of `kind: callback`"
                )
                return source
            }
            var source = source
            source.reply.callback = CallbackPlace(name: found.name, hosts: found.reply.hosts ?? [])
            return source
        }
    }
}
