import CurlClient
import Enqueuing
import JSONReader
import Vocabulary

/// What one person is told or asked by itself; both need a bot token.
extension SlackReplies {
    /// Slack takes a trigger for three seconds; a call that lasts longer is of no use.
    private static let askingDeadline = Duration.seconds(5)

    /// Tells one person in a channel; nobody else sees it, and it cannot be changed later.
    func whisper(_ batch: Batch, channel: String, person: String) async -> Delivery {
        guard let token = settings.token else { return .impossible(trouble: "slack.no-token") }
        let isRepeated = batch.entries.map(\.mayHaveBeenSent)
        var message = SlackMessage.render(batch.entries.map(\.notice), isRepeated: isRepeated).object ?? [:]
        message["channel"] = .string(channel)
        message["user"] = .string(person)
        return await call("chat.postEphemeral", message, token)
    }

    /// Opens a dialog for whoever pressed a button.
    ///
    /// - Returns: `impossible` once the trigger has expired; that is never tried again.
    func ask(_ dialog: Dialog, mayBeOpen: Bool) async -> Delivery {
        guard let token = settings.token else { return .impossible(trouble: "slack.no-token") }
        guard now < dialog.trigger.expiresAt else { return .impossible(trouble: "slack.trigger-expired") }
        let body: [String: JSONValue] = [
            "trigger_id": .string(dialog.trigger.id), "view": SlackDialog.view(dialog),
        ]
        let delivery = await call("views.open", body, token, within: min(deadline, Self.askingDeadline))
        let isUsed = ["exchanged_trigger_id", "trigger_exchanged"].contains {
            delivery == .impossible(trouble: "slack.\($0)")
        }
        // The first try, whose outcome was never learnt, opened it.
        return mayBeOpen && isUsed ? .told(messageID: nil, usesResponseURL: false) : delivery
    }

    private func call(
        _ method: String,
        _ body: [String: JSONValue],
        _ token: Secret,
        within deadline: Duration? = nil
    ) async -> Delivery {
        do throws(TransferFailure) {
            let answer = try await post(
                body,
                to: "\(settings.apiBase)/\(method)",
                token: token,
                rule: .any,
                within: deadline
            )
            guard case .told = read(answer) else { return read(answer) }
            return .told(messageID: nil, usesResponseURL: false)
        } catch {
            return Delivery.Trouble(error).map(Delivery.failed) ?? .impossible(trouble: error.code)
        }
    }
}
