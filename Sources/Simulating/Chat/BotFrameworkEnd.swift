import Cryptography
import JSONReader
import Vocabulary

/// Who signs what Teams sends to a bot, and gives bots their tokens: `/botframework/…`.
///
/// `POST /botframework/sample-token` signs a token as Teams would, so that a delivery can be made up.
///
/// - Source: `reference/webhook-sources.md` §3.3, `reference/webhook-replies.md` §2.
enum BotFrameworkEnd: ReplyEnd {
    static let audience = "https://api.botframework.com"
    private static let life: Int64 = 3_600

    static func answer(_ call: SimulatedCall, in chat: inout ChatService) -> SimulatedAnswer? {
        let segments = call.segments
        guard segments.first == "botframework" else { return nil }
        switch (call.method, segments.dropFirst().joined(separator: "/")) {
        case ("GET", "v1/.well-known/openidconfiguration"):
            let root = "\(call.base)/botframework/v1/.well-known"
            return .json(
                200,
                [
                    "issuer": .string(audience), "jwks_uri": .string("\(root)/keys"),
                    "authorization_endpoint": "https://invalid.botframework.com",
                    "id_token_signing_alg_values_supported": ["RS256"],
                    "token_endpoint_auth_methods_supported": ["private_key_jwt"],
                ]
            )
        case ("GET", "v1/.well-known/keys"): return .json(200, keys(chat.mint))
        case ("POST", "sample-token"): return SampleTokens.sign(call, chat.mint)
        case ("POST", _) where segments.count == 5 && Array(segments[2...]) == ["oauth2", "v2.0", "token"]:
            return token(call, chat)
        default: return .json(404, ["error": "not_found"])
        }
    }

    /// The mint's key, endorsed to speak for Teams.
    private static func keys(_ mint: TokenMint) -> JSONValue {
        let keys = (mint.keySet["keys"]?.array ?? []).map { key -> JSONValue in
            var members = key.object ?? [:]
            members["endorsements"] = ["msteams"]
            return .object(members)
        }
        return ["keys": .array(keys)]
    }

    private static func token(_ call: SimulatedCall, _ chat: ChatService) -> SimulatedAnswer {
        guard let form = try? TokenForm(call), form["grant_type"] == "client_credentials" else {
            return .json(400, ["error": "unsupported_grant_type"])
        }
        guard let app = form["client_id"], !app.isEmpty, let secret = form["client_secret"], !secret.isEmpty,
            chat.script.teamsSecret.map({ $0 == secret }) ?? true
        else { return .json(401, ["error": "invalid_client", "error_description": "AADSTS7000215"]) }
        guard form["scope"] == "\(audience)/.default" else { return .json(400, ["error": "invalid_scope"]) }
        let now = call.at.seconds
        let token = try? chat.mint.sign([
            "aud": .string(audience), "iss": "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/",
            "appid": .string(app), "nbf": .integer(now - 300), "exp": .integer(now + life),
        ])
        guard let token else { return .json(500, ["error": "server_error"]) }
        return .json(
            200,
            ["token_type": "Bearer", "expires_in": .integer(life - 1), "access_token": .string(token)]
        )
    }
}

/// The service that takes what a bot says: `/teams[/REGION]/v3/conversations/…`.
///
/// A person whom the script does not let be written to has not installed the bot: a conversation with them is refused.
enum TeamsServiceEnd: ReplyEnd {
    static func answer(_ call: SimulatedCall, in chat: inout ChatService) -> SimulatedAnswer? {
        guard call.segments.first == "teams", let start = call.segments.firstIndex(of: "v3"), start <= 2,
            call.segments.dropFirst(start + 1).first == "conversations"
        else { return nil }
        guard isAllowed(call, chat) else {
            return fail(401, "Unauthorized", "Authorization has been denied.")
        }
        guard call.header("content-type")?.lowercased().hasPrefix("application/json") ?? false,
            let body = try? JSONReader.read(call.body, root: .object)
        else { return fail(400, "BadSyntax", "The request is not valid JSON.") }
        let rest = Array(call.segments.dropFirst(start + 2))
        switch (call.method, rest.count) {
        case ("POST", 0): return open(body, chat)
        case ("POST", 2) where rest[1] == "activities": return post(body, in: rest[0], call, &chat)
        case ("PUT", 3) where rest[1] == "activities": return change(rest[2], body, in: rest[0], &chat)
        default: return fail(404, "NotFound", "Nothing is here.")
        }
    }

    private static func isAllowed(_ call: SimulatedCall, _ chat: ChatService) -> Bool {
        let words = call.header("authorization")?.split(separator: " ") ?? []
        guard words.count == 2, words[0] == "Bearer", let claims = chat.mint.claims(of: String(words[1]))
        else { return false }
        return claims["aud"]?.string == BotFrameworkEnd.audience
            && (claims["exp"]?.integer ?? 0) > call.at.seconds
    }

    /// A conversation with one person; the same one each time.
    private static func open(_ body: JSONValue, _ chat: ChatService) -> SimulatedAnswer {
        guard let members = body["members"]?.array, members.count == 1, let person = members[0]["id"]?.string,
            body["isGroup"] == false, body.at("bot.id")?.string?.isEmpty == false,
            body.at("channelData.tenant.id")?.string?.isEmpty == false
        else { return fail(400, "BadArgument", "Members, bot and tenant are needed.") }
        guard !chat.script.teamsStrangers.contains(person) else {
            return fail(403, "BotNotInConversationRoster", "The bot is not installed for the user.")
        }
        let digits = person.filter { $0.isLetter || $0.isNumber }
        return .json(201, ["id": .string("a:\(digits)")])
    }

    private static func post(
        _ body: JSONValue,
        in conversation: String,
        _ call: SimulatedCall,
        _ chat: inout ChatService
    ) -> SimulatedAnswer {
        if let refusal = refusal(body) { return refusal }
        guard let card = CardReading(message: body) else { return fail(400, "BadSyntax", "Bad card.") }
        if chat.teams.isTooFast(conversation, at: call.at, most: 7, within: .seconds(1)) {
            var answer = fail(429, "TooManyRequests", "Too many requests.")
            answer.headers.append(("Retry-After", "1"))
            return answer
        }
        let text = card.lines.joined(separator: "\n")
        let message = chat.keep(.message, conversation, text, body, call)
        return .json(201, ["id": .string(message.id)])
    }

    private static func change(
        _ id: String,
        _ body: JSONValue,
        in conversation: String,
        _ chat: inout ChatService
    ) -> SimulatedAnswer {
        if let refusal = refusal(body) { return refusal }
        guard let card = CardReading(message: body) else { return fail(400, "BadSyntax", "Bad card.") }
        guard chat.change(id, in: conversation, card.lines.joined(separator: "\n"), body) != nil else {
            return fail(404, "ActivityNotFoundInConversation", "There is no such activity.")
        }
        return .json(200, ["id": .string(id)])
    }

    private static func refusal(_ body: JSONValue) -> SimulatedAnswer? {
        guard body.encoded().count <= CardReading.bytesMax else {
            return fail(413, "MessageSizeTooBig", "The message is larger than 28 KB.")
        }
        return nil
    }

    private static func fail(_ status: Int, _ code: String, _ text: String) -> SimulatedAnswer {
        .json(status, ["error": ["code": .string(code), "message": .string(text)]])
    }
}
