import Catalogue
import Deciding
import Vocabulary
import Yams

/// Which back end serves what can be had from more than one: `back-ends: { hunting: graph, alerts: defender }`.
extension SettingsReader {
    /// The choice, held against the addresses that the cloud has.
    static func readBackEnds(_ fields: Fields, graph: String?) -> BackEndChoice {
        var choice = BackEndChoice()
        guard let node = fields["back-ends"] else { return choice }
        guard let part = Fields(node, "\"back-ends\"", known: ["hunting", "alerts"], in: fields.reading)
        else {
            return choice
        }
        let words = [BackEnd.graph.rawValue, BackEnd.defender.rawValue]
        if let word = part.word("hunting", of: words), let chosen = BackEnd(rawValue: word) {
            choice.hunting = chosen
        }
        if let word = part.word("alerts", of: words), let chosen = BackEnd(rawValue: word) {
            choice.alerts = chosen
        }
        for (key, chosen) in [("hunting", choice.hunting), ("alerts", choice.alerts)]
        where chosen == .graph && graph == nil && part[key] != nil {
            part.reading.error(
                part[key],
                "\"\(key)\" is served by Graph, and \"cloud\" names no address of Graph",
                "add `graph: URL` to \"cloud\", or write defender"
            )
        }
        return choice
    }

    /// Says which granted actions need an address of Graph that is missing.
    static func warnOfBackEnds(_ settings: Settings, _ fields: Fields) {
        let granted = Set(settings.policy.grants.flatMap(\.actions))
        for entry in Catalogue.actions where granted.contains(entry.word) {
            let served = settings.defender.backEnds.served(entry)
            if served.backEnd == .graph, settings.defender.graph == nil {
                fields.reading.warn(
                    fields.key("defender"),
                    "\(entry.word) is granted and served by Graph, and \"cloud\" names no address of Graph",
                    "add `graph: URL` to \"cloud\", or choose defender under `back-ends`"
                )
            }
        }
    }
}
