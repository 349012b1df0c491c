import CurlClient
import Entra
import Foundation
import JSONReader
import Simulating
import TestKit
import Testing
import Vocabulary

@testable import Wiring

@Suite(.timeLimit(.minutes(2)))
struct UserSessionTests {
    @Test func `a browser signs in on the loopback, and each use keeps the newest refresh token`()
        async throws
    {
        var script = SimulatorScript()
        script.user.revokesReplaced = true
        try await SignInScene.with(script) { scene in
            let signedIn = try await scene.signIn()
            #expect(signedIn.user.principalName == "mia@corp.example")
            let session = try scene.session()
            let kept = try #require(try session.store.load())
            #expect(kept.refresh == signedIn.refresh)
            #expect(try scene.mode(session.store.path) == 0o600)
            // Replaced tokens are revoked here: only the newest one works, twice in a row.
            let first = try await session.token()
            #expect(try session.store.load()?.refresh == first.refresh && first.refresh != kept.refresh)
            let second = try await session.token()
            #expect(try session.store.load()?.refresh == second.refresh)
            #expect(second.permissions.contains("Machine.Isolate"))
            #expect(scene.tokenCalls().map(\.status) == [200, 200, 200])
        }
    }

    @Test func `the listener takes the one answer that was waited for`() async throws {
        try await SignInScene.with { scene in
            let pages = AsyncStream<String>.makeStream()
            let session = try scene.session()
            async let signedIn = session.signInByBrowser(claims: nil, BrowserWait(deadline: .seconds(30))) {
                pages.continuation.yield($0.page)
            }
            for await page in pages.stream {
                let items = URLComponents(string: page)?.queryItems ?? []
                let redirect = try #require(items.first { $0.name == "redirect_uri" }?.value)
                #expect(redirect.wholeMatch(of: /http:\/\/localhost:[0-9]+/) != nil)
                let base = redirect.replacing("localhost", with: "127.0.0.1")
                // Guesses and what browsers ask besides are turned away, and the sign-in goes on.
                #expect(try await scene.get("\(base)/?code=x&state=guessed").status == 400)
                #expect(try await scene.get("\(base)/").status == 400)
                #expect(try await scene.get("\(base)/favicon.ico").status == 404)
                #expect(try await scene.browse(page) == 200)
                break
            }
            #expect(try await signedIn.user.principalName == "mia@corp.example")
        }
    }

    @Test func `nobody who comes in time is said`() async throws {
        try await SignInScene.with { scene in
            let session = try scene.session()
            await #expect(throws: SignInError.tooLate) {
                try await session.signInByBrowser(claims: nil, BrowserWait(deadline: .milliseconds(50))) {
                    _ in
                }
            }
            #expect(try session.store.load() == nil)
        }
    }

    @Test func `what ends a sign-in keeps the claims for the next one, which sends them`() async throws {
        var script = SimulatorScript()
        script.user.refusesRenewal = 50_076
        try await SignInScene.with(script) { scene in
            try await scene.signIn()
            let session = try scene.session()
            do {
                _ = try await session.token()
                Issue.record("there was a token")
            } catch let error as SignInError {
                #expect(error.code == "entra.sign-in-ended")
            }
            let entry = try #require(try session.store.load())
            let claims = try #require(entry.claims)
            #expect(claims.contains("capolids"))
            try await scene.signIn()
            let asked = scene.simulator.journal.last { $0.path.hasSuffix("/authorize") }?.query ?? ""
            #expect(asked.removingPercentEncoding?.contains("claims=\(claims)") == true)
            #expect(try session.store.load()?.claims == nil)
        }
    }

    @Test func `two settings files keep two sign-ins, and forgetting one leaves the other`() async throws {
        try await SignInScene.with { scene in
            try await scene.signIn()
            let text = String(decoding: scene.folder.contents(of: "bascule.yaml") ?? [], as: UTF8.self)
            let other = text.replacing(scene.addresses.tenant, with: "corp.example")
            try scene.folder.write(other, to: "other.yaml")
            let (one, two) = (try scene.session(), try scene.session("other.yaml"))
            await #expect(throws: UserSessionError.nobody) { try await two.token() }
            try await scene.signIn("other.yaml")
            #expect(try one.store.forget())
            await #expect(throws: UserSessionError.nobody) { try await one.token() }
            _ = try await two.token()
        }
    }

    @Test func `settings without a public client say what to add`() async throws {
        try await SignInScene.with { scene in
            try scene.writeSettings(client: nil, to: "without.yaml")
            #expect(throws: UserSessionError.notSet) { try scene.session("without.yaml") }
        }
    }

    @Test func `the end of a sign-in says what it suffices for and what no token tells`() async throws {
        var script = SimulatorScript()
        script.user.scopes = ["Machine.Read", "Machine.Isolate"]
        try await SignInScene.with(script) { scene in
            let signedIn = try await scene.signIn()
            let session = try scene.session()
            let report = LoginReport(signedIn: signedIn, settings: session.entra, path: session.store.path)
            let lines = report.text.split(separator: "\n").map(String.init)
            #expect(lines.contains("Signed in: Mia Example (mia@corp.example)"))
            #expect(lines.contains("Tenant: \(scene.addresses.tenant)"))
            #expect(lines.contains("Permissions: Machine.Isolate, Machine.Read"))
            #expect(lines.contains("They suffice for: isolate, release"))
            #expect(lines.contains { $0.hasPrefix("Missing for: ") && $0.contains("scan (Machine.Scan)") })
            #expect(lines.contains(LoginReport.unknown))
            #expect(report.json["actions"] == ["isolate", "release"])
            #expect(report.json.at("missing.scan") == ["Machine.Scan"])
            let bearer = signedIn.access.bearer.withText { $0 }
            let refresh = signedIn.refresh?.withText { $0 } ?? ""
            for said in [report.text, report.json.encodedText, "\(signedIn)"] {
                #expect(!said.contains(bearer) && !said.contains(refresh))
            }
        }
    }
}

struct UserSettingsTests {
    @Test func `the public client is read, and nothing else may stand there`() throws {
        let folder = try SettingsFolder()
        func errors(_ user: String) throws -> [String] {
            try folder.errorsOfWhole(
                SettingsFolder.base.replacing(
                    "secret: { env: APP } }",
                    with: "secret: { env: APP } }\n  user: \(user)"
                )
            )
        }
        #expect(try errors("{ client: 5d1f0000-0000-4000-8000-000000000003 }").isEmpty)
        #expect(try errors("{ client: mine }").first?.contains("write the application (client) id") == true)
        #expect(try errors("{}").first?.contains("\"user\" has no \"client\"") == true)
        let secret = try errors("{ client: 5d1f0000-0000-4000-8000-000000000003, secret: { env: APP } }")
        #expect(secret.first?.contains("\"user\" has no key \"secret\"") == true)
        #expect(try folder.read("").defender.user == nil)
    }

    @Test func `login reads the proxy's secret address and no other secret`() throws {
        var folder = try SettingsFolder()
        folder.environment = ["PROXY": "http://u:p@127.0.0.1:3128"]
        try folder.write("bascule.yaml", SettingsFolder.base + "proxy: { url: { env: PROXY } }\n")
        func proxy(_ scope: SecretScope) throws -> String? {
            let settings = try SettingsReader.read(
                folder.path("bascule.yaml"),
                environment: folder.environment,
                secrets: scope
            )
            return settings.proxy?.url.withText { $0 }
        }
        #expect(try proxy(.proxy) == "http://u:p@127.0.0.1:3128")
        #expect(try proxy(.unread) != "http://u:p@127.0.0.1:3128")
    }
}
