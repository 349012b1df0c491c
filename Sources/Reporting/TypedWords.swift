import Enqueuing
import Vocabulary

/// Says what to type, where a medium has no buttons that come back.
enum TypedWords {
    private static let machineMax = 200
    /// The most that is said of many jobs, in UTF-16 units.
    private static let unitsMax = 4_000

    /// Where what to type for each of many jobs does not fit.
    static let ofAnyJob = ["approve <job>", "deny <job> because …", "the jobs' ids are what `jobs` lists"]

    /// What to type for each job of a batch, by its newest notice; of several each line names the machine.
    static func commands(of batch: Batch) -> [String] {
        var notices = batch.lines.map(\.notice)
        if notices.isEmpty {
            var seen: Set<String> = []
            notices = batch.entries.reversed().filter { seen.insert($0.job?.text ?? $0.id).inserted }
                .map(\.notice).reversed()
        }
        let asking = notices.filter { $0.buttons?.isEmpty == false }
        guard asking.count > 1 || !batch.lines.isEmpty else { return asking.flatMap { commands(of: $0) } }
        let lines = asking.map { notice in
            let words = commands(of: notice).joined(separator: "  or  ")
            return machine(of: notice).map { "\($0): \(words)" } ?? words
        }
        return lines.joined().utf16.count > unitsMax ? ofAnyJob : lines
    }

    /// The command of each button that is not drawn; the machine is the one that the notice is about.
    static func commands(of notice: Notice, besides drawn: Set<Button.Word> = []) -> [String] {
        let machine = machine(of: notice) ?? "<machine>"
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

    private static func machine(of notice: Notice) -> String? {
        notice.fields.first { $0.name == "machine" }.map { ReplyText.cut($0.value, to: machineMax) }
    }
}
