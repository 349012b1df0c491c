import Cryptography
import JSONReader
import Vocabulary

/// Google: keys, tokens for service accounts, and the interface of Chat, all below `/google/`.
///
/// - Source: `reference/webhook-replies.md` §8; its words of refusal from memory.
enum GoogleChatEnd: ReplyEnd {
    private static let scope = "https://www.googleapis.com/auth/chat.bot"
    private static let grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    private static let audience = "https://chat.googleapis.com/"
    private static let textMax = 4_096
    private static let life: Int64 = 3_600

    static func answer(_ call: SimulatedCall, in chat: inout ChatService) -> SimulatedAnswer? {
        let segments = call.segments
        guard segments.first == "google" else { return nil }
        switch (call.method, segments.dropFirst().first, segments.count) {
        case ("GET", "keys", 2): return .json(200, chat.mint.keySet)
        case ("POST", "sample-token", 2): return SampleTokens.sign(call, chat.mint)
        case ("POST", "token", 2): return token(call, chat.mint)
        case ("POST", "v1", 5) where segments[2] == "spaces" && segments[4] == "messages":
            return write(call, in: "spaces/\(segments[3])", changing: nil, &chat)
        case ("PATCH", "v1", 6) where segments[2] == "spaces" && segments[4] == "messages":
            let space = "spaces/\(segments[3])"
            return write(call, in: space, changing: "\(space)/messages/\(segments[5])", &chat)
        default: return fail(404, "NOT_FOUND", "Nothing is here.")
        }
    }

    /// Whose assertion it is cannot be told without a list of accounts: its form and its times are looked at.
    private static func token(_ call: SimulatedCall, _ mint: TokenMint) -> SimulatedAnswer {
        guard let form = try? TokenForm(call), form["grant_type"] == grant,
            let assertion = form["assertion"].flatMap(WebToken.init), assertion.header["alg"] == "RS256"
        else { return .json(400, ["error": "unsupported_grant_type"]) }
        let now = call.at.seconds
        guard let end = assertion.claims["exp"]?.integer, let start = assertion.claims["iat"]?.integer,
            end > now, start <= now + 60, end - start <= life,
            assertion.claims["iss"]?.string?.contains("@") == true,
            assertion.claims["aud"]?.string == "\(call.base)/google/token",
            assertion.claims["scope"]?.string == scope
        else { return .json(400, ["error": "invalid_grant"]) }
        guard let token = try? mint.sign(["aud": .string(audience), "exp": .integer(now + life)]) else {
            return .json(500, ["error": "internal_failure"])
        }
        return .json(
            200,
            ["token_type": "Bearer", "expires_in": .integer(life - 1), "access_token": .string(token)]
        )
    }

    private static func write(
        _ call: SimulatedCall,
        in space: String,
        changing name: String?,
        _ chat: inout ChatService
    ) -> SimulatedAnswer {
        let words = call.header("authorization")?.split(separator: " ") ?? []
        guard words.count == 2, words[0] == "Bearer", let claims = chat.mint.claims(of: String(words[1])),
            claims["aud"]?.string == audience, (claims["exp"]?.integer ?? 0) > call.at.seconds
        else { return fail(401, "UNAUTHENTICATED", "The request is not authenticated.") }
        guard let body = try? JSONReader.read(call.body, root: .object), let text = body["text"]?.string,
            !text.isEmpty, text.count <= textMax, (body["cardsV2"]?.array ?? []).allSatisfy(isTaken)
        else { return fail(400, "INVALID_ARGUMENT", "The message is not valid.") }
        let shown = text.replacing("\u{200B}", with: "")
        if let name {
            guard call.queryFields.contains(where: { $0.name == "updateMask" && !$0.value.isEmpty }) else {
                return fail(400, "INVALID_ARGUMENT", "The update mask is needed.")
            }
            let id = String(name.dropFirst("\(space)/messages/".count))
            guard chat.change(id, in: space, shown, body) != nil else {
                return fail(404, "NOT_FOUND", "The message was not found.")
            }
            return .json(200, ["name": .string(name)])
        }
        if chat.teams.isTooFast(space, at: call.at, most: 5, within: .seconds(5)) {
            return fail(429, "RESOURCE_EXHAUSTED", "Quota exceeded.")
        }
        let message = chat.keep(.message, space, shown, body, call)
        return .json(200, ["name": .string("\(space)/messages/\(message.id)")])
    }

    private static func isTaken(_ card: JSONValue) -> Bool {
        let sections = card.at("card.sections")?.array ?? []
        return card["cardId"]?.string != nil && !sections.isEmpty
            && sections.allSatisfy { section in
                let widgets = section["widgets"]?.array ?? []
                return !widgets.isEmpty
                    && widgets.allSatisfy { widget in
                        if let input = widget["textInput"] { return input["name"]?.string != nil }
                        let buttons = widget.at("buttonList.buttons")?.array ?? []
                        return !buttons.isEmpty
                            && buttons.allSatisfy {
                                $0["text"]?.string != nil && $0.at("onClick.action.function")?.string != nil
                            }
                    }
            }
    }

    private static func fail(_ status: Int, _ code: String, _ text: String) -> SimulatedAnswer {
        .json(
            status,
            ["error": ["code": .integer(Int64(status)), "status": .string(code), "message": .string(text)]]
        )
    }
}
