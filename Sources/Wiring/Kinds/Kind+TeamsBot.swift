import Authenticating
import Classifying
import JSONReader
import Reporting
import Vocabulary

extension Kind {
    /// A bot of one's own, registered with the Bot Framework.
    static let teamsBot = Kind(
        reader: TeamsBot.self,
        voice: TeamsBotVoice.self,
        proof: .tokens,
        options: [
            Option("app", required: "write the bot's application id, such as 5f0c1d2e-…"),
            Option("tenants", required: "list the ids of your Entra tenants, such as 7f1c0f5e-…"),
            Option("issuers"), Option("metadata"), Option("keys", isFile: true),
        ],
        tenants: "tenants",
        replyOptions: [Option("tenant"), Option("service")],
        hearsMentionsOnly: true,
        telling: .inRoom,
        untold: (
            "has no client secret: nothing can be said there, and Teams shows no answer to a message",
            "add `reply: { token: { file: … } }` with the bot's client secret"
        ),
        scheme: { source throws(VerifierSetupError) in
            var scheme = BearerScheme.botFramework(appID: try source.one("app", "one application id"))
            if let issuers = source.options["issuers"] { scheme.issuers = issuers }
            try source.checkAddress("metadata")
            return .bearer(scheme)
        },
        keys: { source in
            if let file = source.options["keys"]?.first { return source.keyOrigin(file) }
            return .metadata(source.options["metadata"]?.first ?? botFrameworkMetadata)
        },
        channel: { source in
            guard let secret = source.reply.token, let app = source.options["app"]?.first else { return nil }
            return TeamsBotChannel(
                app: app,
                secret: secret,
                loginBase: source.reply.url,
                tenant: source.reply.options["tenant"],
                service: source.reply.options["service"],
                hosts: source.reply.hosts
            )
        },
        mistake: { source in
            let service = source.reply.options["service"] ?? TeamsBotChannel.globalService
            guard source.reply.token != nil,
                TeamsName.service(service + "/", hosts: source.reply.hosts) == nil
            else { return nil }
            return (
                "reply", "the service of \(source.name), \(service), is on no host that may be called",
                "write `service:` such as \(TeamsBotChannel.globalService), and another host under `hosts` as well"
            )
        },
        sample: { wish in
            wish.press.map { TeamsSample.press($0, wish) } ?? TeamsSample.message(wish)
        },
        completed: { wish, source in
            var wish = wish
            wish.audience = source.options["app"]?.first
            wish.service = (source.reply.options["service"] ?? TeamsBotChannel.globalService) + "/"
            return wish
        },
        sampleToken: { wish, source in
            source.simulated("metadata", "sample-token").map { url in
                SampleToken(
                    url: url,
                    claims: [
                        "issuer": .string(source.options["issuers"]?.first ?? botFrameworkIssuer),
                        "audience": .string(wish.audience ?? ""), "serviceUrl": .string(wish.service ?? ""),
                    ]
                )
            }
        }
    )

    private static let botFrameworkIssuer = "https://api.botframework.com"
    private static let botFrameworkMetadata =
        "https://login.botframework.com/v1/.well-known/openidconfiguration"
}

extension Settings.Source {
    /// The only text of an option.
    func one(_ key: String, _ expected: String) throws(VerifierSetupError) -> String {
        guard let texts = options[key], texts.count == 1, let text = texts.first else {
            throw .unusableSetting(name: key, expected: expected)
        }
        return text
    }

    /// Where public keys are, written as a file or as an https address.
    func keyOrigin(_ text: String) -> KeyOrigin {
        text.hasPrefix("https://") ? .keys(text) : .file(text)
    }

    /// - Throws: ``VerifierSetupError`` if there is an option of that name that is no https address.
    func checkAddress(_ key: String) throws(VerifierSetupError) {
        guard let texts = options[key] else { return }
        guard texts.count == 1, texts.allSatisfy({ WebAddress($0) != nil }) else {
            throw .unusableSetting(name: key, expected: "one https address with a path")
        }
    }

    /// An address beside that of an option, if that is on this machine: of a simulator.
    func simulated(_ key: String, _ last: String) -> String? {
        guard let text = options[key]?.first, let address = WebAddress(text),
            ["127.0.0.1", "localhost"].contains(address.host),
            let vendor = address.path.split(separator: "/").first
        else { return nil }
        return "https://\(address.host):\(address.port)/\(vendor)/\(last)"
    }
}
