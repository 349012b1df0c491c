import CurlClient
import Entra
import Foundation
import Vocabulary

/// The sign-in of whoever types commands here: made, used and forgotten.
struct UserSession: Sendable {
    let entra: EntraSettings
    let store: SignInStore
    private let signIn: SignIn
    private let now: @Sendable () -> Timestamp

    init(
        _ settings: Settings,
        environment: [String: String],
        http: any HTTPSending,
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) throws {
        entra = try Self.entra(settings)
        store = try SignInStore(entra, environment: environment)
        signIn = SignIn(settings: entra, sender: http, now: now)
        self.now = now
    }

    /// The public client of the settings.
    static func entra(_ settings: Settings) throws -> EntraSettings {
        guard let user = settings.defender.user else { throw UserSessionError.notSet }
        return try EntraSettings(
            loginBase: settings.defender.login,
            tenant: settings.defender.tenant,
            client: user.client,
            scope: settings.defender.scope
        )
    }

    /// Reads the settings without the bridge's secrets, does `work`, and lets the connection go.
    static func open<Result: Sendable>(
        _ config: String,
        environment: [String: String] = ProcessInfo.processInfo.environment,
        _ work: (UserSession) async throws -> Result
    ) async throws -> Result {
        let settings = try SettingsReader.read(config, environment: environment, secrets: .proxy)
        let http = try CurlClient(settings.curl)
        do {
            let result = try await work(UserSession(settings, environment: environment, http: http))
            await http.close()
            return result
        } catch {
            await http.close()
            throw error
        }
    }

    // MARK: Signing in

    /// What a person has to open, and to type there if it is a device code.
    struct Invitation: Sendable, Equatable {
        let page: String
        let code: String?
        let expiresAt: Timestamp
    }

    /// Signs in with a code that is typed on any device.
    func signInByDevice(
        claims: String?,
        invite: @Sendable (Invitation) -> Void
    ) async throws -> SignedIn {
        let code = try await signIn.beginDevice(claims: try claims ?? keptClaims())
        invite(Invitation(page: code.page, code: code.userCode, expiresAt: code.expiresAt))
        return try keep(try await signIn.finish(code))
    }

    /// Signs in through a browser of this machine.
    ///
    /// - Parameters:
    ///   - claims: Of a challenge; nil takes what an earlier refusal left.
    ///   - browser: Waits for the browser.
    ///   - invite: Told what to open, once somebody listens for the answer.
    /// - Returns: The person's tokens; what must be kept is kept.
    /// - Throws: ``SignInError``, ``UserSessionError``, ``SignInStoreError``, or what keeps it from listening.
    func signInByBrowser(
        claims: String?,
        _ browser: BrowserWait,
        invite: @escaping @Sendable (Invitation) -> Void
    ) async throws -> SignedIn {
        let claims = try claims ?? keptClaims()
        let until = now() + BrowserWait.deadline
        let answer = try await browser.answer { [signIn] port in
            let begun = signIn.beginBrowser(redirect: "http://localhost:\(port)", claims: claims)
            invite(Invitation(page: begun.page, code: nil, expiresAt: until))
            return begun
        }
        guard let answer else { throw SignInError.tooLate }
        return try keep(try await signIn.finish(answer.begun, query: answer.query))
    }

    /// A file that says nothing of use must not keep anybody from signing in: it is replaced.
    private func keptClaims() throws -> String? {
        do throws(SignInStoreError) {
            return try store.load()?.claims
        } catch {
            if case .unreadable = error { return nil }
            throw error
        }
    }

    private func keep(_ signedIn: SignedIn) throws -> SignedIn {
        guard let refresh = signedIn.refresh else { throw UserSessionError.notKept }
        let moment = now()
        try store.save(
            SignInStore.Entry(
                refresh: refresh,
                user: signedIn.user,
                signedInAt: moment,
                renewedAt: moment,
                claims: nil
            )
        )
        return signedIn
    }

    // MARK: Using it

    /// A fresh access token of whoever is signed in.
    ///
    /// The refresh token that comes with it is on the disk before this returns. If the person has to sign in
    /// again, what Entra wants to be sent along then is kept; the refresh token is, too, because a refusal may
    /// be about one resource only.
    func token() async throws -> SignedIn {
        guard var entry = try store.load() else { throw UserSessionError.nobody }
        let signedIn: SignedIn
        do throws(SignInError) {
            signedIn = try await signIn.renew(entry.refresh)
        } catch {
            if case .ended(_, let claims?) = error {
                entry.claims = claims
                try store.save(entry)
            }
            throw error
        }
        guard signedIn.user.isSame(as: entry.user) else {
            throw SignInError.foreign("a token of another user")
        }
        if let refresh = signedIn.refresh {
            entry.refresh = refresh
            entry.renewedAt = now()
            entry.claims = nil
            try store.save(entry)
        }
        return signedIn
    }
}

extension SignedInUser {
    /// By the directory's ids where both have one: a name may change.
    func isSame(as other: SignedInUser) -> Bool {
        if let object, let other = other.object { return object.lowercased() == other.lowercased() }
        return principalName.lowercased() == other.principalName.lowercased()
    }
}

/// Why there is no sign-in to work with.
enum UserSessionError: Explained, Equatable {
    /// The settings name no public client.
    case notSet
    case nobody
    /// Entra gave no refresh token.
    case notKept

    var code: String {
        switch self {
        case .notSet: "sign-in.not-set"
        case .nobody: "sign-in.nobody"
        case .notKept: "sign-in.not-kept"
        }
    }

    var message: String {
        switch self {
        case .notSet: "The settings have no \"user\" under \"defender\": nobody can sign in."
        case .nobody: "Nobody is signed in here for these settings."
        case .notKept: "Entra ID gave nothing that could be kept: the sign-in would be over at once."
        }
    }

    var fix: String {
        switch self {
        case .notSet:
            "Register a public client and add `user: { client: GUID }`; see `deploy/entra` for the permissions."
        case .nobody: "Run `bascule login`."
        case .notKept: "Let an administrator consent to `offline_access` for the client."
        }
    }
}
