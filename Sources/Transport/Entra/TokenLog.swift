import Logging
import Vocabulary

/// What is logged of tokens: never the token, never the credential.
struct TokenLog {
    let logger: Logger
    let client: String
    /// What lasts is said once.
    private var isOpaqueNoted = false
    private var isBareNoted = false

    init(logger: Logger, client: String) {
        self.logger = logger
        self.client = client
    }

    mutating func received(_ token: AccessToken) {
        var metadata: Logger.Metadata = ["expires": "\(token.expiresAt.iso8601)", "client": "\(client)"]
        if let permissions = token.permissions {
            metadata["permissions"] = "\(permissions.sorted().joined(separator: " "))"
        }
        logger.debug("token received", metadata: metadata)
        noteOpaque(token)
        noteBare(token)
    }

    func failed(_ error: TokenError, hasToken: Bool) {
        let metadata: Logger.Metadata = [
            "error": "\(error.code)",
            "message": "\(error.message)",
            "fix": "\(error.fix)",
        ]
        if error.isTransient || hasToken {
            logger.warning("no new token", metadata: metadata)
        } else {
            logger.error("no token", metadata: metadata)
        }
    }

    func dropped(isChallenged: Bool) {
        logger.info("token dropped", metadata: ["challenged": "\(isChallenged)"])
    }

    func readAnew() {
        logger.info("credential read anew after a refusal")
    }

    private mutating func noteOpaque(_ token: AccessToken) {
        guard token.claims == nil, !isOpaqueNoted else { return }
        isOpaqueNoted = true
        logger.info("the token cannot be read: permissions are not checked before a call")
    }

    /// Entra gives a token without any permission as readily as one with them.
    private mutating func noteBare(_ token: AccessToken) {
        guard let claims = token.claims, claims.permissions.isEmpty else {
            isBareNoted = false
            return
        }
        guard !isBareNoted else { return }
        isBareNoted = true
        let fix = """
            Grant the application permissions of WindowsDefenderATP and admin consent; if they are granted, try \
            the scope https://api.securitycenter.microsoft.com/.default or \
            https://securitycenter.onmicrosoft.com/windowsatpservice/.default.
            """
        logger.warning(
            "the token carries no permission",
            metadata: ["audience": "\(claims.audience ?? "none")", "fix": "\(fix)"]
        )
    }
}
