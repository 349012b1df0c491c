import CurlClient
import Entra
import Foundation
import JSONReader
import Synchronization
import Vocabulary

/// Sign-ins on a script: no network, and pauses that are written down and move the clock.
struct SignInBench {
    static let user = "5d1f0000-0000-4000-8000-000000000003"

    let entra: ScriptedEntra
    let clock: ManualClock
    let signIn: SignIn
    let pauses: Pauses

    final class Pauses: Sendable {
        private let state = Mutex<[Int64]>([])
        var seconds: [Int64] { state.withLock { $0 } }
        func add(_ pause: Duration) { state.withLock { $0.append(pause.components.seconds) } }
    }

    init(_ answers: [ScriptedEntra.Answer], login: String = "https://login.example") throws {
        let (entra, clock, pauses) = (ScriptedEntra(answers), ManualClock(), Pauses())
        let numbers = Mutex<UInt8>(0)
        self.entra = entra
        self.clock = clock
        self.pauses = pauses
        signIn = SignIn(
            settings: try EntraSettings(
                loginBase: login,
                tenant: TokenBench.tenant,
                client: Self.user,
                scope: "https://api.securitycenter.microsoft.com/.default"
            ),
            sender: entra,
            now: { clock.now },
            pause: { pause in
                pauses.add(pause)
                clock.advance(pause.components.seconds)
            },
            // Other bytes each time, so that nothing is mistaken for something else.
            random: { count in
                let first = numbers.withLock { last in
                    last += 1
                    return last
                }
                return [UInt8](repeating: first, count: count)
            },
            makeIdentifier: { "6c0f1a2b-3c4d-4e5f-8a9b-0c1d2e3f4a5b" }
        )
    }

    static let scope =
        "https://api.securitycenter.microsoft.com/.default offline_access openid profile"

    static let accessToken = makeToken([
        "aud": "https://api.securitycenter.microsoft.com", "appid": .string(user),
        "tid": .string(TokenBench.tenant),
        "scp": "Machine.Isolate Machine.Read", "upn": "mia@corp.example", "name": "Mia", "oid": "o-1",
    ])

    /// What Entra answers once somebody has signed in.
    static func tokens(
        refresh: String? = "refresh-PLANTED",
        access: String = accessToken,
        identity: JSONValue? = ["aud": .string(user), "preferred_username": "mia@corp.example"]
    ) -> ScriptedEntra.Answer {
        var body: [String: JSONValue] = [
            "token_type": "Bearer", "expires_in": 3_599, "access_token": .string(access),
            "scope": "https://api.securitycenter.microsoft.com/Machine.Isolate openid profile",
        ]
        body["refresh_token"] = refresh.map { .string($0) }
        body["id_token"] = identity.map { .string(makeToken($0)) }
        return .json(200, JSONValue.object(body).encodedText)
    }

    static func deviceCode(_ more: String = #","expires_in":900,"interval":5"#) -> ScriptedEntra.Answer {
        .json(
            200,
            #"{"user_code":"GHK-BQ6S","device_code":"device-PLANTED","verification_uri":"https://microsoft.com/devicelogin"\#(more)}"#
        )
    }

    static let pending = ScriptedEntra.Answer.refusal(400, "authorization_pending", 70_016)

    /// The error of `work`; the test fails if there is none.
    static func error(_ work: () async throws(SignInError) -> SignedIn) async throws -> SignInError {
        do throws(SignInError) {
            _ = try await work()
        } catch {
            return error
        }
        throw TestFailure(what: "somebody was signed in")
    }
}
