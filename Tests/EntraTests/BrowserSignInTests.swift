import Cryptography
import Entra
import Foundation
import JSONReader
import Testing
import Vocabulary

struct BrowserSignInTests {
    private static let redirect = "http://localhost:49152"

    private static func fields(_ page: String) -> [String: String] {
        let items = URLComponents(string: page)?.queryItems ?? []
        return Dictionary(items.map { ($0.name, $0.value ?? "") }) { first, _ in first }
    }

    @Test func `the page asks with PKCE, and the code is redeemed with its verifier`() async throws {
        let bench = try SignInBench([])
        let begun = bench.signIn.beginBrowser(redirect: Self.redirect)
        let asked = Self.fields(begun.page)
        #expect(begun.page.hasPrefix("https://login.example/\(TokenBench.tenant)/oauth2/v2.0/authorize?"))
        let verifier = Base64.encodeURL([UInt8](repeating: 1, count: 32))
        #expect(verifier.count == 43)
        #expect(
            asked == [
                "client_id": SignInBench.user, "response_type": "code", "redirect_uri": Self.redirect,
                "response_mode": "query", "scope": SignInBench.scope,
                "state": Base64.encodeURL([UInt8](repeating: 2, count: 24)),
                "nonce": Base64.encodeURL([UInt8](repeating: 3, count: 24)),
                "code_challenge": Base64.encodeURL(Digest.of(Array(verifier.utf8))),
                "code_challenge_method": "S256", "prompt": "select_account",
                "client-request-id": "6c0f1a2b-3c4d-4e5f-8a9b-0c1d2e3f4a5b",
            ]
        )
        let nonce = asked["nonce"] ?? ""
        bench.entra.answer(
            SignInBench.tokens(identity: ["aud": .string(SignInBench.user), "nonce": .string(nonce)])
        )
        let query = "code=1.code%2Bx&state=\(asked["state"] ?? "")&session_state=x"
        let signedIn = try await bench.signIn.finish(begun, query: query)
        #expect(signedIn.user.principalName == "mia@corp.example")
        #expect(
            bench.entra.sent.map(\.form) == [
                [
                    "client_id": SignInBench.user, "grant_type": "authorization_code", "code": "1.code+x",
                    "redirect_uri": Self.redirect, "code_verifier": verifier, "scope": SignInBench.scope,
                ]
            ]
        )
    }

    @Test(arguments: [
        "code=x", "code=x&state=", "code=x&state=other", "code=x&state=STATE&state=STATE", "state=%zz",
    ])
    func `an answer with another state is refused and nothing is sent`(query: String) async throws {
        let bench = try SignInBench([])
        let begun = bench.signIn.beginBrowser(redirect: Self.redirect)
        let state = Self.fields(begun.page)["state"] ?? ""
        let query = query.replacing("STATE", with: state)
        #expect(!begun.isAnswered(by: query))
        let error = try await SignInBench.error { () throws(SignInError) in
            try await bench.signIn.finish(begun, query: query)
        }
        #expect(error == .foreign("an answer to another sign-in"))
        #expect(bench.entra.sent.isEmpty)
    }

    @Test(
        arguments: [
            (
                ["aud": .string(SignInBench.user), "nonce": "other"],
                "an id token that does not answer this sign-in"
            ),
            (["aud": .string(SignInBench.user)], "an id token that does not answer this sign-in"),
            (["aud": "another", "nonce": "NONCE"], "an id token made for another client"),
        ] as [(JSONValue, String)]
    )
    func `an id token of another sign-in is refused`(identity: JSONValue, why: String) async throws {
        let bench = try SignInBench([])
        let begun = bench.signIn.beginBrowser(redirect: Self.redirect)
        let asked = Self.fields(begun.page)
        var members = identity.object ?? [:]
        if members["nonce"] == "NONCE" { members["nonce"] = asked["nonce"].map { .string($0) } }
        bench.entra.answer(SignInBench.tokens(identity: .object(members)))
        let error = try await SignInBench.error { () throws(SignInError) in
            try await bench.signIn.finish(begun, query: "code=x&state=\(asked["state"] ?? "")")
        }
        #expect(error == .foreign(why))
    }

    @Test(arguments: [
        ("error=access_denied", "entra.sign-in-declined"),
        ("error=access_denied&error_description=AADSTS65004%3A+no", "entra.sign-in-declined"),
        ("error=access_denied&error_description=AADSTS53003%3A+blocked", "entra.aadsts53003"),
        ("error=server_error", "entra.refused"), ("error=%1b%5b2J", "entra.refused"),
        ("session_state=x", "entra.sign-in-foreign"),
    ])
    func `a no of the browser is told apart from what is wrong`(query: String, code: String) async throws {
        let bench = try SignInBench([])
        let begun = bench.signIn.beginBrowser(redirect: Self.redirect)
        let state = Self.fields(begun.page)["state"] ?? ""
        let error = try await SignInBench.error { () throws(SignInError) in
            try await bench.signIn.finish(begun, query: "\(query)&state=\(state)")
        }
        #expect(error.code == code)
        #expect(!error.message.contains("\u{1B}"))
        #expect(bench.entra.sent.isEmpty)
    }

    @Test func `a challenge goes with the page`() throws {
        let bench = try SignInBench([])
        let begun = bench.signIn.beginBrowser(redirect: Self.redirect, claims: #"{"a":{"b":1}}"#)
        #expect(Self.fields(begun.page)["claims"] == #"{"a":{"b":1}}"#)
        var text = "\(begun)"
        dump(begun, to: &text)
        #expect(!text.contains(Base64.encodeURL([UInt8](repeating: 1, count: 32))))
    }
}
