/// What a bearer token has to say, as the settings of a source have it.
package struct BearerScheme: Sendable, Hashable {
    /// Any of these as `iss`.
    package var issuers: [String]
    /// This as `aud`, or in it.
    package var audience: String
    /// This as `email`, verified; nil asks for none.
    package var email: String?
    /// The claim `serviceurl` has to be the body's `serviceUrl`, which is where an answer goes.
    package var requiresServiceURL: Bool
    /// The key has to be endorsed for the body's `channelId`.
    package var requiresEndorsement: Bool

    package init(
        issuers: [String],
        audience: String,
        email: String? = nil,
        requiresServiceURL: Bool = false,
        requiresEndorsement: Bool = false
    ) {
        self.issuers = issuers
        self.audience = audience
        self.email = email
        self.requiresServiceURL = requiresServiceURL
        self.requiresEndorsement = requiresEndorsement
    }

    /// A bot of the Bot Framework, such as one in Microsoft Teams; `appID` is the bot's own.
    package static func botFramework(appID: String) -> BearerScheme {
        BearerScheme(
            issuers: ["https://api.botframework.com"],
            audience: appID,
            requiresServiceURL: true,
            requiresEndorsement: true
        )
    }

    /// What cannot be, or nil.
    package var mistake: VerifierSetupError? {
        if issuers.isEmpty || issuers.contains("") {
            return .unusableSetting(name: "issuers", expected: "a list of one issuer or more")
        }
        if audience.isEmpty { return .unusableSetting(name: "audience", expected: "a text") }
        if email == "" { return .unusableSetting(name: "email", expected: "an address") }
        return nil
    }
}
