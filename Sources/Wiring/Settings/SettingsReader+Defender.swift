import Vocabulary
import Yams

/// Which cloud, which tenant, and as whom.
extension SettingsReader {
    static func readDefender(_ fields: Fields) -> Settings.Defender? {
        guard let node = fields["defender"] else {
            fields.missing("defender")
            return nil
        }
        guard
            let part = Fields(
                node,
                "\"defender\"",
                known: ["cloud", "region", "tenant", "application", "back-ends", "user"],
                in: fields.reading
            )
        else { return nil }
        let cloud = readCloud(part)
        let tenant = part.text("tenant", isRequired: true)
        let application = readApplication(part)
        guard let cloud, let tenant, let application else { return nil }
        let backEnds = readBackEnds(part, graph: cloud.graph)
        return Settings.Defender(
            api: cloud.api,
            login: cloud.login,
            scope: cloud.scope,
            tenant: tenant,
            client: application.client,
            credential: application.credential,
            graph: cloud.graph,
            graphScope: cloud.graphScope,
            backEnds: backEnds
        )
    }
}
