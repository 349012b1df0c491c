import Classifying
import JSONReader
import Vocabulary

/// An activity as Teams sends it, made up.
///
/// - Source: `reference/webhook-sources.md` §§3.2, 3.3.
enum TeamsSample {
    private static let room = "19:5a3p1e0000000000000000000000000@thread.tacv2"

    /// A message that mentions the bridge.
    static func message(_ wish: SampleWish) -> SampleBody {
        var body = activity(wish)
        let mention = "<at>Bascule</at>"
        body["type"] = "message"
        body["textFormat"] = "plain"
        body["text"] = .string("\(mention)&nbsp;\(escaped(wish.text ?? "help"))\n")
        let mentioned: JSONValue = ["id": .string(account(wish)), "name": "Bascule"]
        body["entities"] = [["type": "mention", "mentioned": mentioned, "text": .string(mention)]]
        return SampleBody(body: JSONValue.object(body).encoded())
    }

    /// A button of a card that is pressed.
    static func press(_ press: Press, _ wish: SampleWish) -> SampleBody {
        var body = activity(wish)
        body["type"] = "invoke"
        body["name"] = "adaptiveCard/action"
        body["replyToId"] = "1"
        var data: [String: JSONValue] = [
            CardField.action: .string(press.actionID(at: 0)), CardField.press: .string(press.value),
        ]
        if let because = wish.because { data[CardField.because] = .string(because) }
        body["value"] = [
            "action": ["type": "Action.Execute", "verb": "bascule", "data": .object(data)],
            "trigger": "manual",
        ]
        return SampleBody(body: JSONValue.object(body).encoded())
    }

    /// What all activities have.
    private static func activity(_ wish: SampleWish) -> [String: JSONValue] {
        let room = wish.room ?? Self.room
        let tenant = JSONValue.string(wish.tenant ?? "")
        var body: [String: JSONValue] = [
            "id": .string(wish.id), "timestamp": .string(wish.now.iso8601),
            "serviceUrl": .string(wish.service ?? "https://smba.trafficmanager.net/emea/"),
            "channelId": "msteams",
            "from": ["id": "29:sample", "name": "Sample", "aadObjectId": .string(wish.identity)],
            "conversation": [
                "id": .string("\(room);messageid=\(wish.now.milliseconds)"), "isGroup": true,
                "conversationType": "channel", "tenantId": tenant,
            ],
            "channelData": ["channel": ["id": .string(room)], "tenant": ["id": tenant]],
            "locale": "en-GB",
        ]
        if wish.audience != nil { body["recipient"] = ["id": .string(account(wish)), "name": "Bascule"] }
        return body
    }

    private static func account(_ wish: SampleWish) -> String { "28:\(wish.audience ?? "sample")" }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
