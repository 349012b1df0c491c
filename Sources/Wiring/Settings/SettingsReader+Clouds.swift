import Vocabulary
import Yams

/// Where Defender, Entra ID and Graph are, and what a token is asked for.
struct CloudAddresses: Sendable, Hashable {
    var api: String
    var login: String
    var scope: String
    var graph: String?
    var graphScope: String?

    private static let globalLogin = "https://login.microsoftonline.com"
    private static let governmentLogin = "https://login.microsoftonline.us"

    /// The clouds by their words in the settings.
    ///
    /// The scope of commercial is not the address that is called: see `reference/defender-api.md` §1.2.
    static let known: [String: CloudAddresses] = [
        "commercial": CloudAddresses(
            api: "https://api.security.microsoft.com",
            login: globalLogin,
            scope: "https://api.securitycenter.microsoft.com/.default",
            graph: "https://graph.microsoft.com"
        ),
        "gcc": CloudAddresses(
            api: "https://api-gcc.securitycenter.microsoft.us",
            login: globalLogin,
            scope: "https://api-gcc.securitycenter.microsoft.us/.default",
            graph: "https://graph.microsoft.com"
        ),
        "gcc-high": CloudAddresses(
            api: "https://api-gov.securitycenter.microsoft.us",
            login: governmentLogin,
            scope: "https://api-gov.securitycenter.microsoft.us/.default",
            graph: "https://graph.microsoft.us"
        ),
        "dod": CloudAddresses(
            api: "https://api-gov.securitycenter.microsoft.us",
            login: governmentLogin,
            scope: "https://api-gov.securitycenter.microsoft.us/.default",
            graph: "https://dod-graph.microsoft.us"
        ),
    ]

    /// The geographies of commercial that have a host of their own; token and API are the same.
    static let regions = ["us", "eu", "uk", "au", "swa", "ina", "aea"]

    init(api: String, login: String, scope: String, graph: String?, graphScope: String? = nil) {
        self.api = api
        self.login = login
        self.scope = scope
        self.graph = graph
        self.graphScope = graphScope ?? graph.map { "\($0)/.default" }
    }
}

extension SettingsReader {
    /// Source of the table: `reference/defender-api.md` §1.1.
    static func readCloud(_ fields: Fields) -> CloudAddresses? {
        if let node = fields["cloud"], node.mapping != nil {
            refuseRegion(fields, of: "a cloud that is spelt out", "write the region's host as \"api\"")
            return spelledCloud(node, fields.reading)
        }
        let words = ["commercial", "gcc", "gcc-high", "dod"]
        guard let word = fields["cloud"] == nil ? "commercial" : fields.word("cloud", of: words),
            var cloud = CloudAddresses.known[word]
        else { return nil }
        guard word == "commercial" else {
            refuseRegion(fields, of: word, "remove it; only commercial has regional hosts")
            return cloud
        }
        guard fields["region"] != nil else { return cloud }
        guard let region = fields.word("region", of: CloudAddresses.regions) else { return nil }
        cloud.api = "https://\(region).api.security.microsoft.com"
        return cloud
    }

    private static func scopeOfGraph(_ base: String) -> String {
        let known = CloudAddresses.known.values.compactMap(\.graph)
        return (known.contains(base) ? base : "https://graph.microsoft.com") + "/.default"
    }

    private static func refuseRegion(_ fields: Fields, of cloud: String, _ fix: String) {
        guard let key = fields.key("region") else { return }
        fields.reading.error(key, "\"region\" has no meaning in \(cloud)", fix)
    }

    private static func spelledCloud(_ node: Node, _ reading: SettingsReading) -> CloudAddresses? {
        let known = ["api", "login", "scope", "graph", "graph-scope"]
        guard let part = Fields(node, "\"cloud\"", known: known, in: reading),
            let api = base("api", part), let login = base("login", part),
            let scope = part.text("scope", isRequired: true)
        else { return nil }
        var graph: String?
        if part["graph"] != nil {
            guard let address = base("graph", part) else { return nil }
            graph = address
        } else if let key = part.key("graph-scope") {
            reading.error(key, "\"graph-scope\" stands without \"graph\"", "add Graph's address as \"graph\"")
        }
        return CloudAddresses(
            api: api,
            login: login,
            scope: scope,
            graph: graph,
            // Whatever host is called: tokens for Graph are tokens for Microsoft's Graph.
            graphScope: part.text("graph-scope") ?? graph.map(scopeOfGraph)
        )
    }
}
