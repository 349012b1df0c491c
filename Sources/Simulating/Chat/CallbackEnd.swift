import Cryptography
import JSONReader
import Vocabulary

/// A system that takes our callbacks as any receiver of Standard Webhooks would, below `/callback`.
///
/// Who signed is found out here with code of its own; a delivery that was taken is taken once.
enum CallbackEnd: ReplyEnd {
    private static let toleranceSeconds: Int64 = 300
    private static let bodyBytesMax = 20 << 10

    static func answer(_ call: SimulatedCall, in chat: inout ChatService) -> SimulatedAnswer? {
        guard call.segments.first == "callback" else { return nil }
        guard call.method == "POST" else { return SimulatedAnswer(status: 405) }
        guard let id = single("webhook-id", call), let time = single("webhook-timestamp", call),
            let sent = single("webhook-signature", call), !id.isEmpty, !id.contains(".")
        else { return refuse(401, "the three headers are not there") }
        guard let seconds = Int64(time), abs(call.at.seconds - seconds) <= toleranceSeconds else {
            return refuse(401, "the time is not now")
        }
        guard
            isSigned(sent, over: Array("\(id).\(time).".utf8) + call.body, with: chat.script.callbackSecrets)
        else { return refuse(401, "no signature fits") }
        guard call.header("content-type")?.lowercased().hasPrefix("application/json") ?? false,
            call.body.count <= bodyBytesMax,
            let body = try? JSONReader.read(call.body, root: .object),
            body["type"]?.string?.isEmpty == false, body["timestamp"]?.string?.isEmpty == false,
            let data = body["data"]?.object
        else { return refuse(422, "this is no event") }
        guard chat.useTrigger("callback:" + id) else { return SimulatedAnswer(status: 204) }
        _ = chat.keep(.callback, call.path, data["detail"]?.string ?? "", body, call)
        return SimulatedAnswer(status: 204)
    }

    /// Each entry is `v1,` and base64; any that fits will do.
    ///
    /// Without secrets in the script every well-formed one is believed.
    private static func isSigned(_ list: String, over input: [UInt8], with secrets: [String]) -> Bool {
        let codes = list.split(separator: " ").filter { $0.hasPrefix("v1,") }
            .compactMap { Base64.decodeCanonical(String($0.dropFirst(3))) }.filter { $0.count == 32 }
        if secrets.isEmpty { return !codes.isEmpty }
        return secrets.contains { secret in
            guard secret.hasPrefix("whsec_"), let key = Base64.decodeCanonical(String(secret.dropFirst(6))),
                let authenticator = try? MessageAuthenticator(.sha256, key: Secret(key))
            else { return false }
            return codes.contains(authenticator.code(for: [input]))
        }
    }

    private static func single(_ name: String, _ call: SimulatedCall) -> String? {
        let values = call.headers[name] ?? []
        return values.count == 1 ? values[0] : nil
    }

    private static func refuse(_ status: Int, _ why: String) -> SimulatedAnswer {
        .json(status, ["error": .string(why)])
    }
}
