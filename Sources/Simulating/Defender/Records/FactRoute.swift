/// One look-up of the simulated Defender: the form of its path, and who may ask it how often.
///
/// Source: `reference/defender-api.md` §§2.1, 2.2, 2.5, 2.7, 2.9.
struct FactRoute: Sendable {
    /// Of the path behind `/api`, in lower case; `*` stands for an id.
    let steps: [String]
    /// Any one of them will do.
    let roles: [String]
    /// Nil for the script's own rate.
    var rate: CallRate?

    init(_ path: String, _ roles: [String], rate: CallRate? = nil) {
        steps = path.split(separator: "/").map(String.init)
        self.roles = roles
        self.rate = rate
    }

    var name: String { steps.joined(separator: "/") }
    /// What is asked of the thing; empty for the thing itself.
    var question: String { steps.count > 2 ? steps[2] : "" }

    /// The route of a path in lower case; nil for one that is no look-up of these.
    static func of(_ path: [String]) -> FactRoute? {
        all.first { route in
            route.steps.count == path.count && zip(route.steps, path).allSatisfy { $0 == "*" || $0 == $1 }
        }
    }

    private static let machines = DefenderService.reading
    private static let alerts = DefenderService.readingAlerts
    private static let software = ["Software.Read.All"]
    private static let vulnerabilities = ["Vulnerability.Read.All"]
    private static let recommendations = ["SecurityRecommendation.Read.All"]
    private static let scores = ["Score.Read.All"]
    private static let users = ["User.Read.All"]
    private static let files = ["File.Read.All"]
    private static let addresses = ["Ip.Read.All"]
    private static let domains = ["URL.Read.All"]

    static let all: [FactRoute] = [
        FactRoute("machines/*/logonusers", users),
        FactRoute("machines/*/alerts", alerts),
        FactRoute("machines/*/software", software),
        FactRoute(
            "machines/*/vulnerabilities",
            vulnerabilities,
            rate: CallRate(perMinute: 50, perHour: 1_500)
        ),
        FactRoute("machines/*/recommendations", recommendations),
        FactRoute("machines/*/getmissingkbs", software),
        FactRoute("alerts/*/user", users),
        FactRoute("alerts/*/files", files),
        FactRoute("alerts/*/ips", addresses),
        FactRoute("alerts/*/domains", domains),
        FactRoute("files/*", files),
        FactRoute("files/*/alerts", alerts),
        FactRoute("files/*/machines", machines),
        FactRoute("files/*/stats", files),
        FactRoute("ips/*/alerts", alerts),
        FactRoute("ips/*/stats", addresses),
        FactRoute("domains/*/alerts", alerts),
        FactRoute("domains/*/machines", machines),
        FactRoute("domains/*/stats", domains),
        FactRoute("users/*", users),
        FactRoute("users/*/alerts", alerts),
        FactRoute("users/*/machines", machines),
        FactRoute("software", software),
        FactRoute("software/*", software),
        FactRoute("software/*/distributions", software),
        FactRoute("software/*/machinereferences", software),
        FactRoute("software/*/vulnerabilities", software),
        FactRoute("software/*/getmissingkbs", software),
        FactRoute("vulnerabilities", vulnerabilities),
        FactRoute("vulnerabilities/*", vulnerabilities),
        FactRoute("vulnerabilities/*/machinereferences", vulnerabilities),
        FactRoute("recommendations", recommendations),
        FactRoute("recommendations/*", recommendations),
        FactRoute("recommendations/*/machinereferences", recommendations),
        FactRoute("investigations", alerts),
        FactRoute("investigations/*", alerts),
        FactRoute("exposurescore", scores),
        FactRoute("exposurescore/bymachinegroups", scores),
        FactRoute("configurationscore", scores),
    ]
}
