import Enqueuing
import Vocabulary

/// Says what to type, where a medium has no buttons that come back.
enum TypedWords {
    private static let machineMax = 200

    /// The command of each button that is not drawn; the machine is the one that the notice is about.
    static func commands(of notice: Notice, besides drawn: Set<Button.Word> = []) -> [String] {
        let named = notice.fields.first { $0.name == "machine" }?.value
        let machine = named.map { ReplyText.cut($0, to: machineMax) } ?? "<machine>"
        return (notice.buttons ?? []).filter { !drawn.contains($0.word) }.map { button in
            switch button.word {
            case .approve: "approve \(button.job)"
            case .deny: "deny \(button.job) because …"
            case .go: "go \(button.job)"
            case .extend: "extend \(machine) for \(button.duration?.description ?? "…")"
            case .release: "release \(machine)"
            case .freeze: "freeze because …"
            }
        }
    }
}
