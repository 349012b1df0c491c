import Foundation
import JSONReader
package import Vocabulary

/// Slack's deliveries: slash commands, buttons and forms, mentions, the URL handshake and the certificate probe.
///
/// Source: `reference/webhook-sources.md` §3.1.
package struct Slack: SourceReader {
    package static let kind = SourceKind("slack", isChat: true, provesPerson: true)

    /// How long a `response_url` lives.
    private static let responseURLLife = Duration.seconds(30 * 60)

    private let reading: SourceReading

    package init(_ reading: SourceReading) {
        self.reading = reading
    }

    package func classify(
        _ delivery: VerifiedDelivery,
        with routes: RouteAsking
    ) async throws(Unreadable) -> Classification {
        if Self.isJSON(delivery.body) {
            return try SlackEvent(reading, body: delivery.body).classify()
        }
        let form = try FormFields(delivery.body)
        if form["ssl_check"] == "1" {
            return .handshake(HookAnswer(status: 200, contentType: "text/plain", body: ""))
        }
        if let payload = form["payload"] {
            return try SlackInteraction(reading, payload: payload, receivedAt: delivery.receivedAt).classify()
        }
        return try classifyCommand(form, receivedAt: delivery.receivedAt)
    }

    /// `trigger_id` of a command, a press or a form; `event_id` of an event.
    package static func senderKey(of delivery: VerifiedDelivery) -> String? {
        if isJSON(delivery.body) { return SlackEvent.eventID(of: delivery.body) }
        guard let form = try? FormFields(delivery.body) else { return nil }
        if let payload = form["payload"] { return SlackInteraction.triggerID(of: payload) }
        guard let trigger = form["trigger_id"], (1...200).contains(trigger.utf8.count)
        else { return nil }
        return trigger
    }

    /// Channel and time of an event.
    package static func secondKey(of delivery: VerifiedDelivery) -> String? {
        isJSON(delivery.body) ? SlackEvent.place(of: delivery.body) : nil
    }

    private func classifyCommand(
        _ form: FormFields,
        receivedAt: Timestamp
    ) throws(Unreadable) -> Classification {
        guard let team = form["team_id"], let user = form["user_id"], let channel = form["channel_id"],
            let command = form["command"], [team, user, channel].allSatisfy(Self.isIdentifier)
        else { throw Unreadable("slack.not-a-command", "The form is not a slash command of Slack.") }
        guard reading.tenants.contains(team) else {
            throw Unreadable(
                "slack.workspace-not-listed",
                "The command comes from a workspace that the settings do not list."
            )
        }
        if reading.ownAccounts.contains("\(team)/\(user)") { return .own }
        guard reading.commands.contains(command) else { return .unmatched }
        let requests: [Request]
        do throws(Misunderstanding) {
            requests = try ChatGrammar.parse(form["text"] ?? "")
        } catch {
            return .notUnderstood(words: error.words, answeredBy: .response)
        }
        let reply = ReplyAddress.slack(
            channel: channel,
            user: user,
            responseURL: responseURL(form, receivedAt: receivedAt)
        )
        return .intents(
            requests.map { request in
                Intent(
                    source: reading.name,
                    asker: .identity("\(team)/\(user)"),
                    askerShownName: form["user_name"],
                    request: request,
                    replyTo: reply,
                    route: command,
                    place: .room(channel)
                )
            }
        )
    }

    /// The address to answer to, or nil if it is not one of the provider's own: then it is not used.
    private func responseURL(_ form: FormFields, receivedAt: Timestamp) -> ResponseURL? {
        let hosts = reading.replyHosts.map(ReplyHosts.init) ?? .slack
        guard let address = form["response_url"], hosts.permits(address) else { return nil }
        return ResponseURL(url: address, expiresAt: receivedAt + Self.responseURLLife)
    }

    private static func isJSON(_ body: [UInt8]) -> Bool {
        body.first { $0 != 0x20 && !(0x09...0x0D).contains($0) } == UInt8(ascii: "{")
    }

    /// Slack's identifiers are capitals and digits.
    static func isIdentifier(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
    }
}
