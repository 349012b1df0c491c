import CurlClient
import Entra
import Foundation
import JSONReader
import Testing
import Vocabulary

struct DeviceCodeTests {
    @Test func `a code is asked for, waited for and redeemed, in Entra's fields`() async throws {
        let bench = try SignInBench([
            SignInBench.deviceCode(), SignInBench.pending, SignInBench.tokens(),
        ])
        let code = try await bench.signIn.beginDevice()
        #expect(code.userCode == "GHK-BQ6S" && code.page == "https://microsoft.com/devicelogin")
        #expect(code.expiresAt == ManualClock().now + .seconds(900))
        let signedIn = try await bench.signIn.finish(code)
        #expect(signedIn.user.principalName == "mia@corp.example" && signedIn.user.displayName == "Mia")
        #expect(signedIn.permissions == ["Machine.Isolate", "Machine.Read"])
        #expect(signedIn.refresh == Secret("refresh-PLANTED"))
        #expect(bench.pauses.seconds == [5, 5])
        let sent = bench.entra.sent
        let tenant = "https://login.example/\(TokenBench.tenant)/oauth2/v2.0"
        #expect(sent.map(\.url) == ["\(tenant)/devicecode", "\(tenant)/token", "\(tenant)/token"])
        #expect(sent[0].form == ["client_id": SignInBench.user, "scope": SignInBench.scope])
        let poll = [
            "client_id": SignInBench.user, "device_code": "device-PLANTED",
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        ]
        #expect(sent[1].form == poll && sent[2].form == poll)
        #expect(Set(sent.compactMap { $0.headers["client-request-id"] }).count == 1)
    }

    @Test func `a slow down adds five seconds for good, and a lost connection waits longer`() async throws {
        let lost = ScriptedEntra.Answer.failure(
            TransferFailure(kind: .reset, mayHaveBeenExecuted: true, detail: "")
        )
        let bench = try SignInBench([
            SignInBench.deviceCode(#","expires_in":"900","interval":"2""#), SignInBench.pending,
            .refusal(400, "slow_down", nil), SignInBench.pending, lost,
            .json(429, "Too Many Requests", [("Retry-After", "40")]), .json(503, "<html>"),
            SignInBench.tokens(),
        ])
        _ = try await bench.signIn.finish(try await bench.signIn.beginDevice())
        #expect(bench.pauses.seconds == [2, 2, 7, 7, 14, 40, 60])
    }

    @Test(arguments: [
        ("authorization_declined", SignInError.declined), ("access_denied", .declined),
        ("expired_token", .tooLate), ("code_expired", .tooLate),
    ])
    func `a no and an old code end it`(word: String, error: SignInError) async throws {
        let bench = try SignInBench([SignInBench.deviceCode(), .refusal(400, word, nil)])
        let code = try await bench.signIn.beginDevice()
        #expect(
            try await SignInBench.error { () throws(SignInError) in try await bench.signIn.finish(code) }
                == error
        )
    }

    @Test func `a code that is too old is not asked about any more`() async throws {
        let bench = try SignInBench([
            SignInBench.deviceCode(#","expires_in":11,"interval":5"#), SignInBench.pending,
            SignInBench.pending,
        ])
        let code = try await bench.signIn.beginDevice()
        let error = try await SignInBench.error { () throws(SignInError) in
            try await bench.signIn.finish(code)
        }
        #expect(error == .tooLate)
        #expect(bench.entra.sent.count == 3)
    }

    @Test(arguments: [
        (7_000_218, "entra.aadsts7000218", "allow public client flows"),
        (53_003, "entra.aadsts53003", "login --browser"),
        (700_016, "entra.aadsts700016", "defender.user.client"),
        (65_001, "entra.aadsts65001", "delegated permissions"),
        (7_000_014, "entra.aadsts7000014", "Sign in again"),
    ])
    func `a refusal is named for a person, not for an application`(
        number: Int,
        code: String,
        words: String
    ) async throws {
        let refusal = ScriptedEntra.Answer.refusal(400, "invalid_grant", number)
        let bench = try SignInBench([SignInBench.deviceCode(), refusal])
        let device = try await bench.signIn.beginDevice()
        let error = try await SignInBench.error { () throws(SignInError) in
            try await bench.signIn.finish(device)
        }
        #expect(error.code == code)
        #expect(error.fix.contains(words), "\(error.fix)")
        #expect(error.message.contains("AADSTS\(number)"))
        #expect(!error.isTransient)
    }

    @Test(arguments: [
        #"{"user_code":"A\u001b[2J","device_code":"d","verification_uri":"https://a"}"#,
        #"{"user_code":"ABC","device_code":"d","verification_uri":"javascript:alert(1)"}"#,
        #"{"user_code":"ABC","verification_uri":"https://a"}"#, "<html>",
    ])
    func `what is no code is not shown to anybody`(body: String) async throws {
        let bench = try SignInBench([.json(200, body)])
        do throws(SignInError) {
            _ = try await bench.signIn.beginDevice()
            Issue.record("there was a code")
        } catch {
            #expect(error == .token(.unreadable(status: 200, what: "no device code")))
        }
    }

    @Test func `a claims challenge goes with both requests`() async throws {
        let claims = #"{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}"#
        let bench = try SignInBench([SignInBench.deviceCode(), SignInBench.tokens()])
        _ = try await bench.signIn.finish(try await bench.signIn.beginDevice(claims: claims))
        #expect(bench.entra.sent.map { $0.form["claims"] } == [claims, claims])
    }

    @Test func `nothing that is shown or described holds a secret`() async throws {
        let bench = try SignInBench([SignInBench.deviceCode(), SignInBench.tokens()])
        let code = try await bench.signIn.beginDevice()
        let signedIn = try await bench.signIn.finish(code)
        var text = "\(code) \(signedIn)"
        dump(code, to: &text)
        dump(signedIn, to: &text)
        #expect(!text.contains("PLANTED") && !text.contains(SignInBench.accessToken))
    }
}
