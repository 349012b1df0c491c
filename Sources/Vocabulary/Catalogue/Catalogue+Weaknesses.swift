/// Look-ups about software, its vulnerabilities, what to do about them, investigations and scores.
///
/// Source: `reference/defender-api.md` §§2.5, 2.9.
extension Catalogue {
    static let weaknesses: [ActionEntry] = softwareFacts + vulnerabilityFacts + investigationFacts + scores

    private static let softwareFacts = [
        fact(
            "software-list",
            "List the software that is installed anywhere.",
            .nothing,
            .software,
            [
                only("name", "Only software of this name."), only("vendor", "Only software of this vendor."),
                top,
            ]
        ),
        fact("software", "Show what Defender knows of a software.", .software, .software),
        fact(
            "software-versions",
            "List the versions of a software and how many have each.",
            .software,
            .software
        ),
        fact("software-machines", "List the machines that have a software.", .software, .software),
        fact("software-vulnerabilities", "List the vulnerabilities of a software.", .software, .software),
        fact("software-updates", "List the updates that a software lacks anywhere.", .software, .software),
    ]

    private static let vulnerabilityFacts = [
        fact(
            "vulnerabilities",
            "List the vulnerabilities that are open anywhere.",
            .nothing,
            .vulnerabilities,
            [
                words(
                    "severity",
                    "Only vulnerabilities of this severity.",
                    ["any", "Low", "Medium", "High", "Critical"]
                ),
                top,
            ]
        ),
        fact(
            "vulnerability",
            "Show what Defender knows of a vulnerability.",
            .vulnerability,
            .vulnerabilities
        ),
        fact(
            "vulnerability-machines",
            "List the machines on which a vulnerability is open.",
            .vulnerability,
            .vulnerabilities
        ),
        fact(
            "recommendations",
            "List what would make the machines safer.",
            .nothing,
            .recommendations,
            [
                words("status", "Only recommendations of this status.", ["any", "Active", "Exception"]),
                only("product", "Only recommendations about this product."),
                only("vendor", "Only recommendations about products of this vendor."),
                top,
            ]
        ),
        fact("recommendation", "Show one recommendation.", .recommendation, .recommendations),
        fact(
            "recommendation-machines",
            "List the machines that a recommendation is about.",
            .recommendation,
            .recommendations
        ),
    ]

    private static let investigationFacts = [
        fact(
            "investigations",
            "List automated investigations.",
            .nothing,
            .alerts,
            [words("state", "Only investigations in this state.", investigationStates), top]
        ),
        fact("investigation", "Show one investigation.", .investigation, .alerts),
    ]

    private static let scores = [
        fact("exposure-score", "Say how exposed the machines are as a whole.", .nothing, .scores),
        fact("exposure-by-group", "List how exposed each device group is.", .nothing, .scores),
        fact(
            "configuration-score",
            "Say how well the machines are configured as a whole.",
            .nothing,
            .scores
        ),
    ]

    private static let investigationStates = [
        "any", "Unknown", "Terminated", "SuccessfullyRemediated", "Benign", "Failed", "PartiallyRemediated",
        "Running", "PendingApproval", "PendingResource", "PartiallyInvestigated", "TerminatedByUser",
        "TerminatedBySystem", "Queued", "InnerFailure", "PreexistingAlert", "UnsupportedOs",
        "UnsupportedAlertType", "SuppressedAlert",
    ]

    /// A text that rows must equal, or nothing said.
    private static func only(_ name: String, _ summary: String) -> ActionParameter {
        ActionParameter(name: name, summary: summary, domain: .text(charactersMax: 200), isOptional: true)
    }
}
