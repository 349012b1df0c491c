import Catalogue
import Vocabulary

/// An action whose back end Microsoft takes away.
struct Retirement: Sendable, Hashable {
    let word: String
    /// The API that carries it out, in words.
    let backEnd: String
    /// ISO date.
    let date: String

    /// Those of the catalogue, as it is served.
    static func all(_ backEnds: BackEndChoice = BackEndChoice()) -> [Retirement] {
        Catalogue.actions.map(backEnds.served).compactMap { entry in
            entry.retires.map { Retirement(word: entry.word, backEnd: words(of: entry.backEnd), date: $0) }
        }
    }

    /// What was announced of a whole API, with what speaks against it.
    ///
    /// Source: `reference/defender-api.md` §8, MC1220762.
    static let announced = """
        message MC1220762 of 2026-01-22 ends the whole Defender for Endpoint API on 2027-02-01; the pages of its \
        machine actions say nothing of it, and Microsoft Graph has no such actions: watch the message centre
        """

    func isOver(at now: Timestamp) -> Bool { String(now.iso8601.prefix(10)) >= date }

    /// `hunt ends on 2027-02-01 (Defender for Endpoint API)`.
    func text(at now: Timestamp) -> String {
        "\(word) \(isOver(at: now) ? "ended" : "ends") on \(date) (\(backEnd))"
    }

    private static func words(of backEnd: BackEnd) -> String {
        switch backEnd {
        case .defender: "Defender for Endpoint API"
        case .graph: "Microsoft Graph"
        case .bascule: "Bascule"
        }
    }
}
