import Vocabulary
import Yams

/// Which cloud, which tenant, and as which application.
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
                known: ["cloud", "region", "tenant", "application", "back-ends"],
                unbuilt: ["user"],
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

    private static func readApplication(
        _ fields: Fields
    ) -> (client: String, credential: Settings.Credential)? {
        guard let node = fields["application"] else {
            fields.missing("application")
            return nil
        }
        guard
            let part = Fields(
                node,
                "\"application\"",
                known: ["client", "secret", "certificate"],
                unbuilt: ["federated", "managed-identity", "password"],
                in: fields.reading
            )
        else { return nil }
        let client = part.text("client", isRequired: true)
        switch (part["secret"], part["certificate"]) {
        case (let secret?, nil):
            let secrets = fields.reading.secrets(secret, "the application's secret")
            guard let client, !secrets.isEmpty else { return nil }
            return (client, .secrets(secrets))
        case (nil, let certificate?):
            guard let client, let pem = fields.reading.secret(certificate, "the application's certificate")
            else { return nil }
            return (client, .certificate(pem))
        case (nil, nil):
            fields.reading.error(
                node,
                "\"application\" has no credential",
                "add \"certificate\" or \"secret\""
            )
        case (.some, .some):
            fields.reading.error(node, "\"application\" has two credentials", "keep \"certificate\"")
        }
        return nil
    }
}
