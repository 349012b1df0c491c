import CurlClient
import Foundation
import JSONReader
import TestKit
import Testing
import Vocabulary

/// A channel of the simulated Teams where people mention a bot, press what it draws, and read it.
struct TeamsRoom {
    static let app = "5f0c1d2e-aaaa-4bbb-8ccc-0123456789ab"
    static let tenant = "5a1b2c3d-0000-4000-8000-1234567890ab"
    static let channel = "19:4f2c0a9e3b7d4c51a8e6d1b2c3f4a5b6@thread.tacv2"
    static let tellChannel = "19:7e110000000000000000000000000000@thread.tacv2"

    /// Somebody as Entra ID and as Teams name them.
    struct Person {
        let object: String
        let account: String

        /// A number from 0 to 9 makes one.
        init(_ number: Int) {
            object = "7d0c7f3a-1f2b-4d7e-9a55-3f1f0c9b2e1\(number)"
            account = "29:person\(number)"
        }
    }

    static let mia = Person(0)
    static let omar = Person(1)
    static let ines = Person(2)
    static let ada = Person(3)
    static let stranger = Person(9)

    let bridge: BridgeProcess
    let simulator: SimulatorProcess
    /// The message that began the thread.
    let thread = "1788172952711"

    var conversation: String { "\(Self.channel);messageid=\(thread)" }
    private var service: String { "\(simulator.word("chat"))/teams/emea/" }

    // MARK: What people do

    /// Mentions the bot; Teams shows nobody what the hook answers.
    func say(_ text: String, as person: Person) async throws {
        let mention = "<at>Bascule</at>"
        var body = activity("message", by: person)
        body["text"] = .string("\(mention)&nbsp;\(text)\n")
        body["entities"] = [
            [
                "type": "mention", "mentioned": ["id": .string("28:\(Self.app)"), "name": "Bascule"],
                "text": .string(mention),
            ]
        ]
        let answer = try await deliver(body)
        #expect(answer.status == 200 && answer.body.isEmpty)
    }

    /// Presses a button and hands back what whoever pressed is shown.
    @discardableResult
    func press(
        _ button: JSONValue,
        as person: Person,
        filling fields: [String: String] = [:]
    ) async throws -> String {
        var body = activity("invoke", by: person)
        body["name"] = "adaptiveCard/action"
        body["value"] = [
            "action": [
                "type": button["type"] ?? .null, "verb": button["verb"] ?? .null,
                "data": Self.data(button, fields),
            ],
            "trigger": "manual",
        ]
        let answer = try await deliver(body)
        #expect(answer.status == 200)
        let shown = try JSONReader.read(answer.body, root: .object)
        #expect(shown["statusCode"] == 200)
        #expect(shown["type"] == "application/vnd.microsoft.activity.message")
        return (shown["value"]?.string ?? "").replacing("\\", with: "").replacing("\u{200B}", with: "")
    }

    /// The same with a client that knows no `Action.Execute`.
    func submit(_ button: JSONValue, as person: Person, in place: String? = nil) async throws {
        var body = activity("message", by: person, in: place)
        body["value"] = Self.data(button["fallback"] ?? .null, [:])
        let answer = try await deliver(body)
        #expect(answer.status == 200 && answer.body.isEmpty)
    }

    private static func data(_ button: JSONValue, _ fields: [String: String]) -> JSONValue {
        var data = button["data"]?.object ?? [:]
        for (name, value) in fields { data[name] = .string(value) }
        return .object(data)
    }

    private func activity(_ type: String, by person: Person, in place: String? = nil) -> [String: JSONValue] {
        let tenant = JSONValue.string(Self.tenant)
        return [
            "type": .string(type), "id": .string("f:\(UUID().uuidString.lowercased())"),
            "timestamp": .string(Timestamp.now().iso8601), "serviceUrl": .string(service),
            "channelId": "msteams",
            "from": [
                "id": .string(person.account), "name": "Somebody", "aadObjectId": .string(person.object),
            ],
            "recipient": ["id": .string("28:\(Self.app)"), "name": "Bascule"],
            "conversation": [
                "id": .string(place ?? conversation), "isGroup": true, "conversationType": "channel",
                "tenantId": tenant,
            ],
            "channelData": ["tenant": ["id": tenant]],
        ]
    }

    private func deliver(_ body: [String: JSONValue]) async throws -> IncomingResponse {
        let delivery = SignedDelivery(
            source: "soc-teams",
            headers: [
                .init("Authorization", "Bearer \(try await token())"),
                .init("Content-Type", "application/json; charset=utf-8"),
            ],
            body: JSONValue.object(body).encoded()
        )
        return try #require(await bridge.deliver(delivery))
    }

    /// As Teams would sign it.
    func token(audience: String = app, service: String? = nil) async throws -> String {
        let wish: JSONValue = [
            "issuer": "https://api.botframework.com", "audience": .string(audience),
            "serviceUrl": .string(service ?? self.service),
        ]
        let request = OutgoingRequest(
            .post,
            Secret("\(simulator.word("chat"))/botframework/sample-token"),
            body: Secret(wish.encoded()),
            isIdempotent: false
        )
        let answer = try await simulator.http.send(request)
        return try #require(try JSONReader.read(answer.body, root: .object)["token"]?.string)
    }

    // MARK: What people read

    func messages(in place: String? = nil) async throws -> [JSONValue] {
        try await simulator.messages().filter { $0["place"]?.string == place ?? conversation }
    }

    /// Waits for a message, as it is now.
    @discardableResult
    func message(saying words: String, in place: String? = nil) async throws -> JSONValue {
        try await eventually(
            "\"\(words)\" in \(place ?? conversation)",
            every: .milliseconds(100),
            detail: { await shown() },
            { try await messages(in: place).last { ($0["text"]?.string ?? "").contains(words) } }
        )
    }

    /// Waits for a message with this button.
    func button(_ word: Button.Word, in place: String? = nil) async throws -> JSONValue {
        try await eventually(
            "a button \(word.rawValue) in \(place ?? conversation)",
            every: .milliseconds(100),
            detail: { await shown() },
            { try await messages(in: place).last.flatMap { Self.button(word, of: $0) } }
        )
    }

    private static func button(_ word: Button.Word, of message: JSONValue) -> JSONValue? {
        buttons(of: message).first {
            ($0.at("data.bascule")?.string ?? "").hasPrefix("bascule.\(word.rawValue).")
        }
    }

    /// What can be pressed, also below what opens.
    static func buttons(of message: JSONValue) -> [JSONValue] {
        let actions = message.at("body.attachments.0.content.actions")?.array ?? []
        return actions.flatMap { action in
            action["type"] == "Action.ShowCard" ? action.at("card.actions")?.array ?? [] : [action]
        }
    }

    private func shown() async -> String {
        let all = (try? await simulator.messages()) ?? []
        return all.map { "\($0["place"]?.string ?? ""): \($0["text"]?.string ?? "")" }.joined(separator: "\n")
    }
}
