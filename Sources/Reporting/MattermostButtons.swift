import Enqueuing
import JSONReader
import Vocabulary

/// Buttons of a Mattermost post: what each says goes unseen into its context, sealed.
///
/// *Deny* needs a reason, which a button cannot ask for here: it is typed.
///
/// - Source: `reference/webhook-replies.md` §8, `reference/webhook-sources.md` §3.4.
package struct MattermostButtons: Sendable {
    private static let nameMax = 80
    private static let buttonsMax = 5

    /// Where Mattermost reaches this source, such as `https://bridge.corp.example/hooks/mm`.
    private let hook: String
    /// Makes the members of a context out of what a button says.
    private let seal: @Sendable (String) -> [String: String]

    package init(hook: String, seal: @escaping @Sendable (String) -> [String: String]) {
        self.hook = hook
        self.seal = seal
    }

    /// Those of a notice's buttons that are drawn.
    func drawn(of notice: Notice) -> [Button] {
        let fitting = (notice.buttons ?? []).filter { $0.word != .deny && $0.press.short != nil }
        return Array(fitting.prefix(Self.buttonsMax))
    }

    /// Without buttons an empty list, which takes those of an older text away.
    func props(_ buttons: [Button]) -> JSONValue {
        let actions = buttons.enumerated().map { place, button in action(button, at: place) }
        return ["attachments": actions.isEmpty ? [] : [["actions": .array(actions)]]]
    }

    private func action(_ button: Button, at place: Int) -> JSONValue {
        let context = seal(button.press.short ?? "").mapValues { JSONValue.string($0) }
        let label = button.label.isEmpty ? button.word.rawValue : button.label
        return [
            // Letters and digits only.
            "id": .string("\(button.word.rawValue)\(place)"), "type": "button",
            "name": .string(ReplyText.cut(label, to: Self.nameMax)), "style": style(button.style),
            "integration": ["url": .string(hook), "context": .object(context)],
        ]
    }

    private func style(_ style: Button.Style) -> JSONValue {
        switch style {
        case .plain: "default"
        case .primary: "primary"
        case .danger: "danger"
        }
    }
}
