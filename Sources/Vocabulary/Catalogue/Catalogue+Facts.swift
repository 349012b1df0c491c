/// Look-ups about machines, alerts, and what is found on them: files, addresses, domains, users.
///
/// Source: `reference/defender-api.md` §§2.1, 2.2, 2.7; what each permission is called in user context stands there too.
extension Catalogue {
    /// Every look-up but the list of alerts and hunting.
    package static let facts: [ActionEntry] =
        machineFacts + alertFacts + fileFacts + networkFacts + userFacts + weaknesses

    /// The parameter that says how far back a statistic looks.
    package static let hoursParameter = "hours"
    private static let hours = words(
        hoursParameter,
        "Hours to look back.",
        ["24", "168", "720"],
        usual: "720"
    )

    private static let machineFacts = [
        fact("machine-users", "List who has logged on to a machine.", .machine, .users),
        fact("machine-alerts", "List the alerts of a machine.", .machine, .alerts),
        fact("machine-software", "List the software of a machine.", .machine, .software),
        lookUp(
            "machine-vulnerabilities",
            "List the vulnerabilities that are open on a machine.",
            about: .machine,
            application: FactPermission.vulnerabilities.application,
            delegated: FactPermission.vulnerabilities.delegated,
            rate: RateWindow(perMinute: 50, perHour: 1_500)
        ),
        fact(
            "machine-recommendations",
            "List what would make a machine safer.",
            .machine,
            .recommendations
        ),
        fact("machine-updates", "List the updates that a machine lacks.", .machine, .software),
        fact("find-tag", "List the machines that carry a tag.", .tag, .machines),
    ]

    private static let alertFacts = [
        fact("alert-machine", "Show the machine of an alert.", .alert, .machines),
        fact("alert-user", "Show the user of an alert.", .alert, .users),
        fact("alert-files", "List the files of an alert.", .alert, .files),
        fact("alert-addresses", "List the IP addresses of an alert.", .alert, .addresses),
        fact("alert-domains", "List the domains of an alert.", .alert, .domains),
    ]

    private static let fileFacts = [
        fact("file", "Show what Defender knows of a file.", .file, .files),
        fact("file-alerts", "List the alerts about a file.", .file, .alerts),
        fact("file-machines", "List the machines that have a file.", .file, .machines),
        fact("file-stats", "Say how common a file is here.", .file, .files, [hours]),
    ]

    private static let networkFacts = [
        fact("address", "Say how common an IP address is here.", .address, .addresses, [hours]),
        fact("address-alerts", "List the alerts about an IP address.", .address, .alerts),
        fact(
            "address-machines",
            "List the machines that had an internal IP address within 15 minutes.",
            .address,
            .machines
        ),
        fact("domain", "Say how common a domain is here.", .domain, .domains, [hours]),
        fact("domain-alerts", "List the alerts about a domain.", .domain, .alerts),
        fact("domain-machines", "List the machines that spoke with a domain.", .domain, .machines),
    ]

    private static let userFacts = [
        fact("user", "Show what Defender knows of a user.", .user, .users),
        fact("user-alerts", "List the alerts about a user.", .user, .alerts),
        fact("user-machines", "List the machines that a user has logged on to.", .user, .machines),
    ]

    /// A look-up with the rate that is documented, or none is.
    static func fact(
        _ word: String,
        _ summary: String,
        _ about: SubjectKind,
        _ need: FactPermission,
        _ parameters: [ActionParameter] = []
    ) -> ActionEntry {
        lookUp(
            word,
            summary,
            about: about,
            parameters: parameters,
            application: need.application,
            delegated: need.delegated
        )
    }
}

/// What lets an application, or a user, look at one kind of thing; any one of a list.
struct FactPermission: Sendable {
    let application: [String]
    let delegated: [String]

    static let machines = FactPermission(
        application: ["Machine.Read.All", "Machine.ReadWrite.All"],
        delegated: ["Machine.Read", "Machine.ReadWrite"]
    )
    static let alerts = FactPermission(
        application: ["Alert.Read.All", "Alert.ReadWrite.All"],
        delegated: ["Alert.Read", "Alert.ReadWrite"]
    )
    static let users = both("User.Read.All")
    static let files = both("File.Read.All")
    static let addresses = both("Ip.Read.All")
    /// Pages spell it so, a client's guide `Url.Read.All`; permissions are compared without regard to case.
    static let domains = both("URL.Read.All")
    static let software = of("Software.Read")
    static let vulnerabilities = of("Vulnerability.Read")
    static let recommendations = of("SecurityRecommendation.Read")
    static let scores = of("Score.Read")

    /// The same word in both contexts.
    private static func both(_ permission: String) -> FactPermission {
        FactPermission(application: [permission], delegated: [permission])
    }

    /// For applications the word ends in `.All`.
    private static func of(_ permission: String) -> FactPermission {
        FactPermission(application: ["\(permission).All"], delegated: [permission])
    }
}
