/// The audiences that Defender for Endpoint is known to take.
///
/// Source: `reference/defender-api.md` §1.2 and `reference/entra-auth.md` §2.2.
enum DefenderAudience {
    static let usual = "https://api.securitycenter.microsoft.com"
    static let alternate = "https://securitycenter.onmicrosoft.com/windowsatpservice"

    private static let known: Set<String> = [
        usual, alternate,
        "https://api.securitycenter.windows.com",
        "https://api-gcc.securitycenter.microsoft.us",
        "https://api-gov.securitycenter.microsoft.us",
        PermissionResource.defender.appID,
    ]

    /// With or without a slash at the end, without regard to case.
    static func isKnown(_ audience: String) -> Bool {
        var text = audience.lowercased()
        while text.hasSuffix("/") { text.removeLast() }
        return known.contains(text)
    }

    /// What else to ask for where `resource` does not work.
    static func fix(besides resource: String) -> String {
        let other = resource.lowercased() == usual ? alternate : usual
        return
            "Ask for \(other)/.default: a name such as `cloud: commercial` does, or `scope` where `cloud` is spelt out."
    }
}
