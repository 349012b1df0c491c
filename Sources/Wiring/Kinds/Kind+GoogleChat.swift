import Authenticating
import Classifying
import JSONReader
import Reporting
import Vocabulary

extension Kind {
    /// An app in Google Chat, of any of the three generations.
    static let googleChat = Kind(
        reader: GoogleChat.self,
        voice: GoogleChatText.self,
        proof: .tokens,
        options: [
            Option(
                "audience",
                required:
                    "write the app's authentication audience: the project number, or the hook's own address"
            ),
            Option("issuers"), Option("email"), Option("keys", isFile: true), Option("domains"),
        ],
        tenants: "domains",
        telling: .inRoom,
        untold: (
            "has no service account: after the first answer nothing can be told there",
            "add `reply: { token: { file: … } }` with the JSON key of the app's service account"
        ),
        scheme: { source throws(VerifierSetupError) in
            let audience = try source.one("audience", "one project number or one address")
            let isProject = isProjectNumber(audience)
            var email = source.options["email"]?.first
            if !isProject, email == nil { email = googleChatAccount }
            return .bearer(
                BearerScheme(
                    issuers: source.options["issuers"]
                        ?? (isProject
                            ? [googleChatAccount] : ["https://accounts.google.com", "accounts.google.com"]),
                    audience: audience,
                    email: email
                )
            )
        },
        keys: { source in
            if let keys = source.options["keys"]?.first { return source.keyOrigin(keys) }
            // The one as in the reference, the other from memory.
            return isProjectNumber(source.options["audience"]?.first ?? "")
                ? .keys("https://www.googleapis.com/service_accounts/v1/jwk/\(googleChatAccount)")
                : .keys("https://www.googleapis.com/oauth2/v3/certs")
        },
        channel: { source in
            guard let account = source.reply.token else { return nil }
            return try? GoogleChatChannel(account: account, base: source.reply.url)
        },
        mistake: { source in
            guard let account = source.reply.token else { return nil }
            do throws(ServiceAccountError) {
                _ = try GoogleChatChannel(account: account, base: source.reply.url)
                return nil
            } catch {
                return (
                    "reply", "the reply token of \(source.name) is no key of a service account",
                    "put the JSON file there that Google gives for a new key, as it is"
                )
            }
        },
        sample: { wish in GoogleChatSample.event(wish) },
        completed: { wish, source in
            var wish = wish
            wish.audience = source.options["audience"]?.first
            return wish
        },
        sampleToken: { wish, source in
            guard case .bearer(let scheme)? = try? source.kind.whole.scheme(source) else { return nil }
            return source.simulated("keys", "sample-token").map { url in
                var claims: [String: JSONValue] = [
                    "issuer": .string(scheme.issuers[0]), "audience": .string(scheme.audience),
                ]
                claims["email"] = scheme.email.map { .string($0) }
                return SampleToken(url: url, claims: .object(claims))
            }
        }
    )

    private static let googleChatAccount = "chat@system.gserviceaccount.com"

    private static func isProjectNumber(_ audience: String) -> Bool {
        !audience.isEmpty && audience.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}

/// An event as Google Chat sends it, made up.
///
/// - Source: `reference/webhook-sources.md` §3.6.
enum GoogleChatSample {
    static func event(_ wish: SampleWish) -> SampleBody {
        let room = wish.room ?? "spaces/SAMPLE"
        let space: JSONValue = ["name": .string(room), "type": "ROOM"]
        var user: [String: JSONValue] = [
            "name": .string(wish.identity), "displayName": "Sample", "type": "HUMAN",
        ]
        user["domainId"] = wish.tenant.map { .string($0) }
        var message: [String: JSONValue] = [
            "name": .string("\(room)/messages/\(wish.id)"), "sender": .object(user), "space": space,
            "thread": ["name": .string("\(room)/threads/sample")],
        ]
        var body: [String: JSONValue] = [
            "eventTime": .string(wish.now.iso8601), "user": .object(user), "space": space,
        ]
        if let press = wish.press {
            let action = JSONValue.string(press.actionID(at: 0))
            var common: [String: JSONValue] = [
                "invokedFunction": action,
                "parameters": .object([
                    CardField.action: action, CardField.press: .string(press.value),
                ]),
            ]
            if let because = wish.because {
                let inputs: JSONValue = ["stringInputs": ["value": [.string(because)]]]
                common["formInputs"] = .object([CardField.because: inputs])
            }
            body["type"] = "CARD_CLICKED"
            body["common"] = .object(common)
        } else {
            let typed = wish.text ?? "help"
            let isCommand = wish.command != ChatMessage.mention
            body["type"] = "MESSAGE"
            message["text"] = .string("\(isCommand ? wish.command : "@Bascule") \(typed)")
            message["argumentText"] = .string(" \(typed)")
            if isCommand { message["slashCommand"] = ["commandId": "1"] }
        }
        body["message"] = .object(message)
        return SampleBody(body: JSONValue.object(body).encoded())
    }
}
