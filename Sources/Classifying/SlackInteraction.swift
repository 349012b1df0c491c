import JSONReader
import Vocabulary

/// What people press and fill in at Slack: buttons of ours, and the form that asks why something is denied.
///
/// Source: `reference/webhook-sources.md` §3.1.
struct SlackInteraction {
    /// How long Slack lets a dialog be opened after a press.
    private static let triggerLife = Duration.seconds(3)
    private static let shownNameMax = 200

    private let reading: SourceReading
    private let payload: JSONValue
    private let receivedAt: Timestamp

    /// - Parameters:
    ///   - reading: The source.
    ///   - payload: The form's one field.
    ///   - receivedAt: When it arrived.
    /// - Throws: ``Unreadable`` for what two readers could read differently.
    init(_ reading: SourceReading, payload: String, receivedAt: Timestamp) throws(Unreadable) {
        self.reading = reading
        self.payload = try Unreadable.reading(Array(payload.utf8), root: .object)
        self.receivedAt = receivedAt
    }

    func classify() throws(Unreadable) -> Classification {
        switch payload["type"]?.string {
        case "block_actions": return try classifyPress()
        case "view_submission": return try classifyForm()
        default:
            throw Unreadable(
                "slack.unknown-interaction",
                "Slack sent an interaction that is neither a button nor a form."
            )
        }
    }

    /// Slack's name for one press or one submission of a form; nil for anything else.
    static func triggerID(of payload: String) -> String? {
        guard let value = try? JSONReader.read(payload, root: .object),
            ["block_actions", "view_submission"].contains(value["type"]?.string)
        else { return nil }
        return triggerID(value)
    }

    // MARK: Buttons

    private func classifyPress() throws(Unreadable) -> Classification {
        let actions = payload["actions"]?.array ?? []
        let ours = actions.filter { Press.isOurs(actionID: $0["action_id"]?.string ?? "") }
        if ours.isEmpty { return .unmatched }
        guard actions.count == 1, let action = ours.first, action["type"] == "button" else {
            throw Unreadable("slack.not-one-button", "The press is not of exactly one button.")
        }
        guard
            let press = Press(
                actionID: action["action_id"]?.string ?? "",
                value: action["value"]?.string ?? ""
            )
        else {
            throw Unreadable("slack.unknown-button", "The button is none that this build draws.")
        }
        let room = payload.at("container.channel_id")?.string ?? payload.at("channel.id")?.string ?? ""
        guard Slack.isIdentifier(room) else {
            throw Unreadable("slack.no-channel", "The press does not say in which channel it was.")
        }
        let person = try SlackPerson(payload, reading)
        return try answer(person, in: room) { () throws(Unreadable) in try request(of: press) }
    }

    private func request(of press: Press) throws(Unreadable) -> Request {
        switch press.word {
        case .approve: return .approve(press.job, seen: press.seen)
        case .deny:
            guard let id = Self.triggerID(payload) else {
                throw Unreadable("slack.no-trigger", "The press carries nothing that opens a dialog.")
            }
            let trigger = DialogTrigger(id: id, expiresAt: receivedAt + Self.triggerLife)
            return .askWhy(press.job, seen: press.seen, trigger)
        case .go: return .go(press.job)
        case .extend:
            guard let duration = press.duration else {
                throw Unreadable("slack.unknown-button", "The button does not say for how long.")
            }
            return .extendClaim(press.job, by: duration)
        case .release: return .releaseClaim(press.job)
        case .freeze: return .freeze(because: "the button beside \(press.job) was pressed")
        }
    }

    private static func triggerID(_ payload: JSONValue) -> String? {
        guard let id = payload["trigger_id"]?.string, (1...200).contains(id.utf8.count),
            id.utf8.allSatisfy({ (0x21..<0x7F).contains($0) })
        else { return nil }
        return id
    }

    // MARK: The form

    private func classifyForm() throws(Unreadable) -> Classification {
        guard payload.at("view.callback_id")?.string == DenialForm.callbackID else { return .unmatched }
        guard let form = DenialForm(metadata: payload.at("view.private_metadata")?.string ?? ""),
            Slack.isIdentifier(form.room),
            let field = payload.at("view.state.values.\(DenialForm.field).\(DenialForm.field)"),
            let value = field["value"], value.isNull || value.string != nil
        else { throw Unreadable("slack.broken-form", "The form is not as this build draws it.") }
        let person = try SlackPerson(payload, reading)
        let reason = Self.sentence(value.string ?? "")
        if reason.isEmpty, person.isListed {
            return .refused(
                code: "slack.no-reason",
                words: "A denial needs a reason.",
                answeredBy: .form(field: DenialForm.field)
            )
        }
        return try answer(person, in: form.room) { () throws(Unreadable) in
            .deny(form.job, because: reason, seen: form.seen)
        }
    }

    /// Made one line and bounded, as a typed reason is; what a form holds is plain text without escapes.
    private static func sentence(_ text: String) -> String {
        let words = ChatText.plain(text).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return String(words.prefix(DenialForm.reasonCharactersMax))
    }

    // MARK: Who

    private func answer(
        _ person: SlackPerson,
        in room: String,
        _ request: () throws(Unreadable) -> Request
    ) throws(Unreadable) -> Classification {
        let way = AnswerWay.whisper(room: room, person: person.user)
        guard person.isListed else {
            return .refused(
                code: "slack.workspace-not-listed",
                words: "You belong to a workspace that this bridge does not serve; nothing was done.",
                answeredBy: way
            )
        }
        if reading.ownAccounts.contains(person.identity) { return .own }
        return .intents([
            Intent(
                source: reading.name,
                asker: .identity(person.identity),
                askerShownName: person.shownName.map { String($0.prefix(Self.shownNameMax)) },
                request: try request(),
                replyTo: .slack(channel: room, user: person.user, responseURL: nil),
                place: .room(room),
                answeredBy: way
            )
        ])
    }
}

/// Whoever pressed or submitted, as the signed payload names them.
private struct SlackPerson {
    let user: String
    /// Workspace and user, as the settings' `people` write it.
    let identity: String
    let shownName: String?
    /// True if every workspace that the payload names for the person may speak here.
    ///
    /// In a channel shared with another organisation the card is seen, and pressed, by people of theirs: there
    /// `team` may be ours while `user.team_id` is not. Whoever's own workspace is not named is a stranger.
    let isListed: Bool

    init(_ payload: JSONValue, _ reading: SourceReading) throws(Unreadable) {
        let home = payload.at("user.team_id")?.string
        // An app installed for a whole organisation is told no `team`.
        let team = payload["team"].flatMap { $0.isNull ? nil : $0["id"]?.string ?? "" }
        guard let user = payload.at("user.id")?.string, Slack.isIdentifier(user),
            [home, team].compactMap({ $0 }).allSatisfy(Slack.isIdentifier)
        else { throw Unreadable("slack.no-person", "The interaction does not say who acted.") }
        self.user = user
        identity = "\(team ?? home ?? "")/\(user)"
        shownName = payload.at("user.username")?.string ?? payload.at("user.name")?.string
        isListed =
            home.map { home in ([home] + (team.map { [$0] } ?? [])).allSatisfy(reading.tenants.contains) }
            ?? false
    }
}
