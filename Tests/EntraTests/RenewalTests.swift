import CurlClient
import Entra
import Foundation
import JSONReader
import Testing
import Vocabulary

struct RenewalTests {
    private static let kept = Secret("kept-PLANTED")

    @Test func `what was kept gets a token and another to keep`() async throws {
        let bench = try SignInBench([SignInBench.tokens(refresh: "next-PLANTED")])
        let signedIn = try await bench.signIn.renew(Self.kept)
        #expect(signedIn.refresh == Secret("next-PLANTED"))
        #expect(signedIn.access.expiresAt == bench.clock.now + .seconds(3_599))
        #expect(
            bench.entra.sent.map(\.form) == [
                [
                    "client_id": SignInBench.user, "grant_type": "refresh_token",
                    "refresh_token": "kept-PLANTED", "scope": SignInBench.scope,
                ]
            ]
        )
        #expect(bench.entra.sent[0].rawBody.contains("client_secret") == false)
    }

    @Test(arguments: ["invalid_grant", "interaction_required", "consent_required", "login_required"])
    func `where only the person can help, the claims that Entra wants come along`(word: String) async throws {
        let claims = #"{"access_token":{"capolids":{"essential":true,"values":["c1"]}}}"#
        let body: JSONValue = [
            "error": .string(word), "error_codes": [50_076], "error_description": "AADSTS50076: MFA.",
            "claims": .string(claims),
        ]
        let bench = try SignInBench([.json(400, body.encodedText)])
        let error = try await SignInBench.error { () throws(SignInError) in
            try await bench.signIn.renew(Self.kept)
        }
        guard case .ended(.refused(let refusal), claims) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(refusal.number == 50_076 && refusal.error == word)
        #expect(
            error.message.hasPrefix(
                "The sign-in has ended. Entra ID refused the sign-in (\(word), AADSTS50076)"
            )
        )
        #expect(error.fix.hasSuffix("Then run `bascule login`."))
        #expect(!error.isTransient)
    }

    @Test(arguments: ["not json", "[1]", String(repeating: "x", count: 5_000)])
    func `claims that are no object are dropped`(claims: String) async throws {
        let body: JSONValue = ["error": "invalid_grant", "claims": .string(claims)]
        let bench = try SignInBench([.json(400, body.encodedText)])
        let error = try await SignInBench.error { () throws(SignInError) in
            try await bench.signIn.renew(Self.kept)
        }
        guard case .ended(_, nil) = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test func `what may pass by itself does not end the sign-in`() async throws {
        let answers: [ScriptedEntra.Answer] = [
            .json(503, ""), .json(429, "slow", [("Retry-After", "9")]),
            .refusal(400, "temporarily_unavailable", nil), .refusal(400, "invalid_grant", 50_196),
            .failure(TransferFailure(kind: .timeout, mayHaveBeenExecuted: true, detail: "")),
        ]
        for answer in answers {
            let bench = try SignInBench([answer])
            let error = try await SignInBench.error { () throws(SignInError) in
                try await bench.signIn.renew(Self.kept)
            }
            #expect(error.isTransient, "\(error)")
        }
    }

    @Test func `a token that speaks for no user, or names nobody, is refused`() async throws {
        let application = makeToken(["roles": ["Machine.Isolate"], "appid": "x"])
        let nameless = makeToken(["scp": "Machine.Isolate", "appid": "x"])
        for (access, why) in [
            (application, "a token that speaks for no user"), (nameless, "a token that names nobody"),
        ] {
            let bench = try SignInBench([SignInBench.tokens(access: access, identity: nil)])
            let error = try await SignInBench.error { () throws(SignInError) in
                try await bench.signIn.renew(Self.kept)
            }
            #expect(error == .foreign(why))
        }
    }

    @Test func `an opaque token takes name and permissions from what comes beside it`() async throws {
        let bench = try SignInBench([SignInBench.tokens(access: "opaque")])
        let signedIn = try await bench.signIn.renew(Self.kept)
        #expect(signedIn.user.principalName == "mia@corp.example")
        #expect(signedIn.permissions == ["Machine.Isolate"])
    }

    @Test func `each number of the users' table has one row`() {
        let numbers = EntraCode.userTable.flatMap(\.numbers)
        #expect(Set(numbers).count == numbers.count)
        #expect(EntraCode.userTable.allSatisfy { !$0.fix.isEmpty && !$0.meaning.isEmpty && !$0.isTransient })
        #expect(EntraCode(userNumber: 90_033)?.isTransient == true)
        #expect(EntraCode(userNumber: 1) == nil && EntraCode(userNumber: nil) == nil)
    }
}
