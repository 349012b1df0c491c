import Enqueuing
import Vocabulary

/// Says what to type, where a medium has no buttons that come back.
enum TypedWords {
    /// The command of each button; the machine is the one that the notice is about.
    static func commands(of notice: Notice) -> [String] {
        let machine = notice.fields.first { $0.name == "machine" }?.value ?? "<machine>"
        return (notice.buttons ?? []).map { button in
            switch button.word {
            case .approve: "approve \(button.job)"
            case .deny: "deny \(button.job) because <reason>"
            case .go: "go \(button.job)"
            case .extend: "extend \(machine) for \(button.duration?.description ?? "<duration>")"
            case .release: "release \(machine)"
            case .freeze: "freeze because <reason>"
            }
        }
    }
}
