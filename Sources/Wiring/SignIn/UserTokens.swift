import Defender
import Entra
import Executing
import Synchronization
import Vocabulary

/// The access tokens that users of this machine have lent to their own jobs.
///
/// They are in memory only and for as long as the job needs them: never in the ledger, in a log or on the audit. A
/// restart loses them, and the jobs are refused then.
final class UserTokens: Sendable {
    /// Tokens kept at a time.
    static let tokensMax = 200
    /// No token is kept for longer, whatever it says.
    static let lifeMax = Duration.seconds(2 * 3_600)

    private struct Kept {
        let token: LentToken
        let until: Timestamp
        var challenge: String?
    }

    private let kept = Mutex<[JobID: Kept]>([:])
    private let settings: @Sendable () -> Settings.Defender
    private let now: @Sendable () -> Timestamp

    /// - Parameters:
    ///   - settings: Which tenant and public client a token must be of.
    ///   - now: The wall clock.
    init(
        settings: @escaping @Sendable () -> Settings.Defender,
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.settings = settings
        self.now = now
    }

    /// Looks at a token before anything is decided.
    ///
    /// What it says of itself is compared with the settings and with the name that came along; Defender alone
    /// judges it.
    ///
    /// - Returns: In whose name the jobs are.
    func check(_ lent: LentToken) throws(ControlRefusal) -> String {
        let defender = settings()
        guard let client = defender.user?.client else {
            throw ControlRefusal(
                400,
                "as-me.not-set",
                "The bridge's settings have no \"user\" under \"defender\".",
                fix: "Add `user: { client: GUID }` to the bridge's settings."
            )
        }
        guard lent.expiresAt > now() else {
            throw ControlRefusal(400, "as-me.too-old", "The sign-in has ended.", fix: "Ask again.")
        }
        guard let claims = TokenClaims(bearer: lent.bearer) else { return lent.user }
        let user = SignedInUser(bearer: lent.bearer)
        guard claims.isDelegated, let user,
            user.principalName.lowercased() == lent.user.lowercased()
        else { throw Self.foreign("it is not \(lent.user)'s") }
        guard claims.client?.lowercased() == client.lowercased() else {
            throw Self.foreign("it was made for another client than `defender.user.client`")
        }
        if TenantID.isOne(defender.tenant), claims.tenant?.lowercased() != defender.tenant.lowercased() {
            throw Self.foreign("it is of another tenant than `defender.tenant`")
        }
        return user.principalName
    }

    private static func foreign(_ why: String) -> ControlRefusal {
        ControlRefusal(
            400,
            "as-me.foreign",
            "The sign-in that was sent along does not fit: \(why).",
            fix: "Use the bridge's own settings with --config, and sign in again."
        )
    }

    /// Keeps a token for these jobs.
    func keep(_ lent: LentToken, for jobs: [JobID]) throws(ControlRefusal) {
        let moment = now()
        let entry = Kept(token: lent, until: min(lent.expiresAt, moment + Self.lifeMax), challenge: nil)
        let isKept = kept.withLock { kept in
            kept = kept.filter { moment < $0.value.until }
            guard kept.count + jobs.count <= Self.tokensMax else { return false }
            for job in jobs { kept[job] = entry }
            return true
        }
        guard isKept else {
            throw ControlRefusal(
                503,
                "as-me.full",
                "The bridge keeps \(Self.tokensMax) sign-ins already.",
                fix: "Try again in some minutes."
            )
        }
    }

    func forget(_ job: JobID) {
        kept.withLock { $0[job] = nil }
    }

    /// How many are kept.
    var count: Int { kept.withLock(\.count) }

    // MARK: Use

    /// The users' ways to Defender, for the executor.
    func contexts(through client: DefenderClient) -> UserContexts {
        UserContexts(
            find: { [self] job in context(of: job, client) },
            forget: { [self] job in forget(job) }
        )
    }

    private func context(of job: JobID, _ client: DefenderClient) -> UserContext? {
        guard let entry = kept.withLock({ $0[job] }) else { return nil }
        let permissions = TokenClaims(bearer: entry.token.bearer)?.permissions
        let held = HeldToken(bearer: entry.token.bearer, permissions: permissions)
        let supply = TokenSupply(
            token: { held },
            discard: { [self] _, claims in note(claims, for: job) }
        )
        return UserContext(
            user: entry.token.user,
            expiresAt: entry.until,
            permissions: permissions,
            defender: client.speaking(with: supply),
            challenge: { [self] in challenge(of: job) }
        )
    }

    private func note(_ claims: String?, for job: JobID) {
        guard let claims, claims.utf8.count <= 4_096 else { return }
        kept.withLock { $0[job]?.challenge = claims }
    }

    /// As `login --claims` takes it.
    private func challenge(of job: JobID) -> String? {
        kept.withLock { $0[job]?.challenge }.map(LoginCommand.encoded)
    }
}

/// A tenant may be set by one of its domains, which no token repeats.
enum TenantID {
    static func isOne(_ text: String) -> Bool {
        text.wholeMatch(of: /[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}/) != nil
    }
}
