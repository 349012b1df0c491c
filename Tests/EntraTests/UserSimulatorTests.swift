import CurlClient
import Entra
import Foundation
import JSONReader
import Logging
import Simulating
import Synchronization
import Testing
import Vocabulary

/// Sign-ins at the simulated Entra ID, over real sockets through libcurl.
struct UserSimulatorTests {
    private struct Scene: Sendable {
        let simulator: Simulator
        let addresses: SimulatorAddresses
        let signIn: SignIn
        let curl: CurlClient

        /// What a person does on the page for codes.
        func answer(_ code: DeviceCode, _ word: String) async throws -> Int {
            let request = OutgoingRequest(
                .post,
                Secret(code.page),
                headers: [.init("Content-Type", "application/x-www-form-urlencoded")],
                body: Secret("code=\(code.userCode)&answer=\(word)"),
                isIdempotent: false
            )
            return try await curl.send(request).status
        }

        /// What a browser does: opens the page and goes where it is sent.
        func browse(_ begun: BrowserSignIn) async throws -> String {
            let response = try await curl.send(
                OutgoingRequest(.get, Secret(begun.page), isIdempotent: false)
            )
            guard response.status == 302, let location = response.header("Location") else {
                throw TestFailure(what: "no redirect but \(response.status)")
            }
            #expect(location.hasPrefix("\(begun.redirect)/?"))
            return String(location.drop { $0 != "?" }.dropFirst())
        }
    }

    private static func serve<Outcome: Sendable>(
        _ script: SimulatorScript = SimulatorScript(),
        client: String? = nil,
        pause: @escaping @Sendable (Duration) async throws -> Void = { _ in },
        clock: ManualClock = ManualClock(Timestamp.now()),
        _ use: @escaping @Sendable (Scene) async throws -> Outcome
    ) async throws -> Outcome {
        let keys = try SimulatorTests.keys.get()
        let now: @Sendable () -> Timestamp = { clock.now }
        return try await Simulator.serve(script, keys: keys, now: now) { simulator, addresses in
            let curl = try CurlClient()
            let signIn = SignIn(
                settings: try EntraSettings(
                    loginBase: addresses.entra,
                    tenant: addresses.tenant,
                    client: client ?? addresses.userClient,
                    scope: "https://api.securitycenter.microsoft.com/.default",
                    requestDeadline: .seconds(5)
                ),
                sender: curl,
                now: { clock.now },
                pause: {
                    try await pause($0)
                    clock.advance($0.components.seconds)
                }
            )
            let scene = Scene(simulator: simulator, addresses: addresses, signIn: signIn, curl: curl)
            let outcome = try await use(scene)
            await curl.close()
            return outcome
        }
    }

    @Test func `a device code goes from pending through slow down to a token`() async throws {
        var script = SimulatorScript()
        script.user.slowDowns = 1
        let polls = Mutex(0)
        let gate = AsyncStream<Void>.makeStream()
        let pause: @Sendable (Duration) async throws -> Void = { _ in
            // Before the third question the person has signed in.
            let number = polls.withLock { count in
                count += 1
                return count
            }
            guard number == 3 else { return }
            for await _ in gate.stream { return }
        }
        try await Self.serve(script, pause: pause) { scene in
            let code = try await scene.signIn.beginDevice()
            async let signedIn = scene.signIn.finish(code)
            while scene.simulator.journal.filter({ $0.path.hasSuffix("/token") }).count < 2 {
                await Task.yield()
            }
            #expect(try await scene.answer(code, "approve") == 200)
            gate.continuation.yield()
            let got = try await signedIn
            #expect(got.user.principalName == "mia@corp.example" && got.user.displayName == "Mia Example")
            #expect(got.permissions.contains("Machine.Isolate"))
            #expect(got.access.claims?.isDelegated == true)
            let statuses = scene.simulator.journal.filter { $0.path.hasSuffix("/token") }.map(\.status)
            #expect(statuses == [400, 400, 200])
        }
    }

    @Test func `a declined code, an old one and an unknown client are told apart`() async throws {
        try await Self.serve { scene in
            let code = try await scene.signIn.beginDevice()
            #expect(try await scene.answer(code, "decline") == 200)
            #expect(try await scene.answer(code, "approve") == 400)
            let error = try await SignInBench.error { () throws(SignInError) in
                try await scene.signIn.finish(code)
            }
            #expect(error == .declined)
        }
        var short = SimulatorScript()
        short.user.codeLifetimeSeconds = 12
        try await Self.serve(short) { scene in
            let code = try await scene.signIn.beginDevice()
            let error = try await SignInBench.error { () throws(SignInError) in
                try await scene.signIn.finish(code)
            }
            #expect(error == .tooLate)
        }
        for (client, number) in [
            (SimulatorScript().client, 7_000_218), ("00000000-0000-4000-8000-000000000009", 700_016),
        ] {
            try await Self.serve(client: client) { scene in
                do throws(SignInError) {
                    _ = try await scene.signIn.beginDevice()
                    Issue.record("there was a code")
                } catch {
                    #expect(error.code == "entra.aadsts\(number)")
                }
            }
        }
    }

    @Test func `a browser's code is good once, and only with its own verifier`() async throws {
        try await Self.serve { scene in
            let begun = scene.signIn.beginBrowser(redirect: "http://localhost:49152")
            let query = try await scene.browse(begun)
            let signedIn = try await scene.signIn.finish(begun, query: query)
            #expect(signedIn.user.principalName == "mia@corp.example")
            let again = try await SignInBench.error { () throws(SignInError) in
                try await scene.signIn.finish(begun, query: query)
            }
            #expect(again.code == "entra.aadsts54005")
            // The code of one sign-in with the verifier of another.
            let other = scene.signIn.beginBrowser(redirect: "http://localhost:49152")
            let mine = try await scene.browse(other)
            let stolen = try await scene.browse(begun)
            let code = stolen.split(separator: "&").first { $0.hasPrefix("code=") } ?? ""
            let rest = mine.split(separator: "&").filter { !$0.hasPrefix("code=") }
            let mixed = ([code] + rest).joined(separator: "&")
            let mismatch = try await SignInBench.error { () throws(SignInError) in
                try await scene.signIn.finish(other, query: mixed)
            }
            #expect(mismatch.code == "entra.aadsts501481")
        }
    }

    @Test func `each renewal gives another to keep, and what is revoked ends the sign-in`() async throws {
        var script = SimulatorScript()
        script.user.revokesReplaced = true
        try await Self.serve(script) { scene in
            let begun = scene.signIn.beginBrowser(redirect: "http://localhost:49152")
            let first = try await scene.signIn.finish(begun, query: try await scene.browse(begun))
            let kept = try #require(first.refresh)
            let second = try await scene.signIn.renew(kept)
            #expect(second.refresh != nil && second.refresh != kept)
            let error = try await SignInBench.error { () throws(SignInError) in
                try await scene.signIn.renew(kept)
            }
            #expect(error.code == "entra.sign-in-ended" && error.message.contains("AADSTS50173"))
        }
    }

    @Test func `the script's refusals reach the person with their claims`() async throws {
        var script = SimulatorScript()
        script.user.refusesRenewal = 50_076
        try await Self.serve(script) { scene in
            let begun = scene.signIn.beginBrowser(redirect: "http://localhost:49152")
            let first = try await scene.signIn.finish(begun, query: try await scene.browse(begun))
            let kept = try #require(first.refresh)
            let error = try await SignInBench.error { () throws(SignInError) in
                try await scene.signIn.renew(kept)
            }
            guard case .ended(_, let claims?) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(claims.contains("capolids"))
        }
        script.user.refusesSignIn = 53_003
        try await Self.serve(script) { scene in
            let begun = scene.signIn.beginBrowser(redirect: "http://localhost:49152")
            let query = try await scene.browse(begun)
            let error = try await SignInBench.error { () throws(SignInError) in
                try await scene.signIn.finish(begun, query: query)
            }
            #expect(error.code == "entra.aadsts53003")
        }
    }
}
