import Catalogue
import Classifying
import Deciding
import Vocabulary
import Yams

extension SettingsReader {
    /// What is allowed but risky.
    static func warn(of settings: Settings, _ fields: Fields, _ reading: SettingsReading) {
        if settings.tell == nil {
            reading.warn(
                fields.node,
                "there is no \"tell\": what nobody asked for (held, late, foreign, failing) is only in the log",
                "add `tell: { source: …, channel: … }`"
            )
        }
        checkPostable(settings.tell, "\"tell\"", fields["tell"], settings, reading)
        checkPostable(settings.digest?.to, "\"digest\"", fields["digest"], settings, reading)
        if settings.control == nil {
            reading.warn(
                fields.node,
                "there is no \"control\": jobs, freeze and the like cannot reach a running bridge",
                "add `control: /run/bascule/control.sock`"
            )
        }
        warnOfProxy(settings, fields)
        let grants = settings.policy.grants
        if grants.isEmpty {
            reading.warn(fields.node, "there are no grants: everything is refused", "add `grants`")
        }
        warnOfLifting(grants, fields)
        warnOfBackEnds(settings, fields)
        warnOfRetirement(grants, reading, retirements: Retirement.all(settings.defender.backEnds))
        if settings.tell == nil {
            for route in settings.routes where route.confirmation == .chat {
                reading.warn(
                    fields["routes"],
                    "\(route.name) says `confirm: chat` and there is no \"tell\": nobody is shown what to click",
                    "add `tell: { source: …, channel: … }`"
                )
            }
        }
        for risk in settings.policy.risks {
            reading.warn(
                line: risk.line,
                column: risk.column,
                withoutStop(risk.message),
                withoutStop(risk.fix)
            )
        }
        let keeping = [("collect", "packages"), ("run-script", "transcripts"), ("get-file", "files")]
        for (word, what) in keeping
        where settings.evidence == nil && grants.contains(where: { $0.actions.contains(word) }) {
            reading.warn(
                fields["grants"],
                "\(word) is granted and there is no \"evidence\": \(what) stay with Defender",
                "add `evidence: { folder: … }`"
            )
        }
        for source in settings.sources where source.kind == Zammad.kind {
            let triggers = settings.routes.filter { $0.from == source.name }.compactMap(\.trigger)
            let hasState = triggers.contains { if case .statusChangedTo = $0 { true } else { false } }
            let hasComment = triggers.contains { if case .commentCommand = $0 { true } else { false } }
            guard hasState, hasComment else { continue }
            reading.error(
                fields["routes"],
                "\(source.name) waits for a state and for comments: each note would ask again what the state asks",
                "let Zammad send the two to sources of their own, the one only when the state changes"
            )
        }
        for route in settings.routes where route.action != nil {
            guard let source = settings.sources.first(where: { $0.name == route.from }) else { continue }
            if !source.kind.provesPerson, !settings.policy.services.values.contains(source.name) {
                reading.warn(
                    fields["routes"],
                    "\(route.name): source \(source.name) acts as no service; all it asks is refused",
                    "add `services: { NAME: { source: \(source.name) } }` and a grant"
                )
            }
        }
    }

    private static func warnOfLifting(_ grants: [Grant], _ fields: Fields) {
        let isChanging = grants.contains { grant in
            grant.actions.contains { Catalogue.entry($0)?.changesState == true }
        }
        guard isChanging, !grants.contains(where: { $0.actions.contains(Policy.unfreezeWord) }) else {
            return
        }
        fields.reading.warn(
            fields["grants"],
            "no grant says `unfreeze`: anybody who may act may freeze, and nobody may lift it",
            "add `- { allow: [unfreeze], to: [NAME], machines: any }`"
        )
    }

    private static func checkPostable(
        _ place: Settings.Tell?,
        _ name: String,
        _ node: Node?,
        _ settings: Settings,
        _ reading: SettingsReading
    ) {
        guard let place, let source = settings.sources.first(where: { $0.name == place.source }) else {
            return
        }
        if source.kind.whole.telling == .inRoom, place.channel == nil {
            reading.error(node, "\(name) has no \"channel\"", "add the id of the room")
        }
        guard source.kind.whole.telling == .nowhere || !source.reply.canPost else { return }
        reading.error(
            node,
            "\(name) names \(place.source), where nothing can be posted",
            "name a chat such as a Slack source with `reply: { token: … }`"
        )
    }

    /// A line of `check` joins its sentences by itself.
    private static func withoutStop(_ sentence: String) -> String {
        sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence
    }
}
