import CurlClient
import JSONReader
import TestKit
import Testing
import Vocabulary

/// A room of the simulated chat where people type and press, and read what they are shown.
///
/// Slack takes about one message a second in a room: what happens side by side has rooms of its own.
struct ChatRoom {
    /// A message with a button that somebody may press.
    struct Card {
        let message: JSONValue
        let button: JSONValue

        var id: String { message["id"]?.string ?? "" }
        var text: String { message["text"]?.string ?? "" }
        /// The digest of what it shows.
        var seen: String? {
            Press(actionID: button["action_id"]?.string ?? "", value: button["value"]?.string ?? "")?.seen
        }
    }

    static let tell = "C05TELL"

    let bridge: BridgeProcess
    let simulator: SimulatorProcess
    var name = "C05SOCOPS7"

    /// Types a command, and hands back what it is answered.
    @discardableResult
    func say(_ text: String, as user: String = People.mia) async throws -> String {
        let delivery = try SignedDelivery.slack(text, user: user, room: name, chat: simulator.word("chat"))
        let answer = try #require(await bridge.deliver(delivery))
        #expect(answer.status == 200)
        return try JSONReader.read(answer.body, root: .object)["text"]?.string ?? ""
    }

    /// Presses a button that was drawn; the answer to the press itself says nothing.
    ///
    /// - Returns: What to give to find the dialog that it opens.
    @discardableResult
    func press(_ card: Card, as user: String) async throws -> String {
        let trigger = "1.\(card.id).\(user).\(Timestamp.now().milliseconds)"
        let press = try SignedDelivery.slackPress(card.button, user: user, room: name, trigger: trigger)
        let answer = try #require(await bridge.deliver(press))
        #expect(answer.status == 200 && answer.body.isEmpty)
        return trigger
    }

    func messages(_ kind: String) async throws -> [JSONValue] {
        try await simulator.messages().filter { $0["kind"]?.string == kind && $0["place"]?.string == name }
    }

    /// Waits for a message in this room that has a button with this word about this job.
    func card(_ word: Button.Word, of job: String) async throws -> Card {
        try await wait("a button \(word.rawValue) of \(job)") {
            try await messages("message").lazy.compactMap { Self.card(word, of: job, $0) }.last
        }
    }

    /// Waits for a message of the room, as it is now.
    func message(_ id: String, until fits: @escaping (JSONValue) -> Bool) async throws -> JSONValue {
        try await wait("a change of message \(id)") {
            try await messages("message").first { $0["id"]?.string == id && fits($0) }
        }
    }

    /// Waits for what one person alone is told.
    func whisper(to user: String, saying words: String) async throws {
        _ = try await wait("a whisper to \(user) saying \"\(words)\"") {
            try await messages("ephemeral").first {
                $0.at("body.user")?.string == user && ($0["text"]?.string ?? "").contains(words)
            }
        }
    }

    static func buttons(of message: JSONValue) -> [JSONValue] {
        let blocks = message.at("body.blocks")?.array ?? []
        return blocks.filter { $0["type"] == "actions" }.flatMap { $0["elements"]?.array ?? [] }
    }

    private static func card(_ word: Button.Word, of job: String, _ message: JSONValue) -> Card? {
        let found = buttons(of: message).first { button in
            let press = Press(
                actionID: button["action_id"]?.string ?? "",
                value: button["value"]?.string ?? ""
            )
            return press?.word == word && press?.job.text == job
        }
        return found.map { Card(message: message, button: $0) }
    }

    private func wait<Value>(_ what: String, _ look: () async throws -> Value?) async throws -> Value {
        try await eventually(
            "\(what) in \(name)",
            every: .milliseconds(100),
            detail: { await shown() },
            look
        )
    }
}

extension ChatRoom {
    /// All that anybody was shown, for a failure.
    private func shown() async -> String {
        let all = (try? await simulator.messages()) ?? []
        return all.map { message in
            ["kind", "place", "text"].map { message[$0]?.string ?? "" }.joined(separator: " ")
        }.joined(separator: "\n")
    }
}

/// Whom the settings of these tests know, as the chat names them.
enum People {
    /// Asks.
    static let mia = "U2147"
    /// May nothing but look.
    static let omar = "U9"
    /// Agree and let go on.
    static let ines = "U2290"
    static let ada = "U2291"
    /// In no settings.
    static let stranger = "U66"
}
