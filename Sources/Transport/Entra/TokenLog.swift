import Logging
import Vocabulary

/// What is logged of tokens: never the token, never the credential.
struct TokenLog {
    let logger: Logger
    let client: String
    /// What lasts is said once.
    private var isOpaqueNoted = false
    private var isBareNoted = false
    private var isForeignNoted = false
    private var credentialNoted: String?

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
        noteForeign(token)
    }

    /// Which credential was taken, in words; said when it is another than before.
    mutating func proved(_ name: String) {
        guard credentialNoted != name else { return }
        credentialNoted = name
        logger.info("credential in use", metadata: ["credential": "\(name)", "client": "\(client)"])
    }

    /// One of several certificates cannot be used; another one is.
    func skipped(_ error: TokenError) {
        logger.warning(
            "a credential of the rotation is not used",
            metadata: ["error": "\(error.code)", "message": "\(error.message)", "fix": "\(error.fix)"]
        )
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

    /// Our own actions are known by the client id that Defender names as requestor.
    private mutating func noteForeign(_ token: AccessToken) {
        guard let held = token.claims?.client, held.lowercased() != client.lowercased() else {
            isForeignNoted = false
            return
        }
        guard !isForeignNoted else { return }
        isForeignNoted = true
        let fix = "Set `client` to that id: what the bridge started itself is known by it."
        logger.warning(
            "the token is of another application than `client`",
            metadata: ["client": "\(client)", "token": "\(held)", "fix": "\(fix)"]
        )
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
